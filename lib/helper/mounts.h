/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan carried out: its mounts made on the host, detached, and attached inside a new namespace.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filesystem_stage;
struct mounted;
struct plan;
struct plan_mount;
struct report;
struct root;

/*
 * Makes the sources of x-live lines shared where they are not, that one mount each and never
 * more: a source must be shared before it is cloned, since a slave of a private mount stays
 * deaf. Stays after stop. 0, 1 when something was made shared (then host is out of date), or -1
 * with the error said.
 */
int mounts_share_live(struct mounted *host, const struct plan *plan, struct report *report);

/* What a line of a plan became. */
struct mounts_line {
	bool is_directory;
	bool has_failed; /* a change of it may have been made in part */
	int fd; /* owned; -1 where there is nothing to mount, or it is mounted already */
	uint64_t device; /* of what is mounted: the source of a bind as it was then */
	uint64_t inode;
	char *place; /* owned; where it is attached, as mountinfo(5) has it; NULL before */
};

/* The mounts of a plan, one of each for every line. */
struct mounts {
	struct mounts_line *lines; /* owned */
	uint64_t *ids; /* owned; mount ids, 0 for a line with nofail that has nothing to mount */
	size_t count;
};

/* Is the source of a line not there? */
bool mounts_lacks_source(const struct plan_mount *line);

/* What the tree is to be like. */
struct mounts_root {
	const char *path; /* borrowed */
	const char *program_path; /* borrowed; PATH inside */
	const char *shell; /* borrowed; that of the configuration, "" for none */
	bool allow_setuid;
	bool is_private;
};

/*
 * Judges what a line for `/` that is no bind is made of on the host: its source, and the paths that
 * its options name, of which the layers of an overlay are trees. Returns 0, or -1 after reporting
 * the error.
 */
int mounts_judge_parts(
	const struct plan_mount *line, const struct mounts_root *what, struct report *report);

/*
 * Makes what the root itself is, detached: the tree at path cloned, with the mounts below it, or
 * what the plan's line for `/` says. nosuid unless setuid programs in it are to work; deaf to what
 * the host mounts in the tree if is_private. 0, or -1 with the error said and root holding nothing.
 */
int mounts_make_root(struct root *root, const struct plan *plan, const struct mounts_root *what,
	struct mounted *host, struct filesystem_stage *stage, struct report *report);

/*
 * Makes every mount of the plan, detached, but for those that keeps has as true (NULL: all). 0, or
 * -1 with the error said and nothing held.
 */
int mounts_make(struct mounts *mounts, const struct plan *plan, const bool *keeps,
	struct mounted *host, struct filesystem_stage *stage, struct report *report);

/*
 * Takes away what the tree has mounted on or below the places of the plan, such as a script's old
 * /proc: it would lie hidden there. To be called in the new namespace, where nobody is yet. 0, or
 * -1 with the error said.
 */
int mounts_make_room(const struct plan *plan, const struct root *root, struct report *report);

/*
 * Looks, in the root, which is `/` now, whether one of them can be attached. 0, or -1 with the
 * error said.
 */
int mounts_check_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report);

/*
 * Attaches one of them in the root, which is `/` now; makes and judges its target. 0, or -1 with
 * the error said.
 */
int mounts_attach_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report);

/*
 * Puts it in place, where the mount is that old is opened on: in one step since Linux 6.5, before
 * with nothing there for a moment. 0, or -1 with the error said.
 */
int mounts_replace_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, int old, const char *place, struct report *report);

/* All of them, in order. */
int mounts_attach(struct mounts *mounts, const struct plan *plan, const struct root *root,
	struct report *report);

/* Lets their descriptors go; what is attached stays. */
void mounts_release(struct mounts *mounts);

#endif
