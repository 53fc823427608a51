/* SPDX-License-Identifier: BSD-2-Clause */
/* Tickets: the directories in /run where setuid programs remember users, kept apart for host and
 * tree. */
#ifndef TICKETS_H
#define TICKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct report;
struct stat;

#define TICKETS_DIRECTORIES 4

struct tickets_directory {
	const char *path; /* static */
	const char *other_path; /* static; some programs are built with this one */
	mode_t mode; /* as its program makes it */
};

/* Returns a directory, by a number below TICKETS_DIRECTORIES. */
const struct tickets_directory *tickets_directory(size_t number);

/*
 * Returns the directory's path below source, an absolute path of the host: "/sudo" below /run, ""
 * for the directory itself; NULL if source does not lead to it. Points into directory->path.
 * /var/run counts as the link to /run that it is.
 */
const char *tickets_below(const struct tickets_directory *directory, const char *source);

/* True if source, a path of the host, lies inside the directory. */
bool tickets_contain(const struct tickets_directory *directory, const char *source);

/* The host's directories, by device and inode. */
struct tickets {
	dev_t devices[TICKETS_DIRECTORIES];
	ino_t inodes[TICKETS_DIRECTORIES];
};

/*
 * Makes the directories that the host lacks, for the plan to cover: one that sudo made after start
 * would be shown inside. First refuses any that is no directory of the superuser's. The directories
 * stay. Returns 0, or -1 after reporting the error.
 */
int tickets_make(struct tickets *tickets, struct report *report);

/* Looks up a name inside. Returns 0, or -1 with errno set; reports nothing. */
typedef int tickets_look(const void *data, const char *name, struct stat *found);

/*
 * Refuses a tree where a name of a directory leads to the host's. This finds more than the plan's
 * text: a source that is a link or a bind to /run, or a /run of the host mounted in the tree
 * before. look: NULL for the present names. Returns 0, or -1 after reporting the error.
 */
int tickets_judge(
	const struct tickets *tickets, tickets_look *look, const void *data, struct report *report);

#endif
