/* SPDX-License-Identifier: BSD-2-Clause */
/* The state directory: a small filesystem that no root shows, with a folder for each prepared root.
 */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stddef.h>

struct report;

/*
 * Makes it if missing, private and unbindable: a pin needs a mount without peers under it, and a
 * clone of /run must leave it out. Returns a new file descriptor, or -1 after reporting the error.
 */
int state_make(struct report *report);

/* Opens it. Returns a new file descriptor, or -1 with errno set; ENOENT: no root was ever
 * started. */
int state_open(void);

/* Takes the lock of a root, waiting half a minute at most. Returns a file descriptor that holds it
 * until closed, or -1 after reporting the error. */
int state_lock(int state, const char *name, struct report *report);

/* The same without waiting, for a command that only reads. *busy: another command has it. Returns a
 * file descriptor, or -1 with errno set; ENOENT: there is no lock to have. */
int state_try_lock(int state, const char *name, bool *busy);

/* Removes the lock's file; for the holder of the lock, once the root needs none. */
void state_unlock_for_good(int state, const char *name);

/*
 * Notes of reload without ROOT: whether the service for all was started, name NULL, and whether a
 * root was stopped by its name since. Returns 0, or -1 after reporting the error.
 */
int state_note(int state, const char *name, bool is_set, struct report *report);
bool state_has_note(int state, const char *name);

/* Lists the folders in it. *names and its strings are owned by the caller, even after an error.
 * Returns 0, or -1 with errno set. */
int state_names(int state, char ***names, size_t *count);

/* Opens the folder of a root, which make creates if missing. Returns a new file descriptor, or -1
 * with errno set. */
int state_open_folder(int state, const char *name, bool make);

/* Removes the folder of a root, with its pin. Returns 0, or -1 with errno set. */
int state_remove_folder(int state, const char *name);

#endif
