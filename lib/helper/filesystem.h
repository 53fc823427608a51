/* SPDX-License-Identifier: BSD-2-Clause */
/* A filesystem with a source to be found or opened: on a device, by a tag, in an image. libmount
 * mounts it. */
#ifndef FILESYSTEM_H
#define FILESYSTEM_H

#include <stdbool.h>

struct plan_mount;
struct report;

/* Where it is mounted before it is cloned: libmount mounts on a path, and no other process shall
 * see that. */
struct filesystem_stage {
	int host; /* borrowed; the host's mount namespace */
	int namespace; /* owned; a copy of the host's, -1 before it is needed */
};

/* Does the line need libmount, and not fsopen(2) alone? */
bool filesystem_needs_libmount(const struct plan_mount *line);

/*
 * Mounts it from source, the line's own or what its tag stands for, and gives it detached. A loop
 * device goes away with the last of its mounts. A descriptor, or -1 with the error said.
 */
int filesystem_make(struct filesystem_stage *stage, const struct plan_mount *line,
	const char *source, struct report *report);

void filesystem_stage_release(struct filesystem_stage *stage);

#endif
