/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes the mounts of a plan on the host, detached. */
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
 * Makes the source of each x-live line shared, that one mount and no other, before it is cloned: a
 * slave of a private mount receives nothing. It stays so after stop. Returns 0, 1 if a mount was
 * made shared, so that host is outdated, or -1 after reporting the error.
 */
int mounts_share_live(struct mountinfo *host, const struct plan *plan, struct report *report);

struct mounts_line {
	bool is_directory;
	bool has_failed; /* a change may be incomplete */
	int fd; /* owned; -1 if nothing is to mount, or it is mounted already */
	uint64_t device; /* of the mounted file: a bind's source as it was */
	uint64_t inode;
	char *mount_point; /* owned; as in mountinfo(5); NULL before */
};

/* One mount for every line of a plan. */
struct mounts {
	struct mounts_line *lines; /* owned */
	uint64_t *ids; /* owned; mount ids, 0 for a nofail line that is skipped */
	size_t count;
};

/*
 * Makes the mount of the root itself, detached: the tree at path cloned with the mounts below it,
 * or as the plan's line for `/` says. It is nosuid without allow_setuid; with is_private, no later
 * mount of the host reaches it. Returns 0, or -1 after reporting the error; then root holds
 * nothing.
 */
int mounts_make_root(struct root *root, const struct plan *plan, const struct mounts_root *wanted,
	struct mountinfo *host, struct filesystem_stage *stage, struct report *report);

/*
 * Makes the plan's mounts, detached, except for those set in keeps (NULL: none). Returns 0, or -1
 * after reporting the error; then mounts holds nothing.
 */
int mounts_make(struct mounts *mounts, const struct plan *plan, const bool *keeps,
	struct mountinfo *host, struct filesystem_stage *stage, struct report *report);

/* Closes the descriptors; attached mounts stay. */
void mounts_release(struct mounts *mounts);

#endif
