/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes inside the roots: found by what the kernel says of them, and ended. */
#ifndef INSIDE_H
#define INSIDE_H

#include "helper/evidence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct report;

/*
 * Inside means, for any thread of it: in the pinned mount namespace; in another one that holds a
 * mount whose superblock or peer group was made for this root; root or working directory on a mount
 * of the pinned one; or a child of a process inside. Device and path alone prove nothing: every
 * host service with a mount namespace of its own has the root's too.
 *
 * Two of these prove less for a thread on the host, which has the host's mount namespace or the
 * host's `/` as its root directory. Descent does not count for it. Its working directory counts for
 * an unprivileged process of a listed user only.
 *
 * One look at /proc serves any number of roots; each process counts for the first that it is
 * found inside of.
 */
struct inside {
	struct evidence evidence;
	uint64_t host; /* inode of the host's namespace, 0 before inside_know_host */
	uint64_t host_device; /* of the host's `/`, with its inode */
	uint64_t host_inode;
	int turns; /* borrowed; the state directory, for those who end somebody or look for holders
		    */
	struct inside_copy *copies; /* owned, rising; others that hold something of a root */
	size_t copy_count;
	struct inside_stranger *strangers; /* owned, rising; those that hold nothing of any */
	size_t stranger_count;
	bool is_short; /* of descriptors or memory: somebody could not be looked at */
};

struct inside_process {
	pid_t pid;
	int root; /* as evidence_add numbered it */
	bool is_apart; /* in a mount namespace of its own, neither the pinned one nor the host's */
};

struct inside_processes {
	struct inside_process *all; /* owned; rising by pid, but for what came round meanwhile */
	size_t count;
};

/*
 * Raises the limit of descriptors as far as it goes. How many roots can be handled at once when
 * each takes so many, with a quarter left for the processes inside; one at least.
 */
size_t inside_room(size_t descriptors_each);

/*
 * Learns what the host's namespace and `/` are, once; the process must be there. host: the
 * namespace's descriptor. Returns 0, or -1 with errno set; reports nothing.
 */
int inside_know_host(struct inside *inside, int host);

/* Only a root's pinned namespace counts from here on: its mounts are about to go. */
void inside_forget(struct inside *inside, int root);

/* Nothing of a root counts from here on. */
void inside_drop(struct inside *inside, int root);

void inside_release(struct inside *inside);

/*
 * To look into a namespace is to join it. Whoever ends those inside must not take the one who looks
 * for one of them, whatever root either is at work on: so they do it by turns. 0, or -1 with errno,
 * ETIMEDOUT where another has had its turn for too long, as one has that was stopped with Ctrl-Z.
 */
int inside_take_turn(const struct inside *inside);
void inside_leave_turn(const struct inside *inside);

/* The processes inside now. 0, or -1 with the error said. */
int inside_find(struct inside *inside, struct inside_processes *processes, struct report *report);

void inside_processes_release(struct inside_processes *processes);

/*
 * Ends them: SIGTERM to each, timeout seconds for all together, then SIGKILL until none is left.
 * Never this command's own ancestors, nor a process that was given a pid since it was looked at.
 * left: for each root, set where somebody stayed, who is named. 0, or -1 with the error said, when
 * it is not known of any.
 */
int inside_end(struct inside *inside, unsigned timeout, bool *left, struct report *report);

/* How much of a strange namespace's mountinfo is read. A copy of the pinned one begins with `/`.
 * Without a limit, anybody on the machine could hold up a stop with a namespace of a hundred
 * thousand mounts. */
#define INSIDE_STRANGE_BYTES (256 * 1024)

/*
 * What the mountinfo of a process or thread says, opened as its directory in /proc; of limit bytes.
 * Does a mount of it have the device? 1, 0, or -1 with errno where it cannot be read.
 */
int inside_has_device(int directory, size_t limit, uint64_t device);

/* Whose mark is found first there? A root, EVIDENCE_NONE, or INSIDE_UNKNOWN with errno where it
 * cannot be read. */
#define INSIDE_UNKNOWN (-2)
int inside_marked_root(const struct inside *inside, int directory);

/* The process or thread in an entry of /proc or of task, 0 for another entry. */
struct dirent;
pid_t inside_pid_of(const struct dirent *entry);

#endif
