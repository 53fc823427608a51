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

/* Attaches a detached mount on what target is opened on, a symlink included. 0, or -1 with errno.
 */
int mount_attach(int fd, int target);

/* Binds the namespace that is opened as fd on the empty file at path. 0, or -1 with errno. */
int mount_pin(int fd, const char *path);

/* Takes the mount at path away; busy or not, it is gone from the path. 0, or -1 with errno. */
int mount_detach(const char *path);

#endif
