/* SPDX-License-Identifier: BSD-2-Clause */
/* One path of the essentials: the owners of each directory and link on it, and of what it leads to.
 */
#ifndef ESSENTIALS_PATH_H
#define ESSENTIALS_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct report;
struct root;

/* A mount that is not there yet: what will be seen at its mount point and below. */
struct essentials_cover {
	const char *mount_point; /* borrowed; links on the way resolved */
	int fd; /* borrowed; -1 where what will be seen is not known and passed over */
};

/* Something that a group can write to. */
struct essentials_shared {
	char *path; /* owned; inside */
	bool has_host_path; /* root->path on the host leads to the same thing */
	gid_t group;
};

struct essentials {
	const struct root *root; /* borrowed; `/` of the process, or a directory of the host */
	const char *path; /* borrowed; PATH inside */
	const char *shell; /* borrowed; "" for that of the tree's passwd */
	const struct essentials_cover *covers; /* borrowed; a later one covers an earlier one */
	size_t cover_count;
	struct essentials_shared *shared; /* owned */
	size_t shared_count;
};

/* Zeroed but for what is borrowed. */
struct essentials_path {
	struct essentials *essentials; /* borrowed */
	struct report *report; /* borrowed */
	char **good; /* owned, as each of them; directories that have been judged */
	size_t good_count;
	char at[PATH_MAX]; /* where the last path led, without links */
};

/*
 * Goes along a path in the tree by its text: what is in front has been judged, so that no user but
 * the superuser can exchange it, and has no links. What a group can write to is added to
 * essentials->shared. Returns 1 with at, 0 where it leads to nothing or is passed over, or -1 after
 * reporting the error.
 */
int essentials_path_judge(struct essentials_path *walk, const char *path);

/* Opens the file that the last path led to. Returns 1 with a descriptor, 0 where it is no file, or
 * -1 after reporting the error. */
int essentials_path_open(const struct essentials_path *walk, int *fd);

/* Reports errno for a path. Returns -1. */
int essentials_path_error(const struct essentials_path *walk, const char *path);

void essentials_path_release(struct essentials_path *walk);

#endif
