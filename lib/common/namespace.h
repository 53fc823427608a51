/* SPDX-License-Identifier: BSD-2-Clause */
/* A mount namespace as a descriptor: opened, joined, recognised. */
#ifndef NAMESPACE_H
#define NAMESPACE_H

#include <stdint.h>

/* What `/` is, as a look from inside tells: a namespace whose `/` was covered or taken away
 * differs. */
struct namespace_root {
	uint64_t device; /* MAJOR * 2^32 + MINOR, as `device` of the record has it */
	uint64_t inode;
	uint64_t mount;
	uint32_t owner; /* uid; not part of what it is */
	uint32_t mode; /* likewise */
};

/* The namespace the process is in, as a descriptor, or -1 with errno set and nothing said. */
int namespace_open_own(void);

/* Moves the process into a namespace; its root and working directory become that one's `/`. 0, or
 * -1 with errno. */
int namespace_join(int fd);

/*
 * Opens a pin below directory: not through a link, on nsfs, a mount namespace. A descriptor, or
 * -1 with errno set and nothing said; ESTALE where the file is no pin.
 */
int namespace_open_pin(int directory, const char *name);

/* The namespace's number, as /proc/PID/ns/mnt has it. 0, or -1 with errno. */
int namespace_number(int fd, uint64_t *number);

/* What `/` is where the process is now. 0, or -1 with errno. */
int namespace_read_root(struct namespace_root *place);

/* Its device as stat(2) and makedev(3) have it. */
uint64_t namespace_root_device(const struct namespace_root *place);

#endif
