/* SPDX-License-Identifier: BSD-2-Clause */
/* To which root a namespace, a mount or a superblock belongs: numbers, learned from mountinfo(5).
 */
#ifndef MEMBERSHIP_H
#define MEMBERSHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct process_mount;
struct report;

#define MEMBERSHIP_NONE (-1) /* of no root */

/*
 * Every number here is given to somebody else as soon as it is free. A namespace's stays while it
 * is open; the others stay while what they name is mounted, so membership_forget comes before the
 * mounts are taken away, and a number that was found somewhere is judged once more after
 * membership_learn_again.
 */
struct membership_numbers {
	uint64_t *all; /* owned */
	size_t count;
};

/* A mount that start made: the id it has in the pinned namespace, and its superblock. */
struct membership_mark {
	uint64_t mount;
	uint64_t device;
};

struct membership_root {
	const char *name; /* borrowed; for messages */
	uint64_t namespace; /* inode of the pinned one, 0 once it counts no more */
	uint64_t top; /* the id of `/` inside that start recorded */
	struct membership_mark *marks; /* owned; the filesystems that start made */
	size_t mark_count;
	FILE *mountinfo; /* owned; of the pinned namespace, which it keeps open */
	struct membership_numbers users; /* uids that may enter as themselves */
	struct membership_numbers groups; /* gids whose members may */
	/* learned */
	struct membership_numbers mounts; /* ids of the mounts in the pinned namespace */
	struct membership_numbers devices; /* superblocks made for this root */
	uint64_t group; /* peer group of `/` inside, 0 for none */
};

/* A number of some root. */
struct membership_entry {
	uint64_t number;
	int root;
};

struct membership_table {
	struct membership_entry *all; /* owned; rising */
	size_t count;
};

/* 0, or -1 with errno; the entry of a number, NULL for none. */
int membership_table_insert(struct membership_table *table, uint64_t number, int root);
const struct membership_entry *
membership_table_find(const struct membership_table *table, uint64_t number);
void membership_table_release(struct membership_table *table);

enum membership_kind {
	MEMBERSHIP_NAMESPACES,
	MEMBERSHIP_MOUNTS,
	MEMBERSHIP_DEVICES,
	MEMBERSHIP_GROUPS,
	MEMBERSHIP_KINDS,
};

/* A namespace that is known to hold something of a root. */
struct membership_copy {
	uint64_t number;
	int root;
	int fd; /* owned; keeps the number from going to another */
};

/* A namespace, seen from a root directory that decides how much of it mountinfo shows. */
struct membership_stranger {
	uint64_t namespace;
	uint64_t root;
};

/* The roots, and whose each number is: looked up as fast for a thousand roots as for one. */
struct membership {
	struct membership_root *roots; /* owned */
	size_t count;
	struct membership_table tables[MEMBERSHIP_KINDS];
	bool is_sorted; /* the tables are of what the roots hold now */
	uint64_t host; /* inode of the host's namespace, 0 before membership_know_host */
	uint64_t host_device; /* of the host's `/`, with its inode */
	uint64_t host_inode;
	int turns; /* borrowed; the state directory, for those who end somebody or look for holders
		    */
	struct membership_copy *copies; /* owned, rising; others that hold something of a root */
	size_t copy_count;
	struct membership_stranger *strangers; /* owned, rising; those that hold nothing of any */
	size_t stranger_count;
	bool is_short; /* of descriptors or memory: somebody could not be looked at */
};

/*
 * Learns what the host's namespace and `/` are, once; the process must be there. host: the
 * namespace's descriptor. Returns 0, or -1 with errno set; reports nothing.
 */
int membership_know_host(struct membership *membership, int host);

/*
 * Adds a root, by whose name, namespace, top, marks and mountinfo it is known; takes over what it
 * owns, whatever it returns. Nothing is learned yet. Its number, or -1 with errno.
 */
int membership_add(struct membership *membership, const struct membership_root *root);

/*
 * Learns what a root is known by now from a mountinfo of the pinned namespace. What is there no
 * more, or not as it was made, proves nothing. 0, or -1 with errno.
 */
int membership_learn(struct membership *membership, int number, FILE *mountinfo);

/* The same from the root's own mountinfo; without one it is left as it is. 0, or -1 with errno. */
int membership_learn_again(struct membership *membership, int number);

/* The same of all roots, sorted then. Returns 0, or -1 after reporting the error. */
int membership_learn_all(struct membership *membership, struct report *report);

/* A superblock made for a root counts too; the caller holds it open. 0, or -1 with errno. */
int membership_add_device(struct membership *membership, int root, uint64_t device);

/* Lists a user, or a group, that may enter a root. Each returns 0, or -1 with errno set. */
int membership_list_user(struct membership *membership, int root, uint64_t uid);
int membership_list_group(struct membership *membership, int root, uint64_t gid);

/* Only a root's pinned namespace counts from here on: its mounts are about to go. */
void membership_forget(struct membership *membership, int root);

/* Nothing of a root counts from here on; the others keep their numbers. */
void membership_drop(struct membership *membership, int root);

void membership_release(struct membership *membership);

/* Sorts anew where something was learned, which comes before asking. 0, or -1 with errno. */
int membership_sort(struct membership *membership);

/* True if the root lists the user, or the group. */
bool membership_has_user(const struct membership *membership, int root, uint64_t uid);
bool membership_has_group(const struct membership *membership, int root, uint64_t gid);

/* Is there anything that a mount of a strange namespace could be known by? */
bool membership_has_marks(const struct membership *membership);

/* Whose it is: the pinned namespace, a mount there, or a mount elsewhere that was made for the root
 * or is a copy of its `/`. */
int membership_of_namespace(const struct membership *membership, uint64_t number);
int membership_of_mount(const struct membership *membership, uint64_t id);
int membership_of_line(const struct membership *membership, const struct process_mount *line);

#endif
