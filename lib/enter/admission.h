/* SPDX-License-Identifier: BSD-2-Clause */
/* Admission: lets a listed caller into the namespace that start made, and into no other. */
#ifndef ADMISSION_H
#define ADMISSION_H

#include <stdbool.h>

struct entry;

/*
 * Finds out who calls, by the real uid alone: the effective one is 0 for every caller of a setuid
 * program. For an ordinary user it drops the identity of the superuser for good. Returns 0, or -1
 * after reporting the error.
 */
int admission_begin(struct entry *entry);

/*
 * Reads the record of the root and judges the caller by it. Nothing but the record and the kernel's
 * credentials is asked. An ordinary user gets the same refusal for a root that is absent, one that
 * is stopped, and one that they are not listed for. Returns 0, or -1 after reporting the error.
 */
int admission_judge(struct entry *entry);

/*
 * Opens the pin, and checks that the caller is still admitted. Threat: a user parks the entry, by
 * SIGSTOP or a terminal that does not take what is said, and is delisted meanwhile. Defence: a
 * record that is not the one that was judged any more is judged anew here, and once more by
 * admission_join. Returns 0, or -1 after reporting the error.
 */
int admission_open_pin(struct entry *entry);

/*
 * Joins the namespace, and closes every descriptor but 0 to 2. An ordinary user still has the
 * capabilities for it effective then. Returns 0, or -1 after reporting the error.
 */
int admission_join(struct entry *entry);

/*
 * To be called in the namespace: checks that `/` is the place that start made, since the superuser
 * inside can cover or unmount anything. is_copy: the namespace is a copy of the root's, where the
 * mount has an id of its own. Returns 0, or -1 after reporting the error.
 */
int admission_check_place(const struct entry *entry, bool is_copy);

/* Prints the names of the roots that the caller may enter. Returns 0, or -1 after reporting the
 * error.
 */
int admission_list(struct entry *entry);

#endif
