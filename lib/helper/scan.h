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
	int root; /* as membership_add numbered it; MEMBERSHIP_NONE for a process outside */
	bool is_apart; /* in a mount namespace of its own, neither the pinned one nor the host's */
};

/* A process that is being ended. */
struct scan_target {
	uint64_t pid;
	int root;
	int pidfd; /* owned */
	int sent; /* the last signal that was sent to it, 0 for none */
};

struct scan {
	struct membership *membership; /* borrowed */
	const struct numbers *targets; /* borrowed, of struct scan_target; NULL to end none */
	struct report *report; /* borrowed */
	DIR *proc; /* owned */
	struct numbers processes; /* of struct scan_process, those outside too; in the order of
				     their pids, as proc(5) lists them */
	int pidfd; /* owned; of the process that scan_next gave last, opened before that was
		      examined; may be stolen */
	/* how far it has come */
	int passes; /* over /proc */
	uint64_t last; /* pid of the pass before */
	long end; /* where that stands in /proc */
	size_t next; /* among the processes, in the pass over younger parents */
	bool has_changed; /* that pass has found one, so that there is another pass */
};

/*
 * Begins a scan; scan_end frees it, whatever this returns. targets: for each of them that still
 * lives, its children are inside, whatever it is known by; none of them is found again. Returns 0,
 * or -1 after reporting the error.
 */
int scan_begin(struct scan *scan, struct membership *membership, const struct numbers *targets,
	struct report *report);

/*
 * Goes on to the next process inside. Each counts for the first root that it is found inside of.
 * found: borrowed until the next call. Returns 1, 0 when there is no other one, or -1 after
 * reporting the error.
 */
int scan_next(struct scan *scan, const struct scan_process **found);

void scan_end(struct scan *scan);

/* The processes inside. */
struct scan_processes {
	struct scan_process *all; /* owned; in the order of their pids */
	size_t count;
};

/* Finds the processes inside now. Returns 0, or -1 after reporting the error. */
int
scan_inside(struct membership *membership, struct scan_processes *processes, struct report *report);

void scan_processes_release(struct scan_processes *processes);

/*
 * Raises the limit of descriptors as far as it goes. Returns how many roots can be handled at once
 * when each takes so many, with a quarter left for the processes inside; at least 1.
 */
size_t scan_roots_at_once(size_t descriptors_each);

#endif
