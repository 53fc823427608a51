/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks mounts up in the kernel's mountinfo. */
#ifndef MOUNTINFO_H
#define MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct libmnt_fs;
struct libmnt_table;
struct report;

struct mountinfo {
	struct libmnt_table *table; /* owned */
	struct mountinfo_known {
		uint64_t id;
		struct libmnt_fs *mount; /* borrowed from the table, or NULL */
	} known[16]; /* look-ups so far: each root needs the same ones */
	size_t known_count;
	const char **mount_points; /* owned; sorted on first use; strings of the table */
	size_t mount_point_count;
};

/* Reads the host's, once for any number of roots. Returns 0, or -1 after reporting the error. */
int mountinfo_read(struct mountinfo *mountinfo, struct report *report);

/*
 * Reads that of the process's own namespace. proc_fd: the host's /proc/self/fd. Returns 0, or -1
 * with errno set.
 */
int mountinfo_read_inside(struct mountinfo *mountinfo, int proc_fd);

void mountinfo_release(struct mountinfo *mountinfo);

/* Returns the options of the host's own /proc, or "", borrowed. */
const char *mountinfo_proc_options(struct mountinfo *mountinfo);

/*
 * True if the mount that path lies on, or the one with the id, propagates later mounts to its
 * slaves.
 */
bool mountinfo_is_shared(struct mountinfo *mountinfo, const char *path);
bool mountinfo_has_shared(struct mountinfo *mountinfo, uint64_t id);

/*
 * True if there may be a mount below path, taken literally. A clone without those below is cheaper:
 * the kernel looks at every mount on the same filesystem for each directory.
 */
bool mountinfo_has_below(struct mountinfo *mountinfo, const char *path);

/* Returns a mount point, borrowed, or NULL. */
const char *mountinfo_mount_point(const struct mountinfo *mountinfo, uint64_t id);

#endif
