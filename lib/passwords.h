/* SPDX-License-Identifier: BSD-2-Clause */
/* Passwords: no account of a tree with setuid programs that work has an empty one. */
#ifndef PASSWORDS_H
#define PASSWORDS_H

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

#endif
