/* SPDX-License-Identifier: BSD-2-Clause */
/* The session keyring: the superuser's must not be passed to another user's session. */
#ifndef KEYRING_H
#define KEYRING_H

struct report;

/* Joins a new, anonymous session keyring in place of the caller's. Returns 0, or -1 after reporting
 * the error. */
int keyring_leave(struct report *report);

#endif
