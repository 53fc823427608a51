/* A root: a tree known by a descriptor, outside which nothing is ever resolved. */
#ifndef ROOT_H
#define ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct report;

struct root {
	int tree; /* owned; its top directory, on the host or, once cloned, on a mount of its own */
	bool has_mounts; /* there may be others below its own */
	char *path; /* owned; where it is on the host, without links */
	int names; /* owned; the host's /proc/self/fd, which tells what a descriptor is called */
};

/*
 * Opens the tree at an absolute path of the host. Each directory on the way, those that hold a
 * link and those that the link leads through too, must belong to the superuser and be writable
 * by nobody else (or be sticky, with the next component the superuser's): their owner could put
 * another /proc or /dev under everyone inside. 0, or -1 with the error said and nothing held.
 */
int root_open(struct root *root, const char *path, struct report *report);

/*
 * Takes over a mount that is the tree itself; path is where it is said to be. Its top directory is
 * judged: what says what it is of, mend how to make it trustworthy. 0, or -1 with the error said
 * and nothing held.
 */
int root_adopt(struct root *root, int tree, const char *path, const char *what, const char *mend,
	struct report *report);

void root_release(struct root *root);

/* What a descriptor is called, seen from where the process is; "?" where nobody knows. */
const char *root_name_of(const struct root *root, int fd, char *name, size_t size);

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
int root_place_of(const struct root *root, const char *path, char *place, size_t size);

/*
 * Do the directories that path names something in, and those above where it leads, belong to the
 * superuser, as root_open wants it? Those on a mount of foreign (ids, count of them) and below are
 * not asked: they are the host's. target: what root_open_target opened. To be called where the
 * tree is `/`. 0 with *mode what the target is, or -1 with the error said.
 */
int root_judge_target(const struct root *root, const char *path, int target,
	const uint64_t *foreign, size_t count, mode_t *mode, struct report *report);

/*
 * The same of the directories on the way to something that is not there yet, before it is made. 0,
 * or -1 with the error said.
 */
int root_judge_way(const struct root *root, const char *path, const uint64_t *foreign, size_t count,
	struct report *report);

/*
 * Makes a directory, or an empty file, and the directories above it, where they are missing. On
 * the tree's own mount alone: EXDEV says that it would be made on another one, the host's. 0, or
 * -1 with errno set and nothing said. What it makes stays.
 */
int root_make_target(const struct root *root, const char *path, bool directory, mode_t mode);

#endif
