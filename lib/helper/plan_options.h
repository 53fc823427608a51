/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of a plan, and what its options make of it. */
#ifndef PLAN_OPTIONS_H
#define PLAN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct config_place;

struct plan_mount {
	char *source; /* owned: a path, or what the filesystem takes as its source */
	char *target; /* owned: an absolute path inside the root */
	char *type; /* owned: the filesystem's type, "none" for a bind */
	char *options_text; /* owned: the options as they were written, with those that were
			       inherited */
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

/*
 * Reads the words of a line, which are set: each sets a field, or goes to the options of the
 * filesystem. Returns 0, or -1 after reporting the error.
 */
int plan_options_take(struct plan_mount *mount, const struct config_place *place);

/*
 * Takes over one option of the host's own proc, unless the line names it. Returns 0, or -1 with
 * errno set.
 */
int plan_options_inherit(struct plan_mount *mount, const char *name, const char *host_options);

/* True if it is one of the options that a loop device is made by: loop, offset, sizelimit. */
bool plan_options_is_loop(const char *option);

/* True if it is an option of an overlay that names one path, such as upperdir. */
bool plan_options_is_layer(const char *option);

/*
 * Lists the paths of the host that the options of a filesystem name: the layers of an overlay, the
 * devices of others. *paths is owned by the caller, as each of them, and ends with NULL. Returns 0,
 * or -1 with errno set.
 */
int plan_options_paths(const struct plan_mount *line, char ***paths);
void plan_options_paths_release(char **paths);

#endif
