/* SPDX-License-Identifier: BSD-2-Clause */
/* Admission: may the caller enter this root, and is the namespace the one that start made? */
#ifndef ADMISSION_H
#define ADMISSION_H

#include <stdbool.h>

struct entry;

/* Finds out who calls, by the real uid alone: the effective one is 0 for every caller of a setuid
 * program. Returns 0, or -1 after reporting the error. */
int admission_find_caller(struct entry *entry);

/*
 * Reads the record of the root, judges the caller by it, and opens the pin. Nothing but the record
 * and the kernel's credentials is asked. An ordinary user gets the same refusal for a root that is
 * absent, one that is stopped, and one that they are not listed for. Returns 0, or -1 after
 * reporting the error.
 */
int admission_open(struct entry *entry);

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
