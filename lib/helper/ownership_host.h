/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges the owners of a tree of the host, and of all that it depends on. */
#ifndef OWNERSHIP_HOST_H
#define OWNERSHIP_HOST_H

struct report;
struct root;

/*
 * Opens the tree at an absolute path of the host. Threat: the owner of a directory on the way,
 * links included, puts another /proc or /dev under every process inside. Defence: each directory
 * must be safe (ownership.h). Returns 0, or -1 after reporting the error; then root holds nothing.
 */
int ownership_open_root(struct root *root, const char *path, struct report *report);

/*
 * Judges a part that the line for `/` names, and all above it: an image, a device (and a loop
 * device's file), an overlay's layer. Threat: a user changes the tree under every process inside
 * through it. Returns 0, also if it is missing and only the superuser can make it, or -1 after
 * reporting the error.
 */
int ownership_judge_part(const char *path, struct report *report);

#endif
