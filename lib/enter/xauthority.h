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
	bool is_there; /* if not, nothing below counts */
	int error; /* 0, or the errno of reading it; EINVAL for a file that is refused */
	char *text; /* owned */
	size_t size;
	dev_t device;
	ino_t inode;
	char path[PATH_MAX]; /* outside */
	char copy[PATH_MAX]; /* inside */
};

void xauthority_release(struct xauthority *xauthority);

/*
 * Reads $XAUTHORITY, or .Xauthority in the home: a regular file of the user's, of at most
 * XAUTHORITY_SIZE. To be called outside, with the user's ids. Reports nothing.
 */
void xauthority_read(struct xauthority *xauthority, const char *variable, const char *home);

/*
 * To be called inside, without privilege. Copies the text below runtime, XDG_RUNTIME_DIR or NULL,
 * unless X programs with that home find the same file. Returns the path for XAUTHORITY, borrowed
 * from xauthority, or NULL to leave the variable. A failure is a warning.
 */
const char *xauthority_show(struct xauthority *xauthority, const char *home, const char *runtime,
	const char *root, struct report *report);

#endif
