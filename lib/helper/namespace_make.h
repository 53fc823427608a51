/* SPDX-License-Identifier: BSD-2-Clause */
/* A mount namespace: made, entered, emptied. */
#ifndef NAMESPACE_MAKE_H
#define NAMESPACE_MAKE_H

#include <stdbool.h>

struct report;

/*
 * Makes a copy of the host's namespace, where the process is; what is mounted in either does not
 * reach the other. A descriptor, or -1 with the error said.
 */
int namespace_make_copy(int host, struct report *report);

/*
 * Makes a namespace that holds one small, empty, read-only filesystem and nothing else. The copy
 * of the host's mounts, which is what costs, is made and dropped here, once for any number of
 * roots. host: the namespace to come back to, where the process is. A descriptor, or -1 with the
 * error said.
 */
int namespace_make_minimal(int host, struct report *report);

/*
 * Leaves the process inside a new namespace, copied from the minimal one, whose `/` is the
 * detached tree that root is opened on, and which holds nothing else. The caller returns with
 * namespace_join. A descriptor of the new namespace, or -1 with the error said; then too the
 * caller must return.
 */
int namespace_enter_new(int host, int minimal, int root, struct report *report);

/*
 * Carries a step out inside a namespace, and comes back to the host's. What the step returns, with
 * its errno, or -1 with the error said; *lost tells the two apart, and may be NULL for a step that
 * says its errors itself.
 */
int namespace_visit(
	int fd, int host, int (*step)(void *data), void *data, bool *lost, struct report *report);

/* Takes away every mount of the namespace the process is in. 0, or -1 with errno. */
int namespace_empty(void);

#endif
