/* SPDX-License-Identifier: BSD-2-Clause */
/* One mount as a file descriptor: cloned, changed, attached. */
#ifndef MOUNT_H
#define MOUNT_H

#include <stdbool.h>
#include <stdint.h>

struct mount_change {
	uint64_t set; /* MOUNT_ATTR_* */
	uint64_t clear; /* MOUNT_ATTR_* */
	uint64_t propagation; /* MS_SLAVE and its like, 0 for none */
	bool recursive; /* the mounts below it too */
};

/* Each function returns 0, or -1 with errno set; reports nothing, since a missing source may be no
 * error (nofail). */

/* Clones the mount at path, relative to directory, which an empty path stands for. recursive: with
 * the mounts below it, except unbindable ones. Returns a new file descriptor. */
int mount_clone(int directory, const char *path, bool recursive);

int mount_change(int fd, const struct mount_change *change);

/* Attaches a detached mount to the file of target, which may be a symbolic link. */
int mount_attach(int fd, int target);

#endif
