/* SPDX-License-Identifier: BSD-2-Clause */
/* The user's X authority file, with the cookies that X servers demand: copied inside. */
#ifndef XAUTHORITY_H
#define XAUTHORITY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct report;

#define XAUTHORITY_SIZE (64 * 1024) /* bytes at most */

struct xauthority {
	const char *variable; /* borrowed; the caller's XAUTHORITY, NULL where it is not set */
	bool is_there; /* if not, nothing below is set */
	int error; /* 0, or the errno of reading it; EINVAL for a file that is not the user's own */
	char *text; /* owned */
	size_t size;
	dev_t device;
	ino_t inode;
	char path[PATH_MAX]; /* outside */
	char copy[PATH_MAX]; /* inside */
};

void xauthority_release(struct xauthority *xauthority);

/*
 * Reads the file that X programs of the caller read: $XAUTHORITY, or .Xauthority in the home. To be
 * called outside, with the user's ids. It must be a regular file of the user's, of at most
 * XAUTHORITY_SIZE. Reports nothing, and leaves no descriptor open.
 */
void xauthority_read(struct xauthority *xauthority, const char *variable, const char *home);

/*
 * To be called inside, without privilege. If X programs with that home would find another file, or
 * none, copies the text below runtime, the value of XDG_RUNTIME_DIR or NULL. Returns the path for
 * XAUTHORITY, borrowed from xauthority, or NULL if the variable stays as it is. A failure is a
 * warning.
 */
const char *xauthority_show(struct xauthority *xauthority, const char *home, const char *runtime,
	const char *root, struct report *report);

#endif
