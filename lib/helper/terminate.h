/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends the processes inside the roots, and names those that cannot be ended. */
#ifndef TERMINATE_H
#define TERMINATE_H

#include <stdbool.h>

struct membership;
struct report;

/*
 * Ends them: SIGTERM to each, timeout seconds for all together, then SIGKILL until none remains.
 * Never this command's own ancestors, nor a process that was given a pid since it was examined.
 * turns: the state directory, for turn_take. remaining: for each root, set where processes remain
 * inside, which are named. Returns 0, or -1 after reporting the error, when it is not known of any
 * root.
 */
int terminate_inside(struct membership *membership, int turns, unsigned timeout, bool *remaining,
	struct report *report);

#endif
