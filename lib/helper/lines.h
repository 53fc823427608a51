/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a plan as they were mounted: what the record keeps of them, and what is still there.
 */
#ifndef LINES_H
#define LINES_H

#include "helper/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mounts;
struct record;
struct report;

struct lines_one {
	uint64_t id; /* of the mount; 0 for a line that was passed over */
	uint64_t device; /* of what is mounted: the source of a bind as it was then */
	uint64_t inode;
	char *place; /* owned; where it is mounted, as mountinfo(5) has it; "" where nobody knows
			yet */
	bool is_changing; /* a reload that was interrupted, or failed, was about to change it */
	/* for lines_look to say */
	bool is_there; /* it is still mounted */
	bool is_moved; /* but not in its place: place is where it is now */
	uint64_t seen_device; /* what is seen in its place now */
	uint64_t seen_inode;
};

struct lines {
	struct plan plan; /* each line as the plan had it */
	struct lines_one
		*all; /* owned; those of the plan, in its order, then those that are to go */
	size_t count;
};

/* Reads them. Returns 0, or -1 after reporting the error, with nothing held. */
int lines_read(struct lines *lines, const struct record *record, struct report *report);

void lines_release(struct lines *lines);

/*
 * Looks which of them are mounted. To be called inside the namespace; names: the host's
 * /proc/self/fd. 0, or -1 with errno.
 */
int lines_look(struct lines *lines, int names);

/* True if the source of a bind has become another file on the host, which is not seen inside
 * either. */
bool lines_source_was_replaced(const struct lines *lines, size_t index);

/* The lines of a plan that were mounted before already. */
struct lines_kept {
	const struct lines *before; /* borrowed */
	const size_t *which; /* borrowed; for each line of the plan, one of before, or LINES_NONE */
	bool has_old_options; /* they are still to be changed */
};

#define LINES_NONE SIZE_MAX

/*
 * Adds to a record what a plan became. kept may be NULL. is_visible: the host has the
 * filesystems in its view too, so that no process is known by them. Returns 0, or -1 with errno
 * set.
 */
int lines_record(struct record *record, const struct plan *plan, const struct mounts *mounts,
	const struct lines_kept *kept, bool is_visible);

/* True if the plan and the record have the same line for `/`, or neither has one. */
bool lines_is_same_root(const struct record *record, const struct plan *plan);

/* Adds one of before that is to be taken away. 0, or -1 with errno. */
int lines_record_leaving(struct record *record, const struct lines_one *line);

#endif
