/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges the owners of the directories that the mount points of a plan stand in. */
#ifndef OWNERSHIP_INSIDE_H
#define OWNERSHIP_INSIDE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct report;
struct root;

/*
 * Judges the directories that path names something in, and those above the place it leads to: they
 * must be safe (ownership.h). Those on a mount of foreign (ids, count of them) and below are not
 * judged: they are the host's. target: what root_open_target opened. To be called where the tree is
 * `/`. Returns 0 with *mode what the target is, or -1 after reporting the error.
 */
int ownership_judge_target(const struct root *root, const char *path, int target,
	const uint64_t *foreign, size_t count, mode_t *mode, struct report *report);

/* Judges the same of the directories on the way to something that is not there yet, before it is
 * made. Returns 0, or -1 after reporting the error. */
int ownership_judge_way(const struct root *root, const char *path, const uint64_t *foreign,
	size_t count, struct report *report);

#endif
