/* SPDX-License-Identifier: BSD-2-Clause */
/* The state directory: a small filesystem that no root shows, with a folder for each prepared root.
 */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stddef.h>

struct report;

/*
 * Makes it where it is missing, and makes it private and unbindable: a pin needs a mount without
 * peers under it, and a clone of /run must leave it out. Returns a descriptor, or -1 after
 * reporting the error.
 */
int state_make(struct report *report);

/* Opens it. Returns a descriptor, or -1 with errno set; reports nothing. ENOENT: no root was
 * ever started. */
int state_open(void);

/* Takes the lock of a root, and waits for it half a minute at most. Returns a descriptor that
 * holds it until it is closed, or -1 after reporting the error. */
int state_lock(int state, const char *name, struct report *report);

/*
 * The same without waiting, for a command that only looks: *busy says that another command has
 * it. Returns a descriptor, or -1: with errno ENOENT where no command can have it, since there
 * is no such lock.
 */
int state_try_lock(int state, const char *name, bool *busy);

/* Takes the lock's file away; for a holder of the lock that leaves nothing which needs one. */
void state_unlock_for_good(int state, const char *name);

/* The names of the folders in it; *names is owned by the caller, as each of them. 0, or -1 with
 * errno. */
int state_names(int state, char ***names, size_t *count);

/* Opens the folder of a root, making it if make is set. A descriptor, or -1 with errno. */
int state_open_folder(int state, const char *name, bool make);

/* Takes the folder of a root away, pin and all. 0, or -1 with errno. */
int state_remove_folder(int state, const char *name);

#endif
