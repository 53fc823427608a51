/* SPDX-License-Identifier: BSD-2-Clause */
/* What is mounted somewhere, as the kernel lists it. */
#ifndef MOUNTED_H
#define MOUNTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct libmnt_fs;
struct libmnt_table;
struct report;

struct mounted {
	struct libmnt_table *table; /* owned */
	struct mounted_known {
		uint64_t id;
		struct libmnt_fs *mount; /* borrowed from the table; NULL where it has none */
	} known[16]; /* those asked for so far: each root asks for the same ones */
	size_t known_count;
	const char **places; /* owned, as borrowed strings of the table; rising, once asked for */
	size_t place_count;
};

/* Reads it of the host, once for any number of roots. 0, or -1 with the error said. */
int mounted_read(struct mounted *mounted, struct report *report);

/* The same where the process is, by names, the host's /proc/self/fd. 0, or -1 with errno. */
int mounted_read_here(struct mounted *mounted, int names);

void mounted_release(struct mounted *mounted);

/* The options of the host's own /proc, "" where there is none; borrowed. */
const char *mounted_proc_options(struct mounted *mounted);

/* Does what is mounted below path later reach a slave of the mount it lies on; or of the one with
 * this id? */
bool mounted_is_shared(struct mounted *mounted, const char *path);
bool mounted_has_shared(struct mounted *mounted, uint64_t id);

/*
 * May there be a mount below the directory at path, other than by a link? A clone without those
 * below is cheaper: the kernel looks at every mount on the same filesystem for each directory.
 */
bool mounted_has_below(struct mounted *mounted, const char *path);

/* The place of the mount with this id, or NULL; borrowed. */
const char *mounted_place_of(const struct mounted *mounted, uint64_t id);

#endif
