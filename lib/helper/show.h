/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the tables of start -n, status, ps and list, as text or JSON. */
#ifndef SHOW_H
#define SHOW_H

#include <stdbool.h>
#include <stddef.h>

struct service;
struct service_names;

/* Each function prints a row for every root, also after a failure in another. Returns 0, or -1
 * after reporting the errors. */

int show_plans(struct service *service, const struct service_names *names, bool json);

/* Prints the state of each root, unless only errors are reported. started: the count of roots that
 * are started or stale. Returns -1 also for a damaged root. */
int
show_status(struct service *service, const struct service_names *names, bool json, size_t *started);

int show_processes(struct service *service, const struct service_names *names, bool json);

/* Prints the configured roots of names, or all for NULL. */
int show_list(struct service *service, const struct service_names *names, bool json);

#endif
