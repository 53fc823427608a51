/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the identity that -u and -G name, first on the host, then in the tree. */
#ifndef IDENTITY_FIND_H
#define IDENTITY_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct identity;
struct report;

/* A user or a group, as the superuser wrote it. */
struct wanted {
	const char *word; /* borrowed from the words; NULL for none */
	bool is_number; /* not a name of the host */
	bool is_known; /* id is set */
	uint32_t id;
};

/* The words of -u and -G, between the search on the host and that in the tree. */
struct user_spec {
	char *words; /* owned */
	char *list_words; /* owned */
	struct wanted user, group;
	struct wanted *list; /* owned; NULL without -G */
	size_t list_count;
	bool is_account; /* the user has an account on the host */
};

void user_spec_release(struct user_spec *spec);

void identity_release(struct identity *identity);

/*
 * user is "USER" or "USER:GROUP"; groups is a list, "" for none, or NULL for the user's own groups.
 * Each word is a name or a number. Host and tree must agree on a name, so both are searched:
 *
 * identity_find_named  searches the host's name service, before joining. Sets the name, and the
 *                      uid if the host has it, else (uid_t)-1.
 * identity_ask_tree    reads the passwd and group files inside, with the privileges of the
 *                      process, unless all are numbers that the host has
 * identity_settle      does the same with two texts, NULL for none
 *
 * A user of the host has the host's groups, others those of the tree. A number that neither has
 * needs GROUP. A name with the uid 0 that the host does not know is refused. root: the root's name.
 * Each returns 0, or -1 after reporting the error.
 */
int identity_find_named(struct identity *identity, struct user_spec *spec, const char *user,
	const char *groups, struct report *report);
int identity_ask_tree(
	struct identity *identity, struct user_spec *spec, const char *root, struct report *report);
int identity_settle(struct identity *identity, struct user_spec *spec, const char *passwd,
	const char *group, const char *root, struct report *report);

#endif
