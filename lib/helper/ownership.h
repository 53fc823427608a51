/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges the owners of a root, of its parts and of the directories that its mounts stand in. */
#ifndef OWNERSHIP_H
#define OWNERSHIP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct report;
struct root;
struct stat;

/*
 * Opens the tree at an absolute path of the host. Each directory on the way, those that hold a
 * link and those that the link leads through too, must belong to the superuser and be writable
 * by nobody else (or be sticky, with the next component the superuser's): their owner could put
 * another /proc or /dev under everyone inside. 0, or -1 with the error said and nothing held.
 */
int ownership_open_root(struct root *root, const char *path, struct report *report);

/*
 * Judges what the line for `/` is made of: an image, a device (and the file of a loop device), a
 * layer of an overlay; and all above it. Threat: a user changes the tree under everyone inside by
 * what it is made of. Returns 0, for what is not there and that the superuser alone can make too,
 * or -1 after reporting the error.
 */
int ownership_judge_part(const char *path, struct report *report);

/*
 * Refuses something of a tree for what found says of its owner and mode; names the way to a proper
 * tree where it was unpacked wrongly as a whole. tree: a descriptor of its top directory, called
 * top. what: the thing as it is named, path: where the host has it, for a command that mends it, or
 * NULL. Returns -1.
 */
int ownership_refuse(int tree, const char *top, const char *what, const char *path,
	const struct stat *found, struct report *report);

/*
 * Takes over a mount that is the tree itself; path is where it is said to be. Its top directory is
 * judged: what says what it is of, mend how to make it trustworthy. 0, or -1 with the error said
 * and nothing held.
 */
int ownership_adopt_root(struct root *root, int tree, const char *path, const char *what,
	const char *mend, struct report *report);

/*
 * Do the directories that path names something in, and those above where it leads, belong to the
 * superuser, as ownership_open_root wants it? Those on a mount of foreign (ids, count of them) and
 * below are not asked: they are the host's. target: what root_open_target opened. To be called
 * where the tree is `/`. 0 with *mode what the target is, or -1 with the error said.
 */
int ownership_judge_target(const struct root *root, const char *path, int target,
	const uint64_t *foreign, size_t count, mode_t *mode, struct report *report);

/*
 * The same of the directories on the way to something that is not there yet, before it is made. 0,
 * or -1 with the error said.
 */
int ownership_judge_way(const struct root *root, const char *path, const uint64_t *foreign,
	size_t count, struct report *report);

#endif
