/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan in the host's view too, at the root's own path: for plain chroot and other tools. */
#ifndef VISIBLE_H
#define VISIBLE_H

#include "superuser/root.h"

struct plan;
struct record;
struct report;

struct visible {
	struct root at; /* the host's directory to mount on */
	int mounts; /* owned; a detached clone of the mounts inside */
};

/* Each int function below returns 0, or -1 after reporting the error. */

/* Checks that the plan can be mounted there; visible_release in both cases. */
int visible_open(
	struct visible *visible, const char *path, const struct plan *plan, struct report *report);

/* Clones the mounts inside, where the process is, and records the clone. */
int visible_clone(struct visible *visible, const struct root *root, struct record *record,
	struct report *report);

/* Attaches the clone on the host in one step, once the record is written: visible_take_away finds
 * it in any case. */
int visible_attach(struct visible *visible, struct report *report);

/* Unmounts the mount with the recorded id, wherever the host moved it. */
int visible_take_away(const struct record *record, struct report *report);

/* True if it is mounted, or was never asked for. */
bool visible_is_there(const struct record *record);

void visible_release(struct visible *visible);

#endif
