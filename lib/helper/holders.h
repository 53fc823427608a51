/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds something of the roots from outside, and keeps what is under them busy: found, named,
 * and left alone. */
#ifndef HOLDERS_H
#define HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

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
 * Looks once at every descriptor of every process but this one, at what each runs, and where it
 * stands; to be asked when nobody is inside any more, and the mounts still are. host: the host's
 * namespace, where the process is. turns: the state directory, for turn_take. paths: for each root,
 * where the host has it; NULL for nowhere. A descriptor of the pinned namespace itself is harmless.
 * 0, or -1 with the error said.
 */
int holders_find(struct holders *holders, struct membership *membership, int host, int turns,
	const char *const *paths, struct report *report);

/*
 * Is a block device, which the host has not mounted, in use still? Then holders are those whose
 * mount namespace has it mounted; none for a descriptor in flight in a socket, say. 1, 0, or -1
 * with the error said.
 */
int holders_of_device(struct holders *holders, uint64_t device, struct report *report);

/* Those of one kind and root, "12 (cat), 34 (less) and 5 more"; "" for none. */
const char *holders_name(
	const struct holders *holders, enum holder_kind kind, int root, char *text, size_t size);

void holders_release(struct holders *holders);

#endif
