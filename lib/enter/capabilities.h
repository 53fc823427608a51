/* SPDX-License-Identifier: BSD-2-Clause */
/* Capabilities: whether the process has those that an entry needs, and why not. */
#ifndef CAPABILITIES_H
#define CAPABILITIES_H

struct report;

/* An entry, by the capabilities that it needs. */
enum capabilities_use {
	CAPABILITIES_OF_SUPERUSER = 1, /* of the superuser as the superuser */
	CAPABILITIES_OF_USER = 2, /* of a user as themselves, by the setuid bit */
	CAPABILITIES_TO_CHANGE_USER = 4, /* of the superuser as another user */
};

/* Checks the effective uid and the effective capabilities. Returns 0, or -1 after reporting the
 * error, with the reason as far as the kernel shows it. */
int capabilities_check(enum capabilities_use use, struct report *report);

/* For the superuser: checks that the process is in the namespaces of process 1, so that a missing
 * root is really missing. Returns 0, also if process 1 cannot be read, or -1 after reporting the
 * error.
 */
int capabilities_check_namespace(struct report *report);

#endif
