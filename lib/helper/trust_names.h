/* SPDX-License-Identifier: BSD-2-Clause */
/* The users and groups of a tree with setuid programs that work, compared with the host's. */
#ifndef TRUST_NAMES_H
#define TRUST_NAMES_H

struct record;
struct report;

/* The passwd and group files of the tree, as text. */
struct trust_names {
	char *users, *groups; /* owned; NULL for none */
};

void trust_names_release(struct trust_names *names);

/*
 * Threat: a number that is alice's on the host, and in the tree the number of a user who may use
 * sudo; or video's on the host and sudo's in the tree. A setuid program inside takes alice for a
 * user that she is not. Defence: such a tree is refused.
 *
 * Asks the name service, on the host. Adds to the record the users and groups of the tree that are
 * the host's too, by name and number. Refuses while one of users or default_user, or any person of
 * the host, has the number of another user or group. Returns 0, or -1 after reporting the error.
 */
int
trust_names_record(struct record *record, const struct trust_names *names, struct report *report);

#endif
