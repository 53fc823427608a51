/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists the host's mounts in the roots' directories, and the mount namespaces that it has pinned.
 */
#ifndef HOST_MOUNTS_H
#define HOST_MOUNTS_H

#include "helper/numbers.h"

#include <stddef.h>
#include <stdio.h>

struct host_mounts {
	struct numbers in_roots; /* mount ids with their roots */
	char **pins; /* owned, with its strings; none of the state directory */
	size_t pin_count;
};

/*
 * Reads the host's mountinfo, proc(5). paths: each root's directory on the host, or NULL. A mount
 * counts for the nearest root above it. Returns 0, or -1 with errno set. host_mounts_release in
 * both cases.
 */
int host_mounts_read(
	struct host_mounts *mounts, FILE *mountinfo, const char *const *paths, size_t count);

void host_mounts_release(struct host_mounts *mounts);

#endif
