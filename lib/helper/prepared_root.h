/* SPDX-License-Identifier: BSD-2-Clause */
/* A prepared root in the state directory: the pin and the record. */
#ifndef PREPARED_ROOT_H
#define PREPARED_ROOT_H

#include "common/record.h"
#include "helper/membership.h"

#include <stdbool.h>
#include <stdint.h>

struct report;

enum prepared_root_state {
	PREPARED_ROOT_NOT, /* no pin; a crash may have left files */
	PREPARED_ROOT_GOOD,
	PREPARED_ROOT_BY_OTHERS, /* by another version */
	PREPARED_ROOT_HALF, /* an unfinished stop has put the record away */
	PREPARED_ROOT_DAMAGED, /* `/` inside is not the one that start made */
};

/* Returns the meaning of a state, to follow the root's name: "is not prepared". */
const char *prepared_root_reason(enum prepared_root_state state);

#define PREPARED_ROOT_MARKS 64 /* superblocks to hold at most; one identifies the root */

struct prepared_root_held {
	int fds[PREPARED_ROOT_MARKS]; /* owned */
	size_t count;
};

struct prepared_root {
	enum prepared_root_state state;
	int folder; /* owned; -1 for none */
	int pin; /* owned; -1 for none */
	struct record record; /* under either name, as far as readable */
	struct prepared_root_held
		held; /* its own filesystems, kept open so that their numbers are not reused */
};

/* Each int function below returns 0, or -1 after reporting the error. */

/* Finds the state of a root. host: the host's mount namespace. */
int prepared_root_open(struct prepared_root *prepared, int state, const char *name, int host,
	struct report *report);

void prepared_root_release(struct prepared_root *prepared);

/* Checks that every process inside can be seen. pid_namespace, the inode of the caller's, must be
 * the recorded or the initial one. Records of earlier versions have none and pass. */
int prepared_root_check_pid_namespace(
	const struct prepared_root *prepared, uint64_t pid_namespace, struct report *report);

/* Writes the record, over an existing one. */
int prepared_root_write_record(
	const struct record *record, int state, const char *name, struct report *report);

/* Pins the namespace, once the record is written. Until then the kernel removes everything with
 * this process, and a folder without a pin counts as nothing. */
int prepared_root_pin(int state, const char *name, int namespace, struct report *report);

/* Removes the root's mount in the host's view, its record and, last, its pin with the folder. */
int prepared_root_remove(int state, const char *name, struct report *report);

/* Puts the record away: no user can enter any more, and an interrupted stop continues from it. */
int prepared_root_refuse_entries(struct prepared_root *prepared, struct report *report);

/* Adds the numbers that identify the processes inside. name: borrowed while membership is in use.
 * Returns the root's number there. */
int prepared_root_add_membership(const struct prepared_root *prepared, int host, const char *name,
	struct membership *membership, struct report *report);

/* Keeps the superblocks of a root open and forgets its other numbers, before its mounts are
 * removed: a process that copies the namespace at this moment can only be recognised by them. */
int prepared_root_hold(struct prepared_root *prepared, int host, struct membership *membership,
	int root, struct report *report);

void prepared_root_release_held(struct prepared_root *prepared);

/* Unmounts everything inside, so that a descriptor of the pin keeps nothing alive. */
int prepared_root_empty(const struct prepared_root *prepared, int host, struct report *report);

#endif
