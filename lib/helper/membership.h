/* SPDX-License-Identifier: BSD-2-Clause */
/* To which root a namespace, a mount or a superblock belongs: numbers, learned from mountinfo(5).
 */
#ifndef MEMBERSHIP_H
#define MEMBERSHIP_H

#include "helper/numbers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct process_mount;
struct report;

#define MEMBERSHIP_NONE (-1) /* of no root */

/* A mount that start made: the id it has in the pinned namespace, and its superblock. */
struct membership_mark {
	uint64_t mount;
	uint64_t device;
};

/*
 * Every number here is given to somebody else as soon as it is free. A namespace's stays while it
 * is open; the others stay while what they name is mounted, so membership_forget comes before the
 * mounts are taken away, and a number that was found somewhere is judged once more after
 * membership_learn_again.
 */
struct membership_root {
	const char *name; /* borrowed; for messages */
	uint64_t namespace; /* inode of the pinned one, 0 once it counts no more */
	uint64_t top; /* the id of `/` inside that start recorded */
	struct membership_mark *marks; /* owned; the filesystems that start made */
	size_t mark_count;
	FILE *mountinfo; /* owned; of the pinned namespace, which it keeps open */
	/* numbers alone */
	struct numbers users; /* uids that may enter as themselves */
	struct numbers groups; /* gids whose members may */
	/* learned */
	struct numbers mounts; /* ids of the mounts in the pinned namespace */
	struct numbers devices; /* superblocks made for this root */
	uint64_t group; /* peer group of `/` inside, 0 for none */
};

enum membership_kind {
	MEMBERSHIP_NAMESPACES,
	MEMBERSHIP_MOUNTS,
	MEMBERSHIP_DEVICES,
	MEMBERSHIP_GROUPS,
	MEMBERSHIP_KINDS,
};

/* A namespace other than the pinned ones that is known to hold something of a root. */
struct membership_namespace {
	uint64_t number;
	int root;
	int fd; /* owned; keeps the number from going to another */
};

/* The roots, and whose each number is: looked up as fast for a thousand roots as for one. */
struct membership {
	struct membership_root *roots; /* owned */
	size_t count;
	struct numbers tables[MEMBERSHIP_KINDS]; /* of struct numbers_root */
	bool is_sorted; /* the tables are of what the roots hold now */
	uint64_t host; /* inode of the host's namespace, 0 before membership_know_host */
	uint64_t host_device; /* of the host's `/`, with its inode */
	uint64_t host_inode;
	struct numbers namespaces; /* of struct membership_namespace */
	struct numbers unrelated; /* namespaces that hold nothing of any root, as membership_judge
				     numbers them */
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
