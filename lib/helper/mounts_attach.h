/* SPDX-License-Identifier: BSD-2-Clause */
/* Attaches a plan's mounts inside, in a new namespace or one in use. */
#ifndef MOUNTS_ATTACH_H
#define MOUNTS_ATTACH_H

#include <stddef.h>

struct mounts;
struct plan;
struct report;
struct root;

/*
 * Unmounts the tree's own mounts on or below the plan's targets: a script's old /proc, say, would
 * lie hidden there. Call it in the new namespace, before another process is in it. This and the
 * functions below return 0, or -1 after reporting the error.
 */
int mounts_clear_targets(const struct plan *plan, const struct root *root, struct report *report);

/*
 * Checks that a line can be attached in the root, which is `/` now; makes its target if asked to.
 */
int mounts_check_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report);

/* Attaches a line in the root, which is `/` now; makes and judges its target. */
int mounts_attach_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report);

/*
 * Replaces the mount open as old by a line's: in one step since Linux 6.5, before that with nothing
 * there for a moment.
 */
int mounts_replace_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, int old, const char *mount_point, struct report *report);

/* Attaches all lines in order. */
int mounts_attach(struct mounts *mounts, const struct plan *plan, const struct root *root,
	struct report *report);

#endif
