/* SPDX-License-Identifier: BSD-2-Clause */
/* Collisions: numbers that are one user or group on the host and another one in the tree. */
#ifndef COLLISION_H
#define COLLISION_H

#include <stdbool.h>
#include <stdint.h>

struct identity;
struct record;
struct report;

/* Users, or groups. */
struct collision_kind {
	const char *noun;
	const char *file; /* of the tree */
	const char *known; /* the key of the record: NUMBER:NAME of one that is the host's too */
	const char *renumber, *option; /* of the command that gives it another number */
	const char *taken; /* the word for a process with its number, as setuid programs see it */
};

extern const struct collision_kind collision_users, collision_groups;

/* True if the identity has the number, as its uid or as one of its groups. */
bool collision_has_number(
	const struct identity *identity, const struct collision_kind *kind, uint32_t id);

/*
 * Judges an entry to a root with allow_setuid. To be called inside, without privilege. Refuses the
 * number of a user or group of the tree that start did not record as the host's too. root: the
 * root's name. Returns 0, or -1 after reporting the error.
 */
int collision_check(const struct record *record, const struct identity *identity, const char *root,
	struct report *report);

#endif
