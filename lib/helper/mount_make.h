/* SPDX-License-Identifier: BSD-2-Clause */
/* A mount of a new filesystem, and mounts that are moved or taken away by their place. */
#ifndef MOUNT_MAKE_H
#define MOUNT_MAKE_H

#include <stdint.h>

struct report;

/*
 * Makes a filesystem of the given type. source may be NULL; options is a list, ended by NULL, of
 * "key" and "key=value"; target is for messages alone. A descriptor, or -1 with the error said, in
 * the words of the filesystem where it has some.
 */
int mount_make(const char *type, const char *source, const char *target, const char *const *options,
	uint64_t attributes, struct report *report);

/*
 * Gives the filesystem that is mounted at fd other options of its own. Those that the list does
 * not name stay as they are. 0, or -1 with the error said.
 */
int mount_reconfigure(int fd, const char *type, const char *target, const char *const *options,
	struct report *report);

/* Attaches a detached mount below the one that on_top is opened on (Linux 6.5). 0, or -1 with
 * errno.
 */
int mount_attach_beneath(int fd, int on_top);

/*
 * Takes away the mount that fd is opened on; busy or not, it is gone from its place. names: the
 * host's /proc/self/fd, since a root's own may be anything; it becomes the working directory. 0, or
 * -1 with errno.
 */
int mount_take_off(int fd, int proc_fd);

/* Binds the namespace that is opened as fd on the empty file at path. 0, or -1 with errno. */
int mount_pin(int fd, const char *path);

/* Takes the mount at path away; busy or not, it is gone from the path. 0, or -1 with errno. */
int mount_detach(const char *path);

#endif
