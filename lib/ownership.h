/* Whose the directories are that a root is reached through and that its mounts stand in. */
#ifndef OWNERSHIP_H
#define OWNERSHIP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct report;
struct root;

/*
 * Opens the tree at an absolute path of the host. Each directory on the way, those that hold a
 * link and those that the link leads through too, must belong to the superuser and be writable
 * by nobody else (or be sticky, with the next component the superuser's): their owner could put
 * another /proc or /dev under everyone inside. 0, or -1 with the error said and nothing held.
 */
int ownership_open_root(struct root *root, const char *path, struct report *report);

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
