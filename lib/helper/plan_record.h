/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a plan as they were mounted: what the record keeps of them, and what is still there.
 */
#ifndef PLAN_RECORD_H
#define PLAN_RECORD_H

#include "helper/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mounts;
struct record;
struct report;

struct plan_record_line {
	uint64_t id; /* of the mount; 0 for a line that was passed over */
	uint64_t device; /* of what is mounted: the source of a bind as it was then */
	uint64_t inode;
	char *mount_point; /* owned; where it is mounted, as mountinfo(5) has it; "" where nobody
			knows yet */
	bool is_changing; /* a reload that was interrupted, or failed, was about to change it */
	/* for plan_record_scan to say */
	bool is_there; /* it is still mounted */
	bool is_moved; /* but not in its place: place is where it is now */
	uint64_t seen_device; /* what is seen in its place now */
	uint64_t seen_inode;
};

struct plan_record {
	struct plan plan; /* each line as the plan had it */
	struct plan_record_line
		*all; /* owned; those of the plan, in its order, then those that are to go */
	size_t count;
};

/* Reads them. Returns 0, or -1 after reporting the error, with nothing held. */
int plan_record_read(struct plan_record *lines, const struct record *record, struct report *report);

void plan_record_release(struct plan_record *lines);

/*
 * Looks which of them are mounted. To be called inside the namespace; names: the host's
 * /proc/self/fd. 0, or -1 with errno.
 */
int plan_record_scan(struct plan_record *lines, int proc_fd);

/* True if the source of a bind has become another file on the host, which is not seen inside
 * either. */
bool plan_record_source_was_replaced(const struct plan_record *lines, size_t index);

/* The lines of a plan that were mounted before already. */
struct plan_record_kept {
	const struct plan_record *before; /* borrowed */
	const size_t *
		which; /* borrowed; for each line of the plan, one of before, or PLAN_RECORD_NONE */
	bool has_old_options; /* they are still to be changed */
};

#define PLAN_RECORD_NONE SIZE_MAX

/*
 * Adds to a record what a plan became. kept may be NULL. is_visible: the host has the
 * filesystems in its view too, so that no process is known by them. Returns 0, or -1 with errno
 * set.
 */
int plan_record_add(struct record *record, const struct plan *plan, const struct mounts *mounts,
	const struct plan_record_kept *kept, bool is_visible);

/* True if the plan and the record have the same line for `/`, or neither has one. */
bool plan_record_is_same_root(const struct record *record, const struct plan *plan);

/* Adds one of before that is to be taken away. 0, or -1 with errno. */
int plan_record_add_leaving(struct record *record, const struct plan_record_line *line);

#endif
