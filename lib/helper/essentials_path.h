/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges one path of the essentials: the owners of its directories, its links and its end. */
#ifndef ESSENTIALS_PATH_H
#define ESSENTIALS_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct report;
struct root;

/* A mount not attached yet, to be seen at and below its mount point. */
struct essentials_cover {
	const char *mount_point; /* borrowed; links on the way resolved */
	int fd; /* borrowed; -1: unknown content, skipped */
};

/* A group-writable file or directory. */
struct essentials_shared {
	char *path; /* owned; inside the root */
	bool has_host_path; /* root->path on the host shows it */
	gid_t group;
};

struct essentials {
	const struct root *root; /* borrowed; `/` of the process, or a directory of the host */
	const char *path; /* borrowed; PATH inside */
	const char *shell; /* borrowed; "" for that of the tree's passwd */
	const struct essentials_cover *covers; /* borrowed; later ones cover earlier ones */
	size_t cover_count;
	struct essentials_shared *shared; /* owned */
	size_t shared_count;
};

/* Zeroed by the caller but for the borrowed fields. */
struct essentials_path {
	struct essentials *essentials; /* borrowed */
	struct report *report; /* borrowed */
	char **good; /* owned, with its strings; already judged */
	size_t good_count;
	char at[PATH_MAX]; /* end of the last path, without links */
};

/*
 * Judges each component of a path in the tree. Resolving by text is safe: the judged part has no
 * links, and only the superuser can exchange it. Adds group-writable files to essentials->shared.
 * Returns 1 with at set, 0 if nothing is there or it is skipped, or -1 after reporting the error.
 */
int essentials_path_judge(struct essentials_path *walk, const char *path);

/*
 * Opens the regular file at the end of the last path. Returns 1, 0 for another type, or -1 after
 * reporting the error.
 */
int essentials_path_open(const struct essentials_path *walk, int *fd);

/* Reports errno for a path. Returns -1. */
int essentials_path_error(const struct essentials_path *walk, const char *path);

void essentials_path_release(struct essentials_path *walk);

#endif
