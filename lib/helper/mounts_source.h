/* SPDX-License-Identifier: BSD-2-Clause */
/* The sources of a plan's lines on the host: found, and judged. Changes nothing. */
#ifndef MOUNTS_SOURCE_H
#define MOUNTS_SOURCE_H

#include <stdbool.h>

struct plan_mount;
struct report;

/* Properties that the tree is to have. */
struct mounts_root {
	const char *path; /* borrowed */
	const char *program_path; /* borrowed; PATH inside */
	const char *shell; /* borrowed; that of the configuration, "" for none */
	bool allow_setuid;
	bool is_private;
};

/* True for a source such as LABEL=games, which stands for the device that has it. */
bool mounts_is_tag(const char *source);

/* True if the source of a line is not there. */
bool mounts_lacks_source(const struct plan_mount *line);

/*
 * Finds the device that a tag stands for; any other source stays the same. *source is owned by the
 * caller. Returns 0, or -1 after reporting the error.
 */
int mounts_find_source(const struct plan_mount *line, char **source, struct report *report);

/*
 * Judges the parts on the host of a line for `/` that is no bind: its source, and the paths that
 * its options name, of which the layers of an overlay are trees. source: as mounts_find_source gave
 * it, NULL to find it. Returns 0, or -1 after reporting the error.
 */
int mounts_judge_parts(const struct plan_mount *line, const char *source,
	const struct mounts_root *what, struct report *report);

#endif
