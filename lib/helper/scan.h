/* SPDX-License-Identifier: BSD-2-Clause */
/* One look at all processes of the machine, for those inside the roots. */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct membership;
struct report;

/* A process of the machine, in one look at all. */
struct scan_process {
	pid_t pid;
	pid_t parent;
	int root; /* MEMBERSHIP_NONE for one that is not inside */
	bool is_apart;
};

/* One look at all processes of the machine, and what is done with each that is inside. */
struct scan {
	struct membership *membership; /* borrowed */
	struct scan_process *all; /* owned; in the order of their pids, as proc(5) lists them */
	size_t count;
	size_t found;
	/* called with a pidfd that was opened before the process was looked at; may take it */
	int (*act)(void *data, const struct scan_process *process, int *pidfd);
	/*
	 * Whose is it, if it is being ended already and that very process lives? Then its children
	 * are inside, whatever it is still known by. NULL where nobody is ended.
	 */
	int (*held_root)(void *data, pid_t pid);
	void *data;
};

struct scan_found {
	pid_t pid;
	int root; /* as membership_add numbered it */
	bool is_apart; /* in a mount namespace of its own, neither the pinned one nor the host's */
};

struct scan_processes {
	struct scan_found *all; /* owned; rising by pid, but for what came round meanwhile */
	size_t count;
};

/*
 * Raises the limit of descriptors as far as it goes. How many roots can be handled at once when
 * each takes so many, with a quarter left for the processes inside; one at least.
 */
size_t scan_roots_at_once(size_t descriptors_each);

/* One look. Each process counts for the first root that it is found inside of. 0, or -1 with the
 * error said. */
int scan_all(struct scan *scan, struct report *report);

/* The processes inside now. 0, or -1 with the error said. */
int
scan_inside(struct membership *membership, struct scan_processes *processes, struct report *report);

void scan_processes_release(struct scan_processes *processes);

#endif
