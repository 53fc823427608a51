/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends the processes inside the roots, and names those that cannot be ended. */
#ifndef TERMINATE_H
#define TERMINATE_H

#include <stdbool.h>

struct membership;
struct report;

/*
 * Sends SIGTERM to each, waits timeout seconds for all together, then sends SIGKILL until none
 * remains. Spares this command's ancestors, and a process with a pid that was reused since the
 * scan. turns: the state directory, for turn_take. remaining: set for each root with processes
 * left, which are named. Returns 0, or -1 after
 * reporting the error, if no root's result is known, as for want of descriptors.
 */
int terminate_inside(struct membership *membership, int turns, unsigned timeout, bool *remaining,
	struct report *report);

#endif
