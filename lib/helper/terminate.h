/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends the processes inside the roots, and says who is left. */
#ifndef TERMINATE_H
#define TERMINATE_H

#include <stdbool.h>

struct membership;
struct report;

/*
 * Ends them: SIGTERM to each, timeout seconds for all together, then SIGKILL until none is left.
 * Never this command's own ancestors, nor a process that was given a pid since it was looked at.
 * left: for each root, set where somebody stayed, who is named. 0, or -1 with the error said, when
 * it is not known of any.
 */
int terminate_inside(
	struct membership *membership, unsigned timeout, bool *left, struct report *report);

#endif
