/* SPDX-License-Identifier: BSD-2-Clause */
/* Tickets: what setuid programs remember of users in directories of /run. The host and a tree with
 * setuid programs that work each have their own. */
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
	const char *other_path; /* static; the one that some programs are built with */
	mode_t mode; /* as the program makes it that keeps tickets there */
};

/* Each directory, by a number below TICKETS_DIRECTORIES. */
const struct tickets_directory *tickets_directory(size_t number);

/*
 * Finds the directory below source, an absolute path of the host: "/sudo" below /run, "" for the
 * directory itself. Returns NULL if source does not lead to it. The host's /var/run counts as the
 * link to /run that it is. Points into the path of the directory.
 */
const char *tickets_below(const struct tickets_directory *directory, const char *source);

/* True if source, a path of the host, names something inside the directory. */
bool tickets_contain(const struct tickets_directory *directory, const char *source);

/* The directories of the host, each by its device and inode. */
struct tickets {
	dev_t devices[TICKETS_DIRECTORIES];
	ino_t inodes[TICKETS_DIRECTORIES];
};

/*
 * Makes the directories that the host lacks, for the plan to cover them inside. One that sudo made
 * after the start would be shown there. Refuses, before it makes any, what is no directory of the
 * superuser's. The directories stay. Returns 0, or -1 after reporting the error.
 */
int tickets_make(struct tickets *tickets, struct report *report);

/* Looks a name up inside. Returns 0, or -1 with errno set; reports nothing. */
typedef int tickets_look(const void *data, const char *name, struct stat *found);

/*
 * Looks up the directories by each of their names and refuses those of the host. This finds what
 * the text of a plan does not tell: a source that is a link or a bind to /run, and a /run of the
 * host that was mounted in the tree before. look: NULL for the names as they are where the process
 * is. Returns 0, or -1 after reporting the error.
 */
int tickets_judge(
	const struct tickets *tickets, tickets_look *look, const void *data, struct report *report);

#endif
