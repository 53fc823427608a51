/* SPDX-License-Identifier: BSD-2-Clause */
/* Becoming an identity, without a way back. */
#ifndef IDENTITY_BECOME_H
#define IDENTITY_BECOME_H

#include <stdbool.h>

struct identity;
struct report;

/* Takes the groups alone, for a superuser who stays one. Returns 0, or -1 after reporting the
 * error.
 */
int identity_take_groups(const struct identity *identity, struct report *report);

/*
 * The drop in three steps, so that a process with the superuser's uid never stands in a user's
 * tree:
 *
 * identity_become   from the superuser (real or setuid) to the identity, all three uids. Left are
 *                   two permitted capabilities, none effective, that joining a mount namespace
 *                   needs (setns(2)). no_new_privs is set and the bounding set empty, unless the
 *                   identity allows setuid programs: these then get what they would outside.
 *                   sets_groups: the supplementary groups become the identity's; else the caller's
 *                   own stay untouched.
 * identity_arm      makes the two effective, right before joining.
 * identity_let_go   drops them, and checks that no privilege can be regained.
 *
 * Each returns 0, or -1 after reporting the error; then the process must end.
 */
int identity_become(const struct identity *identity, bool sets_groups, struct report *report);
int identity_arm(struct report *report);
int identity_let_go(const struct identity *identity, struct report *report);

#endif
