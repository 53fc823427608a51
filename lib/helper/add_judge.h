/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments of add: judged before anything is written, and as the text of a configuration. */
#ifndef ADD_JUDGE_H
#define ADD_JUDGE_H

#include <stddef.h>

struct report;
struct service;
struct tree_user;

struct add_request {
	const char *name; /* borrowed, as are the next ones; of the root to be */
	const char *directory; /* as typed */
	char *const *users;
	size_t count;
	const char *here; /* the directory that the command was typed in, or NULL */
};

/*
 * Judges the arguments: the name is free, the path can be configured, the host knows the users.
 * Lists the users but the superuser, who may always enter. *users, with the host's part filled in,
 * is owned by the caller, with room for request->count; so is each user, also after an error.
 * Returns 0, or -1 after reporting the error.
 */
int add_judge(struct service *service, const struct add_request *request, struct tree_user *users,
	size_t *count);

/* Returns the text of the configuration file, owned by the caller, or NULL with errno set. */
char *add_text(const char *directory, const struct tree_user *users, size_t count);

#endif
