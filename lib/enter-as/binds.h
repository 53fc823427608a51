/* SPDX-License-Identifier: BSD-2-Clause */
/* What the superuser binds for one entry: onto places of a copy of the root's namespace. */
#ifndef BINDS_H
#define BINDS_H

#include <stdbool.h>
#include <stddef.h>

struct options;
struct report;

struct bind_entry {
	char *source; /* owned; on the host */
	char *target; /* owned; inside */
	bool is_read_only;
	int tree; /* owned; the clone of source, -1 before binds_open */
};

struct binds {
	struct bind_entry *all; /* owned */
	size_t count;
};

void binds_release(struct binds *binds);

/*
 * Reads the words of -b and --bind-ro: SRC or SRC:DST, absolute paths both, DST not the top
 * directory; DST is SRC where it is missing. A backslash takes its meaning from the colon or the
 * backslash behind it. Returns 0, or -1 after reporting the error.
 */
int binds_read(struct binds *binds, const struct options *options, struct report *report);

/* Adds one word. Returns 0, or -1 with errno set: EINVAL for words that are none of these, ENOMEM;
 * reports nothing. */
int binds_add(struct binds *binds, const char *word, bool is_read_only);

/*
 * Clones the sources, with the mounts below them, where the process is. What is mounted below a
 * source later appears in its clone too, and nothing goes back. 0, or -1 with the error said.
 */
int binds_open(struct binds *binds, struct report *report);

/*
 * Attaches the clones, in their order, where the process is now. Nothing is resolved outside `/`
 * there, and no link is followed: who owns a directory on the way has no say in where it leads. A
 * link that is DST itself is covered. names: the host's /proc/self/fd. root: the name, for messages
 * alone. 0, or -1 with the error said.
 */
int binds_attach(struct binds *binds, int proc_fd, const char *root, struct report *report);

#endif
