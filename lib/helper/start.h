/* SPDX-License-Identifier: BSD-2-Clause */
/* Start: a configured root becomes a prepared one. */
#ifndef START_H
#define START_H

#include <stdbool.h>

struct plan;
struct plan_mount;
struct service;

/* Prepares a root; one that is prepared already is success. 0, or -1 with the error said and
 * nothing left. */
int start_root(struct service *service, const char *name);

/* The plan that it would carry out; free it with plan_release. 0, or -1 with the error said. */
int start_plan(struct service *service, const char *name, struct plan *plan);

/*
 * Judges the tree as start does, and changes nothing: what a line for `/` is made of, or the tree
 * that lies on the host. Returns 0, or -1 after reporting the error.
 */
int start_judge(struct service *service, const char *name);

/* Will what the host mounts below the source of a line appear inside? */
bool start_is_live(struct service *service, const struct plan_mount *line);

#endif
