/* SPDX-License-Identifier: BSD-2-Clause */
/* Stop: ends the processes inside the roots and removes their namespaces. */
#ifndef STOP_H
#define STOP_H

#include <stddef.h>

struct service;

/*
 * Stops the roots together: their processes have the longest stop_timeout of all to end. A root
 * that is not prepared is success; only start's record is read. A failure in one root does not
 * affect the others. Returns 0, or -1 after reporting the errors; a later stop continues from
 * there.
 */
int stop_roots(struct service *service, char *const *names, size_t count);

#endif
