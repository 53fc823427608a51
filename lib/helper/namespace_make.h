/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes, visits and empties mount namespaces. */
#ifndef NAMESPACE_MAKE_H
#define NAMESPACE_MAKE_H

#include <stdbool.h>

struct report;

/*
 * Copies the host's namespace, which the process is in, without propagation between the two. This
 * and the next two return a file descriptor, or -1 after reporting the error.
 */
int namespace_make_copy(int host, struct report *report);

/*
 * Makes a namespace with one small, empty, read-only filesystem. The costly copy of the host's
 * mounts is made and dropped here, once for any number of roots. host: the process's namespace, to
 * return to.
 */
int namespace_make_minimal(int host, struct report *report);

/*
 * Moves the process into a new namespace, copied from minimal, with only the detached tree open as
 * root, as its `/`. The caller must return with namespace_join, also after an error.
 */
int namespace_enter_new(int host, int minimal, int root, struct report *report);

/*
 * Runs a step in a namespace, and returns to the host's. Returns the step's result and errno, or -1
 * after reporting the error with *lost set. lost may be NULL if the step reports its errors.
 */
int namespace_visit(
	int fd, int host, int (*step)(void *data), void *data, bool *lost, struct report *report);

/* Unmounts everything in the process's namespace. Returns 0, or -1 with errno set. */
int namespace_empty(void);

#endif
