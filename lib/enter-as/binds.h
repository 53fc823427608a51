/* SPDX-License-Identifier: BSD-2-Clause */
/* The binds of one entry, -b and --bind-ro, made in a copy of the root's namespace. */
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

/* Each of the others but binds_add returns 0, or -1 after reporting the error. */

/*
 * Parses -b and --bind-ro: SRC or SRC:DST, absolute paths, DST not the top directory. DST defaults
 * to SRC. A backslash escapes a colon or a backslash.
 */
int binds_read(struct binds *binds, const struct options *options, struct report *report);

/* Adds one word. Returns 0, or -1 with errno set, EINVAL for a malformed word; reports nothing. */
int binds_add(struct binds *binds, const char *word, bool is_read_only);

/*
 * Clones the sources and the mounts below them, on the host. Later mounts below a source reach its
 * clone, and none goes back.
 */
int binds_open(struct binds *binds, struct report *report);

/*
 * Attaches the clones inside, in order. No link is followed, so the owner of a directory on the way
 * cannot redirect it; a DST that is itself a link is covered. proc_fd: the host's /proc/self/fd.
 * root: the root's name.
 */
int binds_attach(struct binds *binds, int proc_fd, const char *root, struct report *report);

#endif
