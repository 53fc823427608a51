/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of a plan: filled from its four fields, and judged. */
#ifndef PLAN_LINE_H
#define PLAN_LINE_H

#include <stdbool.h>

struct config_place;
struct plan_mount;

/* Fills a line from the fields of fstab(5), NULL for a missing one. Returns 0, or -1 after
 * reporting the error; plan_line_release in both cases. */
int plan_line_fill(struct plan_mount *mount, const char *source, const char *target,
	const char *type, const char *options_text, const struct config_place *place);

void plan_line_release(struct plan_mount *mount);

/* True if both ask for the same mount, so that changed options turn one into the other. */
bool plan_line_is_same(const struct plan_mount *one, const struct plan_mount *other);

#endif
