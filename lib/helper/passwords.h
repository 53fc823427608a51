/* SPDX-License-Identifier: BSD-2-Clause */
/* Refuses empty passwords in a tree where setuid programs work. */
#ifndef PASSWORDS_H
#define PASSWORDS_H

#include <stdbool.h>

struct plan;
struct report;
struct root;

#define PASSWORDS_PASSWD "/etc/passwd"
#define PASSWORDS_SHADOW "/etc/shadow"

/*
 * Judges the accounts of the tree, which is `/`. passwd, shadow: descriptors of mounts that a
 * reload is about to attach there, or -1. The suggested command names the files of the host that
 * the plan shows there. Returns 0, or -1 after reporting the error.
 */
int passwords_judge(const struct root *root, const struct plan *plan, int passwd, int shadow,
	struct report *report);

/* A line of a passwd or shadow file; the pointers lead into its text. */
struct passwords_entry {
	const char *name;
	const char *name_end;
	bool is_indented; /* blanks before the name, which glibc skips */
	bool is_empty;
};

/*
 * Finds the next line with a name and a password, and moves *text behind it; false at the end.
 * Includes lines that only one libc takes for an account: short ones, and for musl those that begin
 * with #. Excludes nsswitch(5)'s compat lines.
 */
bool passwords_next(const char **text, struct passwords_entry *found);

#endif
