/* SPDX-License-Identifier: BSD-2-Clause */
/* The superuser's powers: does the process have them, and if not, which hindrance is it? */
#ifndef CAPABILITIES_H
#define CAPABILITIES_H

struct report;

/* The capabilities that an entry needs. */
enum capabilities_use {
	CAPABILITIES_OF_SUPERUSER = 1, /* of the superuser as the superuser */
	CAPABILITIES_OF_USER = 2, /* of a user as themselves, by the setuid bit */
	CAPABILITIES_TO_CHANGE_USER = 4, /* of the superuser as another user */
};

/*
 * Has the process what entering takes: the effective uid 0, and the capabilities for use? 0, or -1
 * with the error said, which names what is missing and why as far as the kernel tells.
 */
int capabilities_check(enum capabilities_use use, struct report *report);

/*
 * Is the process, which is the superuser's, where process 1 is, so that what is not there is not
 * there at all? 0 also where nobody can tell, or -1 with the error said.
 */
int capabilities_check_namespace(struct report *report);

#endif
