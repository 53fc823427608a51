/* SPDX-License-Identifier: BSD-2-Clause */
/* The user's X authority file, which has the cookies that X servers demand: taken inside. */
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
	bool is_there; /* else nothing below counts */
	int error; /* 0, or why there is no text; EINVAL for a file that is not the user's own */
	char *text; /* owned */
	size_t size;
	dev_t device;
	ino_t inode;
	char path[PATH_MAX]; /* outside */
	char copy[PATH_MAX]; /* inside */
};

void xauthority_release(struct xauthority *xauthority);

/*
 * Reads what X programs of the caller read: $XAUTHORITY, or .Xauthority in the home. For the
 * time outside, when the ids are the user's already. Judged on the descriptor, of which none is
 * left: a regular file, the user's, XAUTHORITY_SIZE at most. Nothing is said.
 */
void xauthority_read(struct xauthority *xauthority, const char *variable, const char *home);

/*
 * For the time inside, without privilege. Where X programs with that home would not find the same
 * file, its text is put into one for the user alone below runtime, the value of XDG_RUNTIME_DIR or
 * NULL. The path of the copy, which XAUTHORITY shall name, owned by authority; NULL where the
 * variable stays as it is: a failure is said, and is none of the entry.
 */
const char *xauthority_show(struct xauthority *xauthority, const char *home, const char *runtime,
	const char *root, struct report *report);

#endif
