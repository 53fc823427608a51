/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: the ordered list of mounts that a root's configuration asks for. Decides, touches
 * nothing. */
#ifndef PLAN_H
#define PLAN_H

#include "helper/plan_options.h"

#include <stdbool.h>
#include <stddef.h>

struct config;
struct report;

struct plan {
	struct plan_mount *mounts; /* owned; in the order they are mounted in */
	size_t count;
	struct plan_mount *root; /* owned; the line for `/`, NULL where it is a bind of the tree */
	bool hides_tickets; /* setuid programs inside work, so no line shows those of the host */
};

/*
 * Makes the plan of a root: `mounts`, then the service's `extra_mounts`, then its own. With
 * `allow_setuid`, each line that shows the tickets of the host's setuid programs
 * (tickets.h) is followed by lines that cover them. Returns 0, or -1 after reporting the error as
 * "FILE:LINE: …"; then plan holds nothing.
 */
int plan_make(struct plan *plan, const struct config *config, struct report *report);

void plan_release(struct plan *plan);

/*
 * Adds a line that a plan had before, by the four fields it was made of. Returns 0, or -1 after
 * reporting the error.
 */
int plan_add(struct plan *plan, const char *source, const char *target, const char *type,
	const char *options_text, struct report *report);

/* True if `/` is a directory of the host, with no line for it or a bind. */
bool plan_is_tree_of_host(const struct plan *plan);

/* True if path is the target of a mount, or below it. Both are absolute. Each other path is below
 * `/`. */
bool plan_is_at_or_below(const char *path, const char *target);

/*
 * Gives each proc line those of hidepid, gid and subset that it does not name from the host's own
 * /proc, whose options are given: a fresh proc would otherwise show what the host hides. Returns 0,
 * or -1 with errno set.
 */
int plan_inherit_proc(struct plan *plan, const char *host_options);

/*
 * True if the line's target lies below the target of an earlier line. Then it is the host's, and
 * not on the root's own tree.
 */
bool plan_is_nested(const struct plan *plan, size_t index);

#endif
