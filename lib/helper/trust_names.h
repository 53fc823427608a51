/* SPDX-License-Identifier: BSD-2-Clause */
/* Compares the users and groups of a tree where setuid programs work with the host's. */
#ifndef TRUST_NAMES_H
#define TRUST_NAMES_H

struct record;
struct report;

/* The tree's passwd and group files, as text. */
struct trust_names {
	char *users, *groups; /* owned; NULL for none */
};

void trust_names_release(struct trust_names *names);

/*
 * Threat: alice's uid on the host is, in the tree, that of a user with sudo; or the host's video
 * has the gid of the tree's sudo group. A setuid program inside takes alice for another user.
 * Defence: such a tree is refused.
 *
 * Asks the name service, on the host. Records the users and groups of the tree that are the host's
 * too, by name and number. Refuses a tree if one of users or default_user, or any person of the
 * host, has the number of another user or group. Returns 0, or -1 after reporting the error.
 */
int
trust_names_record(struct record *record, const struct trust_names *names, struct report *report);

#endif
