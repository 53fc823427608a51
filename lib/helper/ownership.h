/* SPDX-License-Identifier: BSD-2-Clause */
/* The owner of a part of a tree: how it is judged, reported and mended. */
#ifndef OWNERSHIP_H
#define OWNERSHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct report;
struct root;
struct stat;

/* True if a directory belongs to the superuser and no other user can exchange what is in it: only
 * the superuser can write, or it is sticky and next is the superuser's. next: what a path names in
 * the directory, or NULL where the path ends. */
bool ownership_is_safe(const struct stat *directory, const struct stat *next);

/* Why an owner matters, as a part of a message. */
extern const char ownership_why[];

/* Reports that something is not safe. advice: what follows the reason, or "". Returns -1. */
int ownership_report(
	const char *what, const struct stat *found, const char *advice, struct report *report);

/* Names the command that mends an owner and a mode. A file of a user has what that user put there,
 * and may be open for writing. */
void ownership_mend(const char *path, const struct stat *found, struct report *report);

/* Counts the usual directories that a tree has at its top: those of a user, or with NULL all. */
size_t ownership_count_names(int tree, const uid_t *user);

/* True if several of them belong to the user: then it is the unpacking that went wrong, and a
 * change of one directory after the other would only hide it. */
bool ownership_is_unpacked_by(int tree, uid_t user);

/*
 * Refuses something of a tree for what found says of its owner and mode; names the way to a proper
 * tree where it was unpacked wrongly as a whole. tree: a descriptor of its top directory, called
 * top. what: the thing as it is named, path: where the host has it, for a command that mends it, or
 * NULL. Returns -1.
 */
int ownership_refuse(int tree, const char *top, const char *what, const char *path,
	const struct stat *found, struct report *report);

/*
 * Takes over a mount that is the tree itself; path is its supposed place. Its top directory is
 * judged: what names its origin, and mend says how to make it trustworthy. Returns 0, or -1
 * after reporting the error, with nothing held.
 */
int ownership_adopt_root(struct root *root, int tree, const char *path, const char *what,
	const char *mend, struct report *report);

#endif
