/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges the owners on the way to a tree of the host, and to what it is made of. */
#ifndef OWNERSHIP_HOST_H
#define OWNERSHIP_HOST_H

struct report;
struct root;

/*
 * Opens the tree at an absolute path of the host. Each directory on the way, those that hold a
 * link and those that the link leads through too, must belong to the superuser and be writable
 * by no other user (or be sticky, with the next component the superuser's): their owner could put
 * another /proc or /dev under everyone inside. Returns 0, or -1 after reporting the
 * error, with nothing held.
 */
int ownership_open_root(struct root *root, const char *path, struct report *report);

/*
 * Judges what the line for `/` is made of: an image, a device (and the file of a loop device), a
 * layer of an overlay; and all above it. Threat: a user changes the tree under everyone inside by
 * what it is made of. Returns 0, for what is not there and that the superuser alone can make too,
 * or -1 after reporting the error.
 */
int ownership_judge_part(const char *path, struct report *report);

#endif
