/* SPDX-License-Identifier: BSD-2-Clause */
/* Mounts filesystems that need libmount: of a device, a tag or an image. */
#ifndef FILESYSTEM_H
#define FILESYSTEM_H

#include <stdbool.h>

struct plan_mount;
struct report;

/* A private namespace for libmount, which mounts on a path that no other process shall see. */
struct filesystem_stage {
	int host; /* borrowed; the host's mount namespace */
	int namespace; /* owned; a copy of the host's, -1 until needed */
};

/* True if fsopen(2) alone cannot mount the line. */
bool filesystem_needs_libmount(const struct plan_mount *line);

/*
 * Mounts the line from source, its own or its tag's device. A loop device is freed with its last
 * mount. Returns a file descriptor of the detached mount, or -1 after reporting the error.
 */
int filesystem_make(struct filesystem_stage *stage, const struct plan_mount *line,
	const char *source, struct report *report);

void filesystem_stage_release(struct filesystem_stage *stage);

#endif
