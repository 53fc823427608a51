/* SPDX-License-Identifier: BSD-2-Clause */
/* Passwords: no account of a tree with setuid programs that work has an empty one. */
#ifndef PASSWORDS_H
#define PASSWORDS_H

#include <stdbool.h>

struct plan;
struct report;
struct root;

#define PASSWORDS_PASSWD "/etc/passwd"
#define PASSWORDS_SHADOW "/etc/shadow"

/*
 * Judges the accounts in passwd and shadow where the tree is `/`. passwd, shadow: descriptors of
 * mounts that a reload is about to attach on these files, -1 for none. The plan says which files of
 * the host are seen there, for the command that mends it. Returns 0, or -1 after reporting the
 * error.
 */
int passwords_judge(const struct root *root, const struct plan *plan, int passwd, int shadow,
	struct report *report);

/* The name and password of a line in a passwd or shadow file; all point into its text. */
struct passwords_entry {
	const char *name;
	const char *name_end;
	bool is_indented; /* blanks stand before the name, which glibc passes over */
	bool is_empty;
};

/*
 * Returns true with the next line of a passwd or shadow file that gives a name a password, and
 * moves *text behind it; false at the end. Includes lines that only one libc takes for an account:
 * short ones, and with musl those that begin with #. Leaves out those for nsswitch(5)'s compat.
 */
bool passwords_next(const char **text, struct passwords_entry *found);

#endif
