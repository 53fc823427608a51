/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: the ordered list of mounts that a root's configuration asks for. Decides, touches
 * nothing. */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct config;
struct report;

struct plan_mount {
	char *source; /* owned: a path, or what the filesystem takes as its source */
	char *target; /* owned: an absolute path inside the root */
	char *type; /* owned: the filesystem's type, "none" for a bind */
	char *words; /* owned: the options as they were written, with those that were inherited */
	char **options; /* owned, ended by NULL: the filesystem's own, "key" or "key=value" */

	bool is_bind;
	bool is_recursive; /* rbind */
	bool is_live; /* x-live */
	bool may_fail; /* nofail */
	bool makes_target; /* x-mount.mkdir */
	mode_t target_mode; /* of x-mount.mkdir; 0 for the usual one */

	uint64_t set; /* MOUNT_ATTR_* */
	uint64_t clear; /* MOUNT_ATTR_* */
	uint64_t propagation; /* MS_SLAVE and its like, 0 where no word says it */
	bool propagates_below; /* rslave and its like: also of what rbind brings along */
};

struct plan {
	struct plan_mount *mounts; /* owned; in the order they are mounted in */
	size_t count;
	struct plan_mount *root; /* owned; the line for `/`, NULL where it is a bind of the tree */
};

/*
 * Makes the plan of a root: `mounts`, then the service's `extra_mounts`, then its own. With
 * `allow_setuid`, each line that shows the tickets of the host's setuid programs
 * (tickets.h) is followed by lines that cover them. 0, or -1 with the error said as "FILE:LINE: …"
 * and nothing held.
 */
int plan_make(struct plan *plan, const struct config *config, struct report *report);

void plan_release(struct plan *plan);

/*
 * Adds a line that a plan had before, by the four fields it was made of. 0, or -1 with the error
 * said.
 */
int plan_add(struct plan *plan, const char *source, const char *target, const char *type,
	const char *words, struct report *report);

/* Do both ask for the same mount, so that one can become the other by a change of options? */
bool plan_is_same_mount(const struct plan_mount *one, const struct plan_mount *other);

/* True if `/` is a directory of the host, with no line for it or a bind. */
bool plan_is_tree_of_host(const struct plan *plan);

/*
 * Lists the paths of the host that the options of a filesystem name: the layers of an overlay, the
 * devices of others. *paths is owned by the caller, as each of them, and ends with NULL. Returns 0,
 * or -1 with errno set.
 */
int plan_paths(const struct plan_mount *line, char ***paths);
void plan_paths_release(char **paths);

/* Is it one of the options that a loop device is made by: loop, offset, sizelimit? */
bool plan_is_loop_word(const char *option);

/* Is path the target of a mount, or below it? Both are absolute; below `/` is every other path. */
bool plan_is_at_or_below(const char *path, const char *target);

/*
 * A proc line takes those of hidepid, gid and subset that it does not name from the host's own
 * /proc, whose options are given: a fresh proc would otherwise show what the host hides. 0, or
 * -1 with errno.
 */
int plan_inherit_proc(struct plan *plan, const char *host_options);

/*
 * Does the line's target lie below the target of an earlier line? Then it is the host's, and not on
 * the root's own tree.
 */
bool plan_is_nested(const struct plan *plan, size_t index);

#endif
