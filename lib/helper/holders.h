/* SPDX-License-Identifier: BSD-2-Clause */
/* The holders: processes outside that keep something of the roots busy. They are named and left
 * alone. */
#ifndef HOLDERS_H
#define HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

struct membership;
struct report;

enum holder_kind {
	HOLDER_FILE, /* on a mount of the pinned namespace: opened through /proc/PID/root, say */
	HOLDER_DIRECTORY, /* its working directory is on one */
	HOLDER_NAMESPACE, /* a mount namespace, left by its processes, that holds something of it */
	HOLDER_HOST, /* on a mount of the host's own at the root's path or below it */
	HOLDER_KINDS,
};

struct holder {
	enum holder_kind kind;
	int root; /* as membership_add numbered it */
	pid_t pid; /* 0 for a mount of the host's, which name is the path of, as far as it fits */
	char name[4 * 16 + 1]; /* of the command, as escape_unprintable writes it */
};

struct holders {
	struct holder *all; /* owned */
	size_t count;
};

/*
 * Looks once at every descriptor of every process but this one, at its program and its
 * directories; to be called when no process is inside any more, and the mounts still are. host:
 * the host's namespace, where the process is. turns: the state directory, for turn_take. paths: for
 * each root, its path on the host; NULL for none. A descriptor of the pinned namespace itself is
 * harmless. Returns 0, or -1 after reporting the error.
 */
int holders_find(struct holders *holders, struct membership *membership, int host, int turns,
	const char *const *paths, struct report *report);

/*
 * Pauses before the next look: a process outside, a display server say, may take some time to close
 * what a process inside gave to it. False without a pause once a second has passed since begin, of
 * CLOCK_MONOTONIC.
 */
bool holders_pause(const struct timespec *begin);

/* Calls act for every process but this one, with its directory in /proc. Returns 0, or -1 with
 * errno set. */
int holders_each_process(int (*act)(void *data, pid_t pid, int directory), void *data);

/* A process, a thread that has descriptors of its own, or a mount. */
struct holders_owner {
	pid_t pid;
	int directory; /* borrowed; in /proc */
	const char *name; /* borrowed; what it is called if it is no process */
};

/* Adds a holder, a process once for a kind and a root. Returns 0, or -1 with errno set. */
int holders_add(struct holders *holders, enum holder_kind kind, int root,
	const struct holders_owner *owner);

/* Those of one kind and root, "12 (cat), 34 (less) and 5 more"; "" for none. */
const char *holders_name(
	const struct holders *holders, enum holder_kind kind, int root, char *text, size_t size);

void holders_release(struct holders *holders);

#endif
