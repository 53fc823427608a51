/* SPDX-License-Identifier: BSD-2-Clause */
/* The root that a namespace, a mount or a superblock belongs to, by the numbers of each root. */
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

/* A filesystem that start made: the id of its mount in the pinned namespace, and its superblock. */
struct membership_superblock {
	uint64_t mount;
	uint64_t device;
};

/*
 * The numbers that a root is known by. The kernel gives each of them to another object as soon as
 * it is free. A namespace keeps its number while it is open; mounts and superblocks keep theirs
 * while they are mounted. So membership_forget_mounts comes before the mounts are taken away, and a
 * number that was found somewhere is judged once more after membership_refresh.
 */
struct membership_root {
	const char *name; /* borrowed; for messages */
	uint64_t namespace; /* inode of the pinned one, 0 once it counts no more */
	uint64_t root_mount; /* the id of `/` inside that start recorded */
	struct membership_superblock *superblocks; /* owned */
	size_t superblock_count;
	FILE *mountinfo; /* owned; of the pinned namespace, which it keeps open */
	struct numbers users; /* uids that may enter as themselves */
	struct numbers groups; /* gids of which the members may */
	/* learned from mountinfo, in its order */
	struct numbers mounts; /* ids of the mounts in the pinned namespace */
	struct numbers devices; /* of the superblocks that were made for this root */
	uint64_t group; /* peer group of `/` inside, 0 for none */
};

enum membership_kind {
	MEMBERSHIP_NAMESPACES,
	MEMBERSHIP_MOUNTS,
	MEMBERSHIP_DEVICES,
	MEMBERSHIP_GROUPS,
	MEMBERSHIP_KINDS,
};

/* A namespace other than the pinned ones that holds something of a root. */
struct membership_namespace {
	uint64_t number;
	int root;
	int fd; /* owned; keeps the number from going to another */
};

struct membership {
	struct membership_root *roots; /* owned */
	size_t count;
	/* the numbers of all roots, of struct numbers_root: looked up as fast for a thousand roots
	 * as for one */
	struct numbers tables[MEMBERSHIP_KINDS];
	bool is_sorted; /* the tables have the numbers that the roots have now */
	uint64_t host_namespace; /* inode, 0 before membership_know_host */
	uint64_t host_device; /* of the host's `/`, with its inode */
	uint64_t host_inode;
	/* what membership_judge remembers */
	struct numbers namespaces; /* of struct membership_namespace */
	struct numbers unrelated; /* namespaces that hold nothing of any root */
	bool is_short; /* of descriptors or memory: a process could not be examined */
};

/*
 * Learns the host's namespace and `/`, once; the process must be there. host: the namespace's
 * descriptor. Returns 0, or -1 with errno set; reports nothing.
 */
int membership_know_host(struct membership *membership, int host);

/*
 * Adds a root with the fields up to mountinfo, and takes over what it owns in any case. Nothing is
 * learned yet. Returns its number, or -1 with errno set.
 */
int membership_add(struct membership *membership, const struct membership_root *root);

/*
 * Learns the numbers of a root from a mountinfo of the pinned namespace. A superblock that is not
 * there any more, or not as it was made, proves nothing. Returns 0, or -1 with errno set.
 */
int membership_learn(struct membership *membership, int number, FILE *mountinfo);

/* The same from the root's own mountinfo; without one, the numbers stay as they are. */
int membership_refresh(struct membership *membership, int number);

/* The same for all roots, and sorts. Returns 0, or -1 after reporting the error. */
int membership_refresh_all(struct membership *membership, struct report *report);

/* Counts a superblock for a root, which the caller holds open. Returns 0, or -1 with errno set. */
int membership_add_device(struct membership *membership, int root, uint64_t device);

/* Lists a user, or a group, that may enter a root. Each returns 0, or -1 with errno set. */
int membership_list_user(struct membership *membership, int root, uint64_t uid);
int membership_list_group(struct membership *membership, int root, uint64_t gid);

/* Leaves a root its pinned namespace alone, because its mounts are about to go. */
void membership_forget_mounts(struct membership *membership, int root);

/* Leaves a root nothing; the others keep their numbers. */
void membership_remove_root(struct membership *membership, int root);

void membership_release(struct membership *membership);

/*
 * Sorts the tables anew if a number has changed; to be called before one of the functions below.
 * Returns 0, or -1 with errno set.
 */
int membership_sort(struct membership *membership);

/* True if the root lists the user, or the group. */
bool membership_has_user(const struct membership *membership, int root, uint64_t uid);
bool membership_has_group(const struct membership *membership, int root, uint64_t gid);

/* True if a root has a number that mounts of a foreign namespace can be judged by. */
bool membership_can_judge_mounts(const struct membership *membership);

/*
 * Each returns the root of a pinned namespace, of a mount there, or of a mount elsewhere that was
 * made for it or is a copy of its `/`; MEMBERSHIP_NONE for others.
 */
int membership_of_namespace(const struct membership *membership, uint64_t number);
int membership_of_mount(const struct membership *membership, uint64_t id);
int
membership_of_foreign_mount(const struct membership *membership, const struct process_mount *mount);

#endif
