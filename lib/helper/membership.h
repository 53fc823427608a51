/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the root that a namespace, a mount or a superblock belongs to, by its number. */
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

/* A filesystem that start made: its mount id in the pinned namespace, and its device. */
struct membership_superblock {
	uint64_t mount;
	uint64_t device;
};

/*
 * The numbers that identify a root. The kernel reuses each as soon as it is free. A namespace keeps
 * its number while open; mounts and superblocks keep theirs while mounted. So
 * membership_forget_mounts precedes the unmounting, and a match is checked again after
 * membership_refresh.
 */
struct membership_root {
	const char *name; /* borrowed; for messages */
	uint64_t namespace; /* inode of the pinned one, 0 once removed */
	uint64_t root_mount; /* mount id of `/` inside, as recorded */
	struct membership_superblock *superblocks; /* owned */
	size_t superblock_count;
	FILE *mountinfo; /* owned; of the pinned namespace, and keeps it open */
	struct numbers users; /* uids of permitted users */
	struct numbers groups; /* gids of permitted groups */
	/* learned from mountinfo, in its order */
	struct numbers mounts; /* mount ids in the pinned namespace */
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

/* A namespace, not pinned, with mounts of a root. */
struct membership_namespace {
	uint64_t number;
	int root;
	int fd; /* owned; prevents reuse of the number */
};

struct membership {
	struct membership_root *roots; /* owned */
	size_t count;
	/* of struct numbers_root, for all roots; sorted, to be fast for a thousand */
	struct numbers tables[MEMBERSHIP_KINDS];
	bool is_sorted; /* the tables are up to date */
	uint64_t host_namespace; /* inode, 0 before membership_know_host */
	uint64_t host_device; /* of the host's `/` */
	uint64_t host_inode;
	/* of membership_judge */
	struct numbers namespaces; /* of struct membership_namespace */
	struct numbers unrelated; /* namespaces without a root's mounts: number << 32 | mount id of
				     the root directory */
	bool is_short; /* of descriptors or memory to examine a process: no root counts as empty */
};

/*
 * Learns the host's namespace and `/`, once; the process must be there. host: its descriptor. This
 * and the functions below return 0, or -1 with errno set, and report nothing, unless said
 * otherwise.
 */
int membership_know_host(struct membership *membership, int host);

/*
 * Adds a root with the fields up to mountinfo, and owns them even on failure. Learns nothing yet.
 * Returns its number, or -1 with errno set.
 */
int membership_add(struct membership *membership, const struct membership_root *root);

/*
 * Learns a root's numbers from a mountinfo of the pinned namespace. A superblock that is gone, or
 * is not as start made it, proves nothing.
 */
int membership_learn(struct membership *membership, int number, FILE *mountinfo);

/* Learns from the root's own mountinfo; without one, changes nothing. */
int membership_refresh(struct membership *membership, int number);

/* Refreshes all roots, and sorts. Returns 0, or -1 after reporting the error. */
int membership_refresh_all(struct membership *membership, struct report *report);

/* Adds a superblock that the caller holds open. */
int membership_add_device(struct membership *membership, int root, uint64_t device);

/* Adds a permitted user or group. */
int membership_list_user(struct membership *membership, int root, uint64_t uid);
int membership_list_group(struct membership *membership, int root, uint64_t gid);

/* Forgets all but the pinned namespace, before the root's mounts go. */
void membership_forget_mounts(struct membership *membership, int root);

/* Forgets a root; the others keep their numbers. */
void membership_remove_root(struct membership *membership, int root);

void membership_release(struct membership *membership);

/* Sorts the tables after a change; must precede the look-ups below. */
int membership_sort(struct membership *membership);

/* True if the root permits the user or the group. */
bool membership_has_user(const struct membership *membership, int root, uint64_t uid);
bool membership_has_group(const struct membership *membership, int root, uint64_t gid);

/* True if any root can be known by mounts of a foreign namespace. */
bool membership_can_judge_mounts(const struct membership *membership);

/*
 * Each returns a root, or MEMBERSHIP_NONE: of a pinned namespace; of a mount in one; of a foreign
 * mount made for the root, or copied from its `/`.
 */
int membership_of_namespace(const struct membership *membership, uint64_t number);
int membership_of_mount(const struct membership *membership, uint64_t id);
int
membership_of_foreign_mount(const struct membership *membership, const struct process_mount *mount);

#endif
