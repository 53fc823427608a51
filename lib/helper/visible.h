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

/* Looks whether it is possible there. Returns 0, or -1 after reporting the error.
 * visible_release in both cases. */
int visible_open(
	struct visible *visible, const char *path, const struct plan *plan, struct report *report);

/* Clones the mounts inside, where the process is, and records it. Returns 0, or -1 after
 * reporting the error. */
int visible_clone(struct visible *visible, const struct root *root, struct record *record,
	struct report *report);

/* Mounts the clone on the host, in one step, once the record is written: visible_take_away finds
 * it in any case. Returns 0, or -1 after reporting the error. */
int visible_attach(struct visible *visible, struct report *report);

/* Takes away the mount that the record names, and no other. Returns 0, or -1 after reporting the
 * error. */
int visible_take_away(const struct record *record, struct report *report);

/* True if it is there, or was never asked for. */
bool visible_is_there(const struct record *record);

void visible_release(struct visible *visible);

#endif
