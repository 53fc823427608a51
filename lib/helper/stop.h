/* SPDX-License-Identifier: BSD-2-Clause */
/* Stop: what runs inside the roots is ended, their namespaces are taken away. */
#ifndef STOP_H
#define STOP_H

#include <stddef.h>

struct service;

/*
 * Stops them all together: the processes inside have the longest of their stop_timeout to end. A
 * root that is not prepared is success; only the record of start is read. A failure in one root
 * does not affect the others. Returns 0, or -1 after reporting the errors; then another stop
 * goes on from there.
 */
int stop_roots(struct service *service, char *const *names, size_t count);

#endif
