/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of a plan by itself: filled from its four fields, and judged. */
#ifndef PLAN_LINE_H
#define PLAN_LINE_H

#include <stdbool.h>

struct config_place;
struct plan_mount;

/*
 * Fills a line from what fstab(5) has of it; NULL for a field that is not there. Returns 0, or -1
 * after reporting the error. plan_line_release in both cases.
 */
int plan_line_fill(struct plan_mount *mount, const char *source, const char *target,
	const char *type, const char *options_text, const struct config_place *place);

void plan_line_release(struct plan_mount *mount);

/* True if both ask for the same mount, so that one can become the other by a change of options. */
bool plan_line_is_same(const struct plan_mount *one, const struct plan_mount *other);

#endif
