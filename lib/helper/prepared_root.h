/* SPDX-License-Identifier: BSD-2-Clause */
/* A prepared root, as it lies in the state directory: the pin and the record. */
#ifndef PREPARED_ROOT_H
#define PREPARED_ROOT_H

#include "common/record.h"
#include "helper/membership.h"

#include <stdbool.h>
#include <stdint.h>

struct report;

enum prepared_root_state {
	PREPARED_ROOT_NOT, /* nothing, or what a crash left */
	PREPARED_ROOT_GOOD,
	PREPARED_ROOT_BY_OTHERS, /* by another version */
	PREPARED_ROOT_HALF, /* its record is put away: a stop was not finished */
	PREPARED_ROOT_DAMAGED, /* `/` inside is not what start made */
};

/* Says what a state means, in words that follow the root's name: "is not prepared". */
const char *prepared_root_reason(enum prepared_root_state state);

#define PREPARED_ROOT_MARKS 64 /* one is enough to be known by */

struct prepared_root_held {
	int fds[PREPARED_ROOT_MARKS]; /* owned */
	size_t count;
};

struct prepared_root {
	enum prepared_root_state state;
	int folder; /* owned; -1 where there is none */
	int pin; /* owned; -1 where there is none */
	struct record record; /* what could be read of it, under either name */
	struct prepared_root_held
		held; /* filesystems of its own, kept from giving their numbers away */
};

/* Looks up the state of a root. host: the host's mount namespace. Returns 0, or -1 after
 * reporting the error. */
int prepared_root_open(struct prepared_root *prepared, int state, const char *name, int host,
	struct report *report);

void prepared_root_release(struct prepared_root *prepared);

/*
 * Checks that every process inside can be seen: from pid_namespace, the inode of the caller's,
 * which must be that of the record or the initial one. A record of an earlier version passes.
 * Returns 0, or -1 after reporting the error.
 */
int prepared_root_check_pid_namespace(
	const struct prepared_root *prepared, uint64_t pid_namespace, struct report *report);

/* Writes the record, over one that is there. Returns 0, or -1 after reporting the error. */
int prepared_root_write_record(
	const struct record *record, int state, const char *name, struct report *report);

/*
 * Pins the namespace, after the record is written: before the pin, the kernel takes everything
 * away with this process, and a folder without a pin counts as nothing. Returns 0, or -1 after
 * reporting the error.
 */
int prepared_root_pin(int state, const char *name, int namespace, struct report *report);

/* Takes the folder of a root away, with what lies in the host's view and, last, the pin. Returns
 * 0, or -1 after reporting the error. */
int prepared_root_remove(int state, const char *name, struct report *report);

/* Puts the record away: no user can enter any more, and a stop that is interrupted goes on from
 * it. Returns 0, or -1 after reporting the error. */
int prepared_root_refuse_entries(struct prepared_root *prepared, struct report *report);

/* Adds the numbers that the processes inside are known by. name: borrowed for as long as inside
 * is in use. Returns the root's number there, or -1 after reporting the error. */
int prepared_root_add_membership(const struct prepared_root *prepared, int host, const char *name,
	struct membership *membership, struct report *report);

/*
 * Holds the superblocks of a root open, before its mounts are taken away, and forgets its other
 * numbers: a process that has the namespace open and copies it at this moment is known by the
 * superblocks alone. Returns 0, or -1 after reporting the error.
 */
int prepared_root_hold(struct prepared_root *prepared, int host, struct membership *membership,
	int root, struct report *report);

/* Lets the superblocks go. */
void prepared_root_release_held(struct prepared_root *prepared);

/* Takes every mount inside away, from inside, so that nothing lives on in a descriptor that a
 * process holds of the pin. Returns 0, or -1 after reporting the error. */
int prepared_root_empty(const struct prepared_root *prepared, int host, struct report *report);

#endif
