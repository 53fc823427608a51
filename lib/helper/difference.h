/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides which mounts a reload keeps, makes and unmounts; touches none. */
#ifndef DIFFERENCE_H
#define DIFFERENCE_H

#include "helper/plan_record.h"

#include <stdbool.h>
#include <stddef.h>

struct plan;
struct plan_mount;
struct report;

struct difference {
	const struct plan *now; /* borrowed */
	struct plan_record before;
	char **mount_points; /* owned; for each line of now: its target, links resolved as far as
				visible */
	bool *was_replaced; /* owned; for each line of before: its source is another file now */
	bool has_shared; /* a source of x-live lines was just made shared; older clones receive
			    nothing */
	bool *keeps; /* owned; for each line of now: it keeps a mount of before */
	size_t *kept; /* owned; that line of before, or PLAN_RECORD_NONE */
	bool *stays; /* owned; for each line of before: it is kept */
};

/*
 * True if a line of now asks for the bind old again, so that its source must be compared. Others
 * are left alone, because a dead server never answers.
 */
bool difference_needs_source(const struct difference *difference, size_t old);

/*
 * Fills the fields from keeps on. restart: the root's name, for the command that a change
 * impossible in place needs. Returns 0, or -1 after reporting the error. difference_release in both
 * cases.
 */
int difference_find(struct difference *difference, const char *restart, struct report *report);

/* True if a kept line needs its options set again. */
bool difference_has_options(const struct difference *difference, size_t line);

/* True if the line's mount point is at or below a mount still to be made or unmounted. */
bool difference_is_hidden(const struct difference *difference, size_t line);

/* True if line old is still mounted and is to go. */
bool difference_is_leaving(const struct difference *difference, size_t old);

/* Returns the mount that a new line replaces: the lowest to go at its mount point, or NULL. */
struct plan_record_line *difference_replaced(const struct difference *difference, size_t line);

/* True if old is to go and lies at, above or below the new line's mount point. */
bool difference_is_in_the_way(const struct difference *difference, size_t old, size_t line);

/* Marks a mount as unmounted, with those to go below it. */
void difference_has_gone(struct difference *difference, struct plan_record_line *line);

/* True if an option removed from the line can be reset in place. */
bool difference_is_taken_back(const struct plan_mount *before, const char *option);

/* True if the list has an option of the same key, as "size" in "size=1m". */
bool difference_has_key(char **options, const char *option);

bool difference_is_same_filesystem(const struct plan_mount *one, const struct plan_mount *other);

void difference_release(struct difference *difference);

#endif
