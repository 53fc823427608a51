/* SPDX-License-Identifier: BSD-2-Clause */
/* An identity: the uid, gid and supplementary groups of a process. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct report;

struct identity {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* owned */
	size_t group_count;
	char *name; /* owned; NULL where only the number is known */
	bool allows_setuid; /* setuid programs work for it */
};

/* Finds the real uid and gid of the process and its supplementary groups. Returns 0, or -1 after
 * reporting the error. */
int identity_find_caller(struct identity *identity, struct report *report);

/* True if gid is the identity's own or one of its groups. */
bool identity_has_group(const struct identity *identity, gid_t gid);

#endif
