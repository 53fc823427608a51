/* SPDX-License-Identifier: BSD-2-Clause */
/* A copy of the mount namespace that the process is in. */
#ifndef NAMESPACE_COPY_H
#define NAMESPACE_COPY_H

#include <stdint.h>

struct report;

/*
 * Leaves the process in the copy. propagation is of its mounts: MS_PRIVATE, or MS_SLAVE, with which
 * a mount that is made in the original later reaches the copy; nothing of the copy reaches the
 * original. Returns 0, or -1 after reporting the error.
 */
int namespace_copy_enter(uint64_t propagation, struct report *report);

#endif
