/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a plan as they were mounted: recorded, read back, compared with the mounts. */
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
	uint64_t device; /* st_dev of the mounted file; for a bind, of its source at that time */
	uint64_t inode;
	char *mount_point; /* owned; as in mountinfo(5), "" while unknown */
	bool is_changing; /* an interrupted or failed reload was about to change it */
	/* set by plan_record_scan */
	bool is_there; /* still mounted */
	bool is_moved; /* but elsewhere: mount_point is its present place */
	uint64_t seen_device; /* of the file seen there now */
	uint64_t seen_inode;
};

struct plan_record {
	struct plan plan; /* as recorded */
	struct plan_record_line
		*all; /* owned; the plan's, in its order, then those that a reload was to unmount */
	size_t count;
};

/* Reads the lines. Returns 0, or -1 after reporting the error; then lines is empty. */
int plan_record_read(struct plan_record *lines, const struct record *record, struct report *report);

void plan_record_release(struct plan_record *lines);

/* Finds the lines that are still mounted; called inside the namespace. proc_fd: the host's
 * /proc/self/fd. Returns 0, or -1 with errno set. */
int plan_record_scan(struct plan_record *lines, int proc_fd);

/* True if a bind's source on the host is now another file, and not the one seen inside. */
bool plan_record_source_was_replaced(const struct plan_record *lines, size_t index);

/* The lines of a plan that are mounted already. */
struct plan_record_kept {
	const struct plan_record *before; /* borrowed */
	const size_t *which; /* borrowed; for each line of the plan, its index in before, or
				PLAN_RECORD_NONE */
	bool has_old_options; /* they are not changed yet */
};

#define PLAN_RECORD_NONE SIZE_MAX

/* Adds a mounted plan to a record. kept may be NULL. is_visible: the host has the filesystems too,
 * so they identify no process. Returns 0, or -1 with errno set. */
int plan_record_add(struct record *record, const struct plan *plan, const struct mounts *mounts,
	const struct plan_record_kept *kept, bool is_visible);

/* True if the plan and the record have the same line for `/`, or neither has one. */
bool plan_record_is_same_root(const struct record *record, const struct plan *plan);

/* Adds a line that is about to be unmounted. Returns 0, or -1 with errno set. */
int plan_record_add_leaving(struct record *record, const struct plan_record_line *line);

#endif
