/* SPDX-License-Identifier: BSD-2-Clause */
/* A new file under a name of its own, to be renamed to its place once it is whole. */
#ifndef NEW_FILE_H
#define NEW_FILE_H

#include <limits.h>

struct stat;

struct new_file {
	char name[PATH_MAX]; /* beside its place, hidden by a dot */
};

/*
 * Each returns 0, or -1 with errno set and nothing left; reports nothing.
 *
 * new_file_write  writes the text, with the owner and the mode of like, and waits for the disk
 * new_file_keep   renames it to its place, unless that is taken: EEXIST
 * new_file_put    renames it to its place, over a file that is there
 */
int
new_file_write(struct new_file *file, const char *place, const char *text, const struct stat *like);
int new_file_keep(const struct new_file *file, const char *place);
int new_file_put(const struct new_file *file, const char *place);

#endif
