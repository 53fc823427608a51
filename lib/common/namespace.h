/* SPDX-License-Identifier: BSD-2-Clause */
/* A mount namespace as a file descriptor: opened from its pin, joined, recognised. */
#ifndef NAMESPACE_H
#define NAMESPACE_H

#include <stdint.h>

/* The `/` of the process' namespace, which differs if it was covered or unmounted. */
struct namespace_root {
	uint64_t device; /* MAJOR * 2^32 + MINOR, as `device` of the record has it */
	uint64_t inode;
	uint64_t mount;
	uint32_t owner; /* uid */
	uint32_t mode;
};

/* Each function returns 0, or -1 with errno set; reports nothing. */

/* Moves the process into a namespace: its root and working directory become `/` there. */
int namespace_join(int fd);

/*
 * Opens a pin below directory. Returns a new file descriptor, or -1; errno is ESTALE if the file
 * is no mount namespace.
 */
int namespace_open_pin(int directory, const char *name);

/* Reads the namespace's inode number, that of /proc/PID/ns/mnt. */
int namespace_number(int fd, uint64_t *number);

/* Reads the `/` of the process. */
int namespace_read_root(struct namespace_root *root);

#endif
