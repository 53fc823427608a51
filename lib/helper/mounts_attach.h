/* SPDX-License-Identifier: BSD-2-Clause */
/* The mounts of a plan, attached inside: in the new namespace, or in one that processes use. */
#ifndef MOUNTS_ATTACH_H
#define MOUNTS_ATTACH_H

#include <stddef.h>

struct mounts;
struct plan;
struct report;
struct root;

/*
 * Unmounts what the tree has on or below the targets of the plan, such as a script's old /proc: it
 * would lie hidden there. To be called in the new namespace, before any other process is in it.
 * Returns 0, or -1 after reporting the error.
 */
int mounts_clear_targets(const struct plan *plan, const struct root *root, struct report *report);

/*
 * Checks, in the root, which is `/` now, that one of them can be attached; makes its target where
 * the line asks for that. Returns 0, or -1 after reporting the error.
 */
int mounts_check_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report);

/*
 * Attaches one of them in the root, which is `/` now; makes and judges its target. Returns 0, or -1
 * after reporting the error.
 */
int mounts_attach_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report);

/*
 * Puts it in the place of the mount that old is opened on: in one step since Linux 6.5, before that
 * with nothing there for a moment. Returns 0, or -1 after reporting the error.
 */
int mounts_replace_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, int old, const char *mount_point, struct report *report);

/* Attaches all of them, in order. Returns 0, or -1 after reporting the error. */
int mounts_attach(struct mounts *mounts, const struct plan *plan, const struct root *root,
	struct report *report);

#endif
