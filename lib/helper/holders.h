/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds processes outside that keep a root busy, to be named and left alone. */
#ifndef HOLDERS_H
#define HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

struct membership;
struct report;

enum holder_kind {
	HOLDER_FILE, /* uses a file on a mount of the pinned namespace */
	HOLDER_DIRECTORY, /* has its working directory on one */
	HOLDER_NAMESPACE, /* keeps a mount namespace with mounts of the root */
	HOLDER_HOST, /* uses a mount of the host at or below the root's path */
	HOLDER_KINDS,
};

struct holder {
	enum holder_kind kind;
	int root; /* from membership_add */
	pid_t pid; /* 0: name is a mount point of the host, cut to fit */
	char name[4 * 16 + 1]; /* the command, from escape_unprintable */
};

struct holders {
	struct holder *all; /* owned */
	size_t count;
};

/*
 * Examines every other process once: its program, directories and file descriptors. Call it when no
 * process is inside and the mounts still exist. host: the host's namespace, which the process is
 * in. turns: the state directory. paths: each root's path on the host, or NULL. Descriptors of the
 * pinned namespace are harmless. Returns 0, or -1 after reporting the error.
 */
int holders_find(struct holders *holders, struct membership *membership, int host, int turns,
	const char *const *paths, struct report *report);

/*
 * Pauses before the next scan: a process outside, a display server say, may take time to close
 * descriptors from inside. Returns false at once if a second has passed since begin
 * (CLOCK_MONOTONIC).
 */
bool holders_pause(const struct timespec *begin);

/*
 * Calls act for every other process, with its directory in /proc. Returns 0, or -1 with errno set.
 */
int holders_each_process(int (*act)(void *data, pid_t pid, int directory), void *data);

/* A process, a thread with descriptors of its own, or a mount. */
struct holders_owner {
	pid_t pid;
	int directory; /* borrowed; in /proc */
	const char *name; /* borrowed; a mount point; NULL for a process */
};

/* Adds a holder, a process once per kind and root. Returns 0, or -1 with errno set. */
int holders_add(struct holders *holders, enum holder_kind kind, int root,
	const struct holders_owner *owner);

/*
 * Writes the holders of one kind and root to text, "12 (cat), 34 (less) and 5 more" or "". Returns
 * text.
 */
const char *holders_name(
	const struct holders *holders, enum holder_kind kind, int root, char *text, size_t size);

void holders_release(struct holders *holders);

#endif
