/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes, reconfigures, pins and unmounts single mounts. */
#ifndef MOUNT_MAKE_H
#define MOUNT_MAKE_H

#include <stdint.h>

struct report;

/*
 * Makes a filesystem, detached. source and options may be NULL; options is a NULL-terminated list
 * of "key" and "key=value"; target is for messages. Returns a file descriptor, or -1 after
 * reporting the error, in the filesystem's own words if it has any.
 */
int mount_make(const char *type, const char *source, const char *target, const char *const *options,
	uint64_t attributes, struct report *report);

/*
 * Changes options of the filesystem at fd; those not listed stay. Returns 0, or -1 after reporting
 * the error.
 */
int mount_reconfigure(int fd, const char *type, const char *target, const char *const *options,
	struct report *report);

/*
 * Attaches a detached mount beneath the one open as on_top (Linux 6.5). This and the functions
 * below return 0, or -1 with errno set.
 */
int mount_attach_beneath(int fd, int on_top);

/*
 * Unmounts the mount open as fd, even if busy. proc_fd: the host's /proc/self/fd, because a root's
 * own may be anything; it becomes the working directory.
 */
int mount_take_off(int fd, int proc_fd);

/* Binds the namespace open as fd on an empty file. */
int mount_pin(int fd, const char *path);

/* Unmounts the mount at path, even if busy. */
int mount_detach(const char *path);

#endif
