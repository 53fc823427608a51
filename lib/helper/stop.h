/* SPDX-License-Identifier: BSD-2-Clause */
/* Stop: what runs inside the roots is ended, their namespaces are taken away. */
#ifndef STOP_H
#define STOP_H

#include <stddef.h>

struct service;

/*
 * Stops them all together: what runs inside has the longest stop_timeout of theirs to end. One that
 * is not prepared is success; nothing is read but what start recorded. What fails with one keeps no
 * other from being stopped. 0, or -1 with the errors said; then another stop goes on from there.
 */
int stop_roots(struct service *service, char *const *names, size_t count);

#endif
