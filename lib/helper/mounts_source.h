/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds and judges the sources of a plan's lines on the host. */
#ifndef MOUNTS_SOURCE_H
#define MOUNTS_SOURCE_H

#include <stdbool.h>

struct plan_mount;
struct report;

struct mounts_root {
	const char *path; /* borrowed */
	const char *program_path; /* borrowed; PATH inside */
	const char *shell; /* borrowed; as configured, "" for none */
	bool allow_setuid;
	bool is_private;
};

/* True for a source such as LABEL=games, which stands for a device. */
bool mounts_is_tag(const char *source);

bool mounts_lacks_source(const struct plan_mount *line);

/*
 * Resolves a tag to its device; copies any other source. *source is owned by the caller. Returns 0,
 * or -1 after reporting the error.
 */
int mounts_find_source(const struct plan_mount *line, char **source, struct report *report);

/*
 * Judges the host's parts of a line for `/` that is no bind: its source, and the paths in its
 * options, of which an overlay's layers are trees. source: from mounts_find_source, or NULL.
 * Returns 0, or -1 after reporting the error.
 */
int mounts_judge_parts(const struct plan_mount *line, const char *source,
	const struct mounts_root *wanted, struct report *report);

#endif
