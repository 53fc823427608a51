/* SPDX-License-Identifier: BSD-2-Clause */
/* The host's mounts in the directories of the roots, and the mount namespaces that it has pinned.
 */
#ifndef HOST_MOUNTS_H
#define HOST_MOUNTS_H

#include "helper/numbers.h"

#include <stddef.h>
#include <stdio.h>

struct host_mounts {
	struct numbers in_roots; /* mount ids, each with the root it lies in */
	char **pins; /* owned, as each of them; mount points, without those of the state directory
		      */
	size_t pin_count;
};

/*
 * Reads them from mountinfo, proc(5) of the host. paths: for each root, its directory on the host;
 * NULL for none. A mount counts for the nearest root above it. Returns 0, or -1 with errno set;
 * host_mounts_release in both cases.
 */
int host_mounts_read(
	struct host_mounts *mounts, FILE *mountinfo, const char *const *paths, size_t count);

void host_mounts_release(struct host_mounts *mounts);

#endif
