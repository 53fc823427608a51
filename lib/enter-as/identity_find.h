/* SPDX-License-Identifier: BSD-2-Clause */
/* The identity that the superuser names with -u and -G: what the host says, then what the tree
 * says. */
#ifndef IDENTITY_FIND_H
#define IDENTITY_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct identity;
struct report;

/* A user or a group, as the superuser wrote it. */
struct wanted {
	const char *word; /* borrowed from the naming; NULL for none */
	bool is_number; /* and no name of the host */
	bool is_known; /* has its number */
	uint32_t id;
};

/* The words of -u and -G while the host has been asked and the tree has not. */
struct user_spec {
	char *words; /* owned */
	char *list_words; /* owned */
	struct wanted user, group;
	struct wanted *list; /* owned; NULL where no groups were listed */
	size_t list_count;
	bool is_account; /* of the host */
};

void user_spec_release(struct user_spec *spec);

/*
 * user is "USER" or "USER:GROUP"; groups is a list in place of the looked-up ones, "" for none,
 * or NULL. Each word is a name or a number. A name must not mean one thing on the host and
 * another in the tree, so both are asked:
 *
 * identity_find_named  asks the host's name service, so only for the superuser and before
 *                      joining. Fills in what the host knows: a uid of it, or (uid_t)-1, and
 *                      the name.
 * identity_ask_tree    completes it by the passwd and group files of the tree that is `/` now.
 *                      Only for a superuser: the files are read as data with the privileges
 *                      that the process has. They are not opened for numbers that the host
 *                      knows.
 * identity_settle      the same by two texts, NULL for none.
 *
 * A user of the host has the host's groups, others those of the tree, and a number that neither
 * side has just the group that must be named. A name of the superuser that the host does not
 * know is refused. root: the root's name, for messages. Each returns 0, or -1 after reporting
 * the error.
 */
int identity_find_named(struct identity *identity, struct user_spec *spec, const char *user,
	const char *groups, struct report *report);
int identity_ask_tree(
	struct identity *identity, struct user_spec *spec, const char *root, struct report *report);
int identity_settle(struct identity *identity, struct user_spec *spec, const char *passwd,
	const char *group, const char *root, struct report *report);

#endif
