/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of a plan: its fields, and how its options set them. */
#ifndef PLAN_OPTIONS_H
#define PLAN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct config_place;

struct plan_mount {
	char *source; /* owned: a path, or another source of the filesystem */
	char *target; /* owned: absolute, inside the root */
	char *type; /* owned: "none" for a bind */
	char *options_text; /* owned: as written, with inherited ones */
	char **options; /* owned, ended by NULL: the filesystem's own, "key" or "key=value" */

	bool is_bind;
	bool is_recursive; /* rbind */
	bool is_live; /* x-live */
	bool may_fail; /* nofail */
	bool makes_target; /* x-mount.mkdir */
	mode_t target_mode; /* of x-mount.mkdir; 0 for the default */

	uint64_t set; /* MOUNT_ATTR_* */
	uint64_t clear; /* MOUNT_ATTR_* */
	uint64_t propagation; /* MS_SLAVE and the like, 0 if no option sets it */
	bool propagates_below; /* rslave and the like: also of the mounts below that rbind clones */
};

/* Sets the fields from options_text; the filesystem's own go to options. Returns 0, or -1 after
 * reporting the error. */
int plan_options_take(struct plan_mount *mount, const struct config_place *place);

/* Adds an option of the host's /proc, unless the line names it. Returns 0, or -1 with errno set. */
int plan_options_inherit(struct plan_mount *mount, const char *name, const char *host_options);

/* True for an option of loop devices: loop, offset, sizelimit. */
bool plan_options_is_loop(const char *option);

/* True for an overlay option that names one path, such as upperdir. */
bool plan_options_is_layer(const char *option);

/* Lists the host's paths in a filesystem's options: layers of an overlay, devices of others.
 * *paths, owned by the caller with its strings, ends with NULL. Returns 0, or -1 with errno set. */
int plan_options_paths(const struct plan_mount *line, char ***paths);
void plan_options_paths_release(char **paths);

#endif
