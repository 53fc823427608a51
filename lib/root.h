/* A root: a tree known by a descriptor, outside which nothing is ever resolved. */
#ifndef ROOT_H
#define ROOT_H

#include <stdbool.h>
#include <sys/types.h>

struct report;

/*
 * Opens the tree at an absolute path of the host, O_PATH. Links on the way are followed first;
 * then the tree and each directory above it must belong to the superuser and be writable by
 * nobody else (or be sticky, with the next one the superuser's): their owner could put another
 * /proc or /dev under everyone inside. *canonical becomes the path without links, owned by the
 * caller. A descriptor, or -1 with the error said.
 */
int root_open(const char *path, char **canonical, struct report *report);

/*
 * Opens what path names inside the root, O_PATH; the last component is not followed, links
 * before it resolve inside the root. A descriptor, or -1 with errno set and nothing said.
 */
int root_open_target(int root, const char *path);

/*
 * Are the directories that path crosses inside the root the superuser's, as root_open wants
 * them? label: the root's path on the host, for the message. 0, or -1 with the error said.
 */
int root_judge_target(int root, const char *path, const char *label, struct report *report);

/*
 * Makes a directory, or an empty file, and the directories above it, where they are missing.
 * 0, or -1 with errno set and nothing said. What it makes stays.
 */
int root_make_target(int root, const char *path, bool directory, mode_t mode);

#endif
