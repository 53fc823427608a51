/* SPDX-License-Identifier: BSD-2-Clause */
/* One mount as a descriptor: cloned, changed, attached. Nothing has a path before it is
 * attached. */
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

/*
 * Clones the mount at path, which is taken relative to directory, with the mounts below it when
 * recursive is set (unbindable ones stay out); an empty path is directory itself. A descriptor,
 * or -1 with errno set and nothing said, since a missing source may be no error (nofail).
 */
int mount_clone(int directory, const char *path, bool recursive);

/* Changes a mount that is a descriptor. 0, or -1 with errno set and nothing said. */
int mount_change(int fd, const struct mount_change *change);

/* Attaches a detached mount on what target is opened on, a symlink included. 0, or -1 with errno.
 */
int mount_attach(int fd, int target);

#endif
