/* SPDX-License-Identifier: BSD-2-Clause */
/* Restart: stops roots and starts them again. */
#ifndef RESTART_H
#define RESTART_H

struct service;
struct service_names;

/*
 * Restarts the roots. First tries what can fail, configuration, tree and sources: a root that would
 * not start is left as it is. Returns 0, or -1 after reporting the errors.
 */
int restart_roots(struct service *service, const struct service_names *names);

#endif
