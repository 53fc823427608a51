/* SPDX-License-Identifier: BSD-2-Clause */
/* A root: a tree by its file descriptor; paths are resolved inside it. */
#ifndef ROOT_H
#define ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ROOT_LINKS 40 /* as many as the kernel follows, path_resolution(7) */

struct root {
	int tree; /* owned; the top directory, on the host or on a clone */
	bool has_mounts; /* there may be mounts below it */
	bool is_of_host; /* path on the host shows the same tree */
	char *path; /* owned; on the host, without links */
	int proc_fd; /* owned; the host's /proc/self/fd */
};

void root_release(struct root *root);

/* Returns the path of a descriptor, put into name, as the process sees it; "?" if it has none. */
const char *root_name_of(const struct root *root, int fd, char *name, size_t size);

/* Opens the file of an O_PATH descriptor for reading. Returns a new file descriptor, or -1 with
 * errno set; reports nothing. */
int root_open_again(const struct root *root, int fd);

/* The functions that open, with O_PATH and openat2(2), never follow a magic link. Each returns a
 * new file descriptor, or -1 with errno set; reports nothing. */

/* Opens path from directory. resolve: RESOLVE_*. */
int root_open_inside(int directory, const char *path, int flags, uint64_t resolve);

/* Opens the directory of the last component of path; *last points to that component in path. */
int
root_open_parent(const struct root *root, const char *path, uint64_t resolve, const char **last);

/*
 * Reads the link called name in directory. Puts its target, and then behind, into rest, of PATH_MAX
 * bytes; the two may overlap. Returns 1 for an absolute link, 0 for a relative one, or -1 with
 * errno set; reports nothing.
 */
int root_follow(int directory, const char *name, const char *behind, char *rest);

/* True if path lies directly below the top, so that no link can be on the way. */
bool root_is_at_top(const char *path);

/* Opens path. Links on the way are resolved inside the root; a last one is not followed. */
int root_open_target(const struct root *root, const char *path);

/* Opens path, without following any link: ELOOP. The owner of a directory on the way cannot
 * redirect it. */
int root_open_exactly(const struct root *root, const char *path);

/* Resolves links on the way to the last component of path; puts the path inside, as mountinfo
 * (proc(5)) has it, into resolved. Returns 0, or -1 with errno set; reports nothing. */
int root_resolve(const struct root *root, const char *path, char *resolved, size_t size);

/*
 * Makes a directory, or an empty file, and missing directories above it; a link on the way must
 * lead to an existing one. Works on the tree's own mount alone, else EXDEV: the target would be
 * made on the host. Returns 0, or -1 with errno set and what it made left; reports nothing.
 */
int root_make_target(const struct root *root, const char *path, bool directory, mode_t mode);

#endif
