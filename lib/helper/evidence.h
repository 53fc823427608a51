/* SPDX-License-Identifier: BSD-2-Clause */
/* What the processes inside the roots are known by: numbers, learned from mountinfo(5). */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define EVIDENCE_NONE (-1) /* of no root */

/*
 * Every number here is given to somebody else as soon as it is free. A namespace's stays while it
 * is open; the others stay while what they name is mounted, so evidence_forget comes before the
 * mounts are taken away, and a number that was found somewhere is judged once more after
 * evidence_learn_again.
 */
struct evidence_numbers {
	uint64_t *all; /* owned */
	size_t count;
};

/* A mount that start made: the id it has in the pinned namespace, and its superblock. */
struct evidence_mark {
	uint64_t mount;
	uint64_t device;
};

struct evidence_root {
	const char *name; /* borrowed; for messages */
	uint64_t namespace; /* inode of the pinned one, 0 once it counts no more */
	uint64_t top; /* the id of `/` inside that start recorded */
	struct evidence_mark *marks; /* owned; the filesystems that start made */
	size_t mark_count;
	FILE *mountinfo; /* owned; of the pinned namespace, which it keeps open */
	struct evidence_numbers users; /* uids that may enter as themselves */
	struct evidence_numbers groups; /* gids whose members may */
	/* learned */
	struct evidence_numbers mounts; /* ids of the mounts in the pinned namespace */
	struct evidence_numbers devices; /* superblocks made for this root */
	uint64_t group; /* peer group of `/` inside, 0 for none */
};

/* A number of some root. */
struct evidence_entry {
	uint64_t number;
	int root;
};

struct evidence_table {
	struct evidence_entry *all; /* owned; rising */
	size_t count;
};

/* 0, or -1 with errno; the entry of a number, NULL for none. */
int evidence_table_insert(struct evidence_table *table, uint64_t number, int root);
const struct evidence_entry *
evidence_table_find(const struct evidence_table *table, uint64_t number);
void evidence_table_release(struct evidence_table *table);

enum evidence_kind {
	EVIDENCE_NAMESPACES,
	EVIDENCE_MOUNTS,
	EVIDENCE_DEVICES,
	EVIDENCE_GROUPS,
	EVIDENCE_KINDS,
};

/* The roots, and whose each number is: looked up as fast for a thousand roots as for one. */
struct evidence {
	struct evidence_root *roots; /* owned */
	size_t count;
	struct evidence_table tables[EVIDENCE_KINDS];
	bool is_sorted; /* the tables are of what the roots hold now */
};

/* One line of mountinfo(5), as far as it tells whose a mount is. */
struct evidence_line {
	uint64_t id;
	uint64_t device;
	uint64_t shared; /* peer groups, 0 for none */
	uint64_t master;
};

/* Cuts text off behind the optional fields. Is it such a line? */
bool evidence_parse(char *text, struct evidence_line *line);

/*
 * Adds a root, by whose name, namespace, top, marks and mountinfo it is known; takes over what it
 * owns, whatever it returns. Nothing is learned yet. Its number, or -1 with errno.
 */
int evidence_add(struct evidence *evidence, const struct evidence_root *root);

/*
 * Learns what a root is known by now from a mountinfo of the pinned namespace. What is there no
 * more, or not as it was made, proves nothing. 0, or -1 with errno.
 */
int evidence_learn(struct evidence *evidence, int number, FILE *mountinfo);

/* The same from the root's own mountinfo; without one it is left as it is. 0, or -1 with errno. */
int evidence_learn_again(struct evidence *evidence, int number);

/* A superblock made for a root counts too; the caller holds it open. 0, or -1 with errno. */
int evidence_add_device(struct evidence *evidence, int root, uint64_t device);

/* Lists a user, or a group, that may enter a root. Each returns 0, or -1 with errno set. */
int evidence_list_user(struct evidence *evidence, int root, uint64_t uid);
int evidence_list_group(struct evidence *evidence, int root, uint64_t gid);

/* Only a root's pinned namespace counts from here on: its mounts are about to go. */
void evidence_forget(struct evidence *evidence, int root);

/* Nothing of a root counts from here on; the others keep their numbers. */
void evidence_drop(struct evidence *evidence, int root);

void evidence_release(struct evidence *evidence);

/* Sorts anew where something was learned, which comes before asking. 0, or -1 with errno. */
int evidence_sort(struct evidence *evidence);

/* True if the root lists the user, or the group. */
bool evidence_has_user(const struct evidence *evidence, int root, uint64_t uid);
bool evidence_has_group(const struct evidence *evidence, int root, uint64_t gid);

/* Is there anything that a mount of a strange namespace could be known by? */
bool evidence_has_marks(const struct evidence *evidence);

/* Whose it is: the pinned namespace, a mount there, or a mount elsewhere that was made for the root
 * or is a copy of its `/`. */
int evidence_of_namespace(const struct evidence *evidence, uint64_t number);
int evidence_of_mount(const struct evidence *evidence, uint64_t id);
int evidence_of_line(const struct evidence *evidence, const struct evidence_line *line);

#endif
