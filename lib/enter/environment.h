/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The environment inside, built from nothing: TERM, LANG and their like; the session's variables;
 * pass_env; HOME and its like; then set_env and -e. The caller's LD_* and their like never pass;
 * set_env and -e may name them.
 */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

struct record;

struct environment_rules {
	char *const *caller; /* borrowed; the caller's environment, ended by NULL */
	const struct record *record; /* borrowed; path, pass_env, set_env */
	const char *root; /* borrowed; the root's name */
	const char *user; /* borrowed */
	const char *home; /* borrowed */
	const char *shell; /* borrowed */
	bool keeps_session; /* the uid stays: DISPLAY, PULSE_SERVER, SSH_AUTH_SOCK, … pass */
	const char *xauthority; /* borrowed; XAUTHORITY inside, NULL where the caller's stays */
	bool keeps_all; /* -E: all but those that never pass */
	char *const *added; /* borrowed; -e, "NAME=value", count of them */
	size_t added_count;
};

/* Returns the environment for execve(2), owned by the caller, as each string; or NULL with errno
 * ENOMEM. */
char **environment_make(const struct environment_rules *rules);

void environment_free(char **environment);

/* True for NAME=value with a name that a shell accepts. */
bool environment_is_assignment(const char *word);

#endif
