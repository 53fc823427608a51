/* SPDX-License-Identifier: BSD-2-Clause */
/* The mounts of a plan, made on the host and detached. */
#ifndef MOUNTS_MAKE_H
#define MOUNTS_MAKE_H

#include "helper/mounts_source.h"

#include <stddef.h>
#include <stdint.h>

struct filesystem_stage;
struct mountinfo;
struct plan;
struct root;

/*
 * Makes the sources of x-live lines shared where they are not, that one mount each and never
 * more: a source must be shared before it is cloned, since a slave of a private mount stays
 * deaf. Stays after stop. Returns 0, 1 when something was made shared (then host is out of date),
 * or -1 after reporting the error.
 */
int mounts_share_live(struct mountinfo *host, const struct plan *plan, struct report *report);

/* One line of a plan as it was made. */
struct mounts_line {
	bool is_directory;
	bool has_failed; /* a change of it may have been made in part */
	int fd; /* owned; -1 where there is nothing to mount, or it is mounted already */
	uint64_t device; /* of what is mounted: the source of a bind as it was then */
	uint64_t inode;
	char *mount_point; /* owned; where it is attached, as mountinfo(5) has it; NULL before */
};

/* The mounts of a plan, one of each for every line. */
struct mounts {
	struct mounts_line *lines; /* owned */
	uint64_t *ids; /* owned; mount ids, 0 for a line with nofail that has nothing to mount */
	size_t count;
};

/*
 * Makes what the root itself is, detached: the tree at path cloned, with the mounts below it, or
 * what the plan's line for `/` says. nosuid unless setuid programs in it are to work; deaf to what
 * the host mounts in the tree if is_private. Returns 0, or -1 after reporting the error; then root
 * holds nothing.
 */
int mounts_make_root(struct root *root, const struct plan *plan, const struct mounts_root *what,
	struct mountinfo *host, struct filesystem_stage *stage, struct report *report);

/*
 * Makes every mount of the plan, detached, but for those that keeps has as true (NULL: all).
 * Returns 0, or -1 after reporting the error; then mounts holds nothing.
 */
int mounts_make(struct mounts *mounts, const struct plan *plan, const bool *keeps,
	struct mountinfo *host, struct filesystem_stage *stage, struct report *report);

/* Closes their descriptors; each mount that is attached stays. */
void mounts_release(struct mounts *mounts);

#endif
