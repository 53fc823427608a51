/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: the ordered list of mounts that a root's configuration asks for. */
#ifndef PLAN_H
#define PLAN_H

#include "helper/plan_options.h"

#include <stdbool.h>
#include <stddef.h>

struct config;
struct report;

struct plan {
	struct plan_mount *mounts; /* owned; in mounting order */
	size_t count;
	struct plan_mount *root; /* owned; the line for `/`, NULL for a bind of the tree */
	bool hides_tickets; /* allow_setuid=yes: no line shows the host's tickets */
};

/*
 * Makes a plan of `mounts`, the service's `extra_mounts` and the root's own. With `allow_setuid`,
 * covers follow each line that shows the host's tickets (tickets.h). Returns 0, or -1 after
 * reporting the error as "FILE:LINE: …"; then plan is empty.
 */
int plan_make(struct plan *plan, const struct config *config, struct report *report);

void plan_release(struct plan *plan);

/* Adds a recorded line by its four fields. Returns 0, or -1 after reporting the error. */
int plan_add(struct plan *plan, const char *source, const char *target, const char *type,
	const char *options_text, struct report *report);

/* True if `/` is a directory of the host: no line for it, or a bind. */
bool plan_is_tree_of_host(const struct plan *plan);

/* True if path is target or lies below it; both are absolute. */
bool plan_is_at_or_below(const char *path, const char *target);

/* Adds hidepid, gid and subset of the host's own /proc to proc lines without them: a fresh proc
 * would show processes that the host hides. Returns 0, or -1 with errno set. */
int plan_inherit_proc(struct plan *plan, const char *host_options);

/* Warns of a plan without /dev or /proc. */
void plan_warn_of_gaps(const struct plan *plan, struct report *report);

/* True if the target lies below an earlier line's, and so not on the root's own tree. */
bool plan_is_nested(const struct plan *plan, size_t index);

#endif
