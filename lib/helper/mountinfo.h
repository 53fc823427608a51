/* SPDX-License-Identifier: BSD-2-Clause */
/* What is mounted somewhere, as the kernel lists it. */
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
		struct libmnt_fs *mount; /* borrowed from the table; NULL where it has none */
	} known[16]; /* those asked for so far: each root asks for the same ones */
	size_t known_count;
	const char *
		*mount_points; /* owned, as borrowed strings of the table; rising, once asked for */
	size_t mount_point_count;
};

/* Reads it of the host, once for any number of roots. 0, or -1 with the error said. */
int mountinfo_read(struct mountinfo *mountinfo, struct report *report);

/* The same where the process is, by names, the host's /proc/self/fd. 0, or -1 with errno. */
int mountinfo_read_inside(struct mountinfo *mountinfo, int proc_fd);

void mountinfo_release(struct mountinfo *mountinfo);

/* The options of the host's own /proc, "" where there is none; borrowed. */
const char *mountinfo_proc_options(struct mountinfo *mountinfo);

/* Does what is mounted below path later reach a slave of the mount it lies on; or of the one with
 * this id? */
bool mountinfo_is_shared(struct mountinfo *mountinfo, const char *path);
bool mountinfo_has_shared(struct mountinfo *mountinfo, uint64_t id);

/*
 * May there be a mount below the directory at path, other than by a link? A clone without those
 * below is cheaper: the kernel looks at every mount on the same filesystem for each directory.
 */
bool mountinfo_has_below(struct mountinfo *mountinfo, const char *path);

/* The place of the mount with this id, or NULL; borrowed. */
const char *mountinfo_mount_point(const struct mountinfo *mountinfo, uint64_t id);

#endif
