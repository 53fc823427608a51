/* SPDX-License-Identifier: BSD-2-Clause */
/* Admission: lets a listed caller into the namespace that start made, and into no other one. */
#ifndef ADMISSION_H
#define ADMISSION_H

#include <stdbool.h>

struct entry;

/* Each function returns 0, or -1 after reporting the error. */

/*
 * Finds the caller by the real uid: the effective one is 0 for every caller of a setuid program.
 * Drops the superuser's identity for good, if the caller is an ordinary user.
 */
int admission_begin(struct entry *entry);

/*
 * Reads the record of the root and judges the caller, by the record and the kernel's credentials
 * alone. A user gets the same refusal for a root that is absent, one that is stopped, and one that
 * they are not listed for.
 */
int admission_judge(struct entry *entry);

/*
 * Opens the pin, if the caller is still admitted. Threat: a user parks the entry, by SIGSTOP or by
 * a terminal that blocks, and is delisted meanwhile. Defence: a record that was replaced is judged
 * again here, and after the join by admission_join; a caller who is delisted is refused.
 */
int admission_open_pin(struct entry *entry);

/* Joins the namespace, and closes every descriptor but 0 to 2. Leaves the capabilities for it in
 * effect. */
int admission_join(struct entry *entry);

/*
 * To be called inside: checks that `/` is the one that start made, because the superuser inside can
 * cover or unmount it. is_copy: the process is in a copy of the namespace, where the mount has
 * another id.
 */
int admission_check_root(const struct entry *entry, bool is_copy);

/* Prints the names of the roots that the caller may enter. */
int admission_list(struct entry *entry);

#endif
