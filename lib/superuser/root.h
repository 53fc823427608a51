/* SPDX-License-Identifier: BSD-2-Clause */
/* A root: a tree known by a descriptor, outside which nothing is ever resolved. */
#ifndef ROOT_H
#define ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ROOT_LINKS 40 /* as many as the kernel follows, path_resolution(7) */

struct root {
	int tree; /* owned; its top directory, on the host or, once cloned, on a mount of its own */
	bool has_mounts; /* there may be others below its own */
	bool is_of_host; /* path on the host shows the same tree */
	char *path; /* owned; where it is on the host, without links */
	int proc_fd; /* owned; the host's /proc/self/fd, which tells what a descriptor is called */
};

void root_release(struct root *root);

/* What a descriptor is called, seen from where the process is; "?" where nobody knows. */
const char *root_name_of(const struct root *root, int fd, char *name, size_t size);

/* Opens for reading what a descriptor was opened on by its path alone (O_PATH), a detached mount of
 * a file too. Returns a descriptor, or -1 with errno set; reports nothing. */
int root_open_again(const struct root *root, int fd);

/*
 * Opens path from directory by openat2(2), O_PATH, never through a magic link. A descriptor, or -1
 * with errno set and nothing said.
 */
int root_open_inside(int directory, const char *path, int flags, uint64_t resolve);

/*
 * Opens the directory that holds the last component of path inside the root; *last becomes that
 * component and points into path. A descriptor, or -1 with errno set and nothing said.
 */
int
root_open_parent(const struct root *root, const char *path, uint64_t resolve, const char **last);

/*
 * Reads the link called name in directory. Puts what it names, and behind it what is left of the
 * way, into rest, of PATH_MAX bytes, of which behind may be a part. Returns 1 if the link is
 * absolute, 0, or -1 with errno set.
 */
int root_follow(int directory, const char *name, const char *behind, char *rest);

/* True if path lies right below the top, where most targets are and no link can be on the way. */
bool root_is_at_top(const char *path);

/*
 * Opens what path names inside the root, O_PATH; the last component is not followed, links
 * before it resolve inside the root. A descriptor, or -1 with errno set and nothing said.
 */
int root_open_target(const struct root *root, const char *path);

/*
 * The same where no link is on the way to the last component; else ELOOP. Nobody can make one lead
 * elsewhere then, whoever owns the directories.
 */
int root_open_exactly(const struct root *root, const char *path);

/*
 * Where path is inside, links on the way to its last component resolved, as mountinfo(5) has it. 0,
 * or -1 with errno.
 */
int root_resolve(const struct root *root, const char *path, char *place, size_t size);

/*
 * Makes a directory, or an empty file, and the directories above it, where they are missing. On
 * the tree's own mount alone: EXDEV says that it would be made on another one, the host's. 0, or
 * -1 with errno set and nothing said. What it makes stays.
 */
int root_make_target(const struct root *root, const char *path, bool directory, mode_t mode);

#endif
