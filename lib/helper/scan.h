/* SPDX-License-Identifier: BSD-2-Clause */
/* One scan of all processes of the machine, for those inside the roots. */
#ifndef SCAN_H
#define SCAN_H

#include "helper/numbers.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct membership;
struct report;

struct scan_process {
	uint64_t pid;
	pid_t parent;
	int root; /* its number in membership; MEMBERSHIP_NONE outside */
	bool is_apart; /* in a mount namespace that is neither pinned nor the host's */
};

/* A process that is being ended. */
struct scan_target {
	uint64_t pid;
	int root;
	int pidfd; /* owned */
	int sent; /* the last signal sent, 0 for none */
};

struct scan {
	struct membership *membership; /* borrowed */
	const struct numbers *targets; /* borrowed, of struct scan_target; NULL to end none */
	struct report *report; /* borrowed */
	DIR *proc; /* owned */
	struct numbers processes; /* of struct scan_process, those outside too; by pid (proc(5)) */
	int pidfd; /* owned, may be stolen; of the last process found, opened before examining it */
	/* progress */
	int passes; /* over /proc */
	uint64_t last; /* the last pid of the pass before */
	long end; /* its position in /proc */
	size_t next; /* index in processes, in the pass over younger parents */
	bool has_changed; /* that pass has found a process, so another pass follows */
};

/* Begins a scan; scan_end in both cases. targets: none is found again; while one lives, its
 * children are inside. Returns 0, or -1 after reporting the error. */
int scan_begin(struct scan *scan, struct membership *membership, const struct numbers *targets,
	struct report *report);

/* Finds the next process inside; it counts for the first root that matches. found: borrowed until
 * the next call. Returns 1, 0 if none is left, or -1 after reporting the error. */
int scan_next(struct scan *scan, const struct scan_process **found);

void scan_end(struct scan *scan);

struct scan_processes {
	struct scan_process *all; /* owned; by pid */
	size_t count;
};

/* Finds the processes inside now. Returns 0, or -1 after reporting the error. */
int
scan_inside(struct membership *membership, struct scan_processes *processes, struct report *report);

void scan_processes_release(struct scan_processes *processes);

/* Raises the limit of descriptors as far as possible. Returns how many roots fit, with so many each
 * and a quarter left for the processes inside; at least 1. */
size_t scan_roots_at_once(size_t descriptors_each);

#endif
