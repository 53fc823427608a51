/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges the owner and mode of a file in a tree, and reports wrong ones. */
#ifndef OWNERSHIP_H
#define OWNERSHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct report;
struct root;
struct stat;

/*
 * True if a directory is the superuser's and no other user can exchange next in it: only the
 * superuser can write to it, or it is sticky and next is the superuser's. next: the path's next
 * component, or NULL at its end.
 */
bool ownership_is_safe(const struct stat *directory, const struct stat *next);

extern const char ownership_why[];

/* Reports an unsafe file. advice: after the reason, or "". Returns -1. */
int ownership_report(
	const char *subject, const struct stat *found, const char *advice, struct report *report);

/*
 * Sets the command that mends owner and mode. A user's file has that user's content, and may be
 * open for writing.
 */
void ownership_mend(const char *path, const struct stat *found, struct report *report);

/* Counts the usual top directories of a tree that are the user's, or all with NULL. */
size_t ownership_count_names(int tree, const uid_t *user);

/*
 * True if several are the user's: the tree was unpacked wrongly, and changing one after the other
 * would only hide that.
 */
bool ownership_is_unpacked_by(int tree, uid_t user);

/*
 * Refuses a file of a tree for its owner and mode in found, or the tree if all of it was unpacked
 * wrongly. tree, top: descriptor and name of its top directory. subject: the file's name. path: the
 * file on the host, for a command that mends it, or NULL. Returns -1.
 */
int ownership_refuse(int tree, const char *top, const char *subject, const char *path,
	const struct stat *found, struct report *report);

/*
 * Takes ownership of tree, the mount of the root itself, and judges its top directory. path: its
 * supposed place. origin: its name in messages. mend: advice for a wrong owner. Returns 0, or -1
 * after reporting the error; then root holds nothing.
 */
int ownership_adopt_root(struct root *root, int tree, const char *path, const char *origin,
	const char *mend, struct report *report);

#endif
