/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges the owners of the directories that hold a plan's mount points. */
#ifndef OWNERSHIP_INSIDE_H
#define OWNERSHIP_INSIDE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct report;
struct root;

/*
 * Judges the directories that path names a component in, and those above its end: they must be safe
 * (ownership.h). Those on or below the mounts in foreign (count ids) are the host's, and are not
 * judged. target: from root_open_target. Call it where the tree is `/`. Returns 0 with the target's
 * *mode, or -1 after reporting the error.
 */
int ownership_judge_target(const struct root *root, const char *path, int target,
	const uint64_t *foreign, size_t count, mode_t *mode, struct report *report);

/*
 * Judges the directories on the way to a missing target, before it is made. Returns 0, or -1 after
 * reporting the error.
 */
int ownership_judge_way(const struct root *root, const char *path, const uint64_t *foreign,
	size_t count, struct report *report);

#endif
