/* SPDX-License-Identifier: BSD-2-Clause */
/* The mount namespace of the process: opened, and copied. */
#ifndef NAMESPACE_COPY_H
#define NAMESPACE_COPY_H

#include <stdint.h>

struct report;

/* Opens the namespace of the process. Returns a new file descriptor, or -1 with errno set; reports
 * nothing. */
int namespace_open_own(void);

/*
 * Moves the process into a copy of its namespace. propagation: of the copy's mounts, MS_PRIVATE or
 * MS_SLAVE; with the second, later mounts of the original reach the copy. Returns 0, or -1 after
 * reporting the error.
 */
int namespace_copy_enter(uint64_t propagation, struct report *report);

#endif
