/* SPDX-License-Identifier: BSD-2-Clause */
/* A mount namespace: made, pinned, joined, let go. */
#ifndef NAMESPACE_H
#define NAMESPACE_H

#include <stdbool.h>
#include <stdint.h>

struct report;

/* What `/` is, as a look from inside tells: a namespace whose `/` was covered or taken away
 * differs. */
struct namespace_place {
	uint64_t device;
	uint64_t inode;
	uint64_t mount;
	uint32_t owner; /* uid; not part of what it is */
	uint32_t mode; /* likewise */
};

/* The namespace the process is in, as a descriptor, or -1 with errno set and nothing said. */
int namespace_open_own(void);

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
 * Leaves the process in a copy of the namespace that it is in. What is mounted in that one later
 * reaches the copy; nothing of the copy reaches it. 0, or -1 with the error said.
 */
int namespace_enter_copy(struct report *report);

/* Moves the process into a namespace; its root and working directory become that one's `/`. 0, or
 * -1 with errno. */
int namespace_join(int fd);

/*
 * Carries a step out inside a namespace, and comes back to the host's. What the step returns, with
 * its errno, or -1 with the error said; *lost tells the two apart, and may be NULL for a step that
 * says its errors itself.
 */
int namespace_visit(
	int fd, int host, int (*step)(void *data), void *data, bool *lost, struct report *report);

/*
 * Opens a pin below directory: not through a link, on nsfs, a mount namespace. A descriptor, or
 * -1 with errno set and nothing said; ESTALE where the file is no pin.
 */
int namespace_open_pin(int directory, const char *name);

/* The namespace's number, as /proc/PID/ns/mnt has it. 0, or -1 with errno. */
int namespace_number(int fd, uint64_t *number);

/* What `/` is where the process is now. 0, or -1 with errno. */
int namespace_place(struct namespace_place *place);

/* Takes away every mount of the namespace the process is in. 0, or -1 with errno. */
int namespace_empty(void);

#endif
