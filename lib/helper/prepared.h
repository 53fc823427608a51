/* SPDX-License-Identifier: BSD-2-Clause */
/* A prepared root, as it lies in the state directory: the pin and the record. */
#ifndef PREPARED_H
#define PREPARED_H

#include "common/record.h"
#include "helper/membership.h"

#include <stdbool.h>
#include <stdint.h>

struct report;

enum prepared_state {
	PREPARED_NOT, /* nothing, or what a crash left */
	PREPARED_GOOD,
	PREPARED_BY_OTHERS, /* by another version */
	PREPARED_HALF, /* its record is put away: a stop was not finished */
	PREPARED_DAMAGED, /* `/` inside is not what start made */
};

/* Says what a state means, in words that follow the root's name: "is not prepared". */
const char *prepared_reason(enum prepared_state state);

#define PREPARED_MARKS 64 /* one is enough to be known by */

struct prepared_held {
	int fds[PREPARED_MARKS]; /* owned */
	size_t count;
};

struct prepared {
	enum prepared_state state;
	int folder; /* owned; -1 where there is none */
	int pin; /* owned; -1 where there is none */
	struct record record; /* what could be read of it, under either name */
	struct prepared_held held; /* filesystems of its own, kept from giving their numbers away */
};

/* Looks up the state of a root. host: the host's mount namespace. Returns 0, or -1 after
 * reporting the error. */
int prepared_open(
	struct prepared *prepared, int state, const char *name, int host, struct report *report);

void prepared_release(struct prepared *prepared);

/*
 * Checks that every process inside can be seen: from pid_namespace, the inode of the caller's,
 * which must be that of the record or the initial one. A record of an earlier version passes.
 * Returns 0, or -1 after reporting the error.
 */
int prepared_check_pid_namespace(
	const struct prepared *prepared, uint64_t pid_namespace, struct report *report);

/* Writes the record, over one that is there. Returns 0, or -1 after reporting the error. */
int prepared_write_record(
	const struct record *record, int state, const char *name, struct report *report);

/*
 * Pins the namespace, after the record is written: before the pin, the kernel takes everything
 * away with this process, and a folder without a pin counts as nothing. Returns 0, or -1 after
 * reporting the error.
 */
int prepared_pin(int state, const char *name, int namespace, struct report *report);

/* Takes the folder of a root away, with what lies in the host's view and, last, the pin. Returns
 * 0, or -1 after reporting the error. */
int prepared_remove(int state, const char *name, struct report *report);

/* Puts the record away: no user can enter any more, and a stop that is interrupted goes on from
 * it. Returns 0, or -1 after reporting the error. */
int prepared_close_door(struct prepared *prepared, struct report *report);

/* Adds the numbers that the processes inside are known by. name: borrowed for as long as inside
 * is in use. Returns the root's number there, or -1 after reporting the error. */
int prepared_know_inside(const struct prepared *prepared, int host, const char *name,
	struct membership *membership, struct report *report);

/*
 * Holds the superblocks of a root open, before its mounts are taken away, and forgets its other
 * numbers: a process that has the namespace open and copies it at this moment is known by the
 * superblocks alone. Returns 0, or -1 after reporting the error.
 */
int prepared_hold(struct prepared *prepared, int host, struct membership *membership, int root,
	struct report *report);

/* Lets the superblocks go. */
void prepared_let_go(struct prepared *prepared);

/* Takes every mount inside away, from inside, so that nothing lives on in a descriptor that a
 * process holds of the pin. Returns 0, or -1 after reporting the error. */
int prepared_empty(const struct prepared *prepared, int host, struct report *report);

#endif
