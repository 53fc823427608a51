/* SPDX-License-Identifier: BSD-2-Clause */
/* What /proc says of one process: its credentials, and how many PID namespaces it is seen in. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The initial PID namespace: PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h. */
#define PROCESS_INITIAL_NAMESPACE UINT64_C(0xEFFFFFFC)

/* The status of a process or thread, PID/status in proc(5). */
struct process_status {
	uint64_t uids[4]; /* real, effective, saved, filesystem */
	uint64_t gid; /* real */
	uint64_t *groups; /* owned; supplementary */
	size_t group_count;
	bool has_capabilities; /* permitted or effective ones */
	size_t id_count; /* one id for each PID namespace, from that of /proc on; 0 where the
			    kernel has no PID namespaces */
};

/* Parses it. Returns 0, or -1 with errno set; EBADMSG where a line is missing. */
int process_parse_status(FILE *stream, struct process_status *status);

/*
 * Reads it from the directory of a process or thread in /proc. Returns 0, or -1 with errno set;
 * reports nothing.
 */
int process_read_status(int directory, struct process_status *status);

void process_status_release(struct process_status *status);

/* True if all four uids are one ordinary user's, and there is no capability. */
bool process_is_unprivileged(const struct process_status *status);

/*
 * Finds the inode of this command's own PID namespace; of the initial one where the kernel has no
 * others. Returns 0, or -1 with errno set; reports nothing.
 */
int process_own_namespace(uint64_t *number);

#endif
