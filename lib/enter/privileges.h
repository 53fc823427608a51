/* SPDX-License-Identifier: BSD-2-Clause */
/* The privileges of an entry: dropped for good first, raised for single calls, then let go. */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

struct identity;
struct report;

enum privileges_use {
	PRIVILEGES_TO_READ, /* files of the superuser: CAP_DAC_READ_SEARCH */
	PRIVILEGES_TO_JOIN, /* that, and CAP_SYS_ADMIN and CAP_SYS_CHROOT (setns(2)) */
};

/*
 * The steps of a drop. No process with the superuser's uid stands in the tree for a user's entry.
 *
 * privileges_become  from the superuser (real or setuid) to the identity, all uids and gids,
 *                    without a way back. These three capabilities stay permitted, none
 *                    effective. The supplementary groups stay.
 * privileges_raise   makes the capabilities for a use effective. Returns 0, or -1 with errno
 *                    set, and reports nothing.
 * privileges_lower   makes none effective; the same, and keeps errno
 * privileges_let_go  drops them all, sets no_new_privs unless the identity allows setuid
 *                    programs, and checks that no privilege can be regained.
 *
 * become and let_go return 0, or -1 after reporting the error. After an error the process must
 * end.
 */
int privileges_become(const struct identity *identity, struct report *report);
int privileges_raise(enum privileges_use use);
int privileges_lower(void);
int privileges_let_go(const struct identity *identity, struct report *report);

#endif
