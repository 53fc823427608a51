/* SPDX-License-Identifier: BSD-2-Clause */
/* Start: prepares a configured root. */
#ifndef START_H
#define START_H

#include <stdbool.h>

struct plan;
struct plan_mount;
struct service;

/* Each int function returns 0, or -1 after reporting the error. */

/* Prepares a root, unless it is prepared already. An error leaves nothing behind. */
int start_root(struct service *service, const char *name);

/* Makes the plan that start would carry out; plan_release frees it. */
int start_plan(struct service *service, const char *name, struct plan *plan);

/* Judges the tree as start does, and changes nothing: the parts of a line for `/`, or the tree on
 * the host. */
int start_judge(struct service *service, const char *name);

/* Checks that start_root would succeed, also of a prepared root: judges the tree, and makes the
 * mounts once, detached. */
int start_try(struct service *service, const char *name);

/* True if mounts that the host makes below the line's source will appear inside. */
bool start_is_live(struct service *service, const struct plan_mount *line);

#endif
