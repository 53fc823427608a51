/* SPDX-License-Identifier: BSD-2-Clause */
/* The difference between what is mounted inside and a plan: which mounts stay, which are to be
 * made, which are to go. Decides, touches nothing. */
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
	char **mount_points; /* owned; for each line of now, its target without links, as far as
			  they can be seen */
	bool *was_replaced; /* owned; for each line of before: its source is another file now */
	bool has_shared; /* a source of x-live lines was made shared just now, to which the clones
			    from before are deaf */
	bool *keeps; /* owned; for each line of now: one of before is its mount */
	size_t *kept; /* owned; which one, or PLAN_RECORD_NONE */
	bool *stays; /* owned; for each of before: it is the mount of a line of now */
};

/* True if it depends on the source of one of before whether that stays: a bind that a line of now
 * asks for again. A source that is not asked about may be one that never answers. */
bool difference_needs_source(const struct difference *difference, size_t old);

/*
 * Compares, once all above keeps is filled. restart: the name of the service whose restart brings
 * about what cannot be done in place. Returns 0, or -1 after reporting the error.
 * difference_release in both cases.
 */
int difference_find(struct difference *difference, const char *restart, struct report *report);

/* True if the line is kept, with other options than it has. */
bool difference_has_options(const struct difference *difference, size_t line);

/* True if the place of a new line lies on something that is to be made or to go. */
bool difference_is_hidden(const struct difference *difference, size_t line);

/* True if one of before is to go, as far as it is there. */
bool difference_is_leaving(const struct difference *difference, size_t old);

/* Returns the mount whose place the new line takes: the lowest of those that are to go there, or
 * NULL. */
struct plan_record_line *difference_replaced(const struct difference *difference, size_t line);

/* True if one that is to go is in the way of a new line: above, on or below its place. */
bool difference_is_in_the_way(const struct difference *difference, size_t old, size_t line);

/* Notes that a mount has been taken away, and what lay on it with it. */
void difference_has_gone(struct difference *difference, struct plan_record_line *line);

/* True if an option that is not named any more can be taken back in place. */
bool difference_is_taken_back(const struct plan_mount *before, const char *option);

/* True if the key of an option, "size" of "size=1m", is one of the list. */
bool difference_has_key(char **options, const char *option);

/* True if both have the same options of the filesystem's own. */
bool difference_is_same_filesystem(const struct plan_mount *one, const struct plan_mount *other);

void difference_release(struct difference *difference);

#endif
