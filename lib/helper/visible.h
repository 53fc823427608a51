/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan in the host's view too, at the root's own path: for plain chroot and other tools. */
#ifndef VISIBLE_H
#define VISIBLE_H

#include "superuser/root.h"

struct plan;
struct record;
struct report;

struct visible {
	struct root at; /* the directory of the host that it is to lie on */
	int mounts; /* owned; the clone of all that is mounted inside, detached */
};

/* Looks whether it is possible there. 0, or -1 with the error said. visible_release in both cases.
 */
int visible_open(
	struct visible *visible, const char *path, const struct plan *plan, struct report *report);

/* Clones what is mounted inside, where the process is, and records it. 0, or -1 with the error
 * said.
 */
int visible_clone(struct visible *visible, const struct root *root, struct record *record,
	struct report *report);

/*
 * Mounts the clone on the host, in one step, once the record is written: whatever happens then,
 * visible_take_away finds it. 0, or -1 with the error said.
 */
int visible_attach(struct visible *visible, struct report *report);

/* Takes away what the record says was mounted, that mount and no other. 0, or -1 with the error
 * said.
 */
int visible_take_away(const struct record *record, struct report *report);

/* Is it there, or was it never asked for? */
bool visible_is_there(const struct record *record);

void visible_release(struct visible *visible);

#endif
