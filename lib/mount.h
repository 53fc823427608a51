/* SPDX-License-Identifier: BSD-2-Clause */
/* One mount as a descriptor: cloned or made, changed, attached. Nothing has a path before it is
 * attached. */
#ifndef MOUNT_H
#define MOUNT_H

#include <stdbool.h>
#include <stdint.h>

struct report;

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

/*
 * Makes a filesystem of the given type. source may be NULL; options is a list, ended by NULL, of
 * "key" and "key=value"; target is for messages alone. A descriptor, or -1 with the error said, in
 * the words of the filesystem where it has some.
 */
int mount_make(const char *type, const char *source, const char *target, const char *const *options,
	uint64_t attributes, struct report *report);

/* Changes a mount that is a descriptor. 0, or -1 with errno set and nothing said. */
int mount_change(int fd, const struct mount_change *change);

/*
 * Gives the filesystem that is mounted at fd other options of its own. Those that the list does
 * not name stay as they are. 0, or -1 with the error said.
 */
int mount_reconfigure(int fd, const char *type, const char *target, const char *const *options,
	struct report *report);

/* Attaches a detached mount on what target is opened on, a symlink included. 0, or -1 with errno.
 */
int mount_attach(int fd, int target);

/* Attaches a detached mount below the one that on_top is opened on (Linux 6.5). 0, or -1 with
 * errno.
 */
int mount_attach_beneath(int fd, int on_top);

/*
 * Takes away the mount that fd is opened on; busy or not, it is gone from its place. names: the
 * host's /proc/self/fd, since a root's own may be anything; it becomes the working directory. 0, or
 * -1 with errno.
 */
int mount_take_off(int fd, int names);

/* Binds the namespace that is opened as fd on the empty file at path. 0, or -1 with errno. */
int mount_pin(int fd, const char *path);

/* Takes the mount at path away; busy or not, it is gone from the path. 0, or -1 with errno. */
int mount_detach(const char *path);

#endif
