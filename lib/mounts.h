/* A plan carried out: its mounts made on the host, detached, and attached inside a new namespace.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filesystem_stage;
struct libmnt_fs;
struct libmnt_table;
struct plan;
struct plan_mount;
struct report;
struct root;

/* What the host has mounted, read once for any number of roots. */
struct mounts_host {
	struct libmnt_table *table; /* owned */
	struct mounts_known {
		uint64_t id;
		struct libmnt_fs *mount; /* borrowed from the table; NULL where it has none */
	} known[16]; /* those asked for so far: each root asks for the same ones */
	size_t known_count;
};

/* Reads it. 0, or -1 with the error said. */
int mounts_host_read(struct mounts_host *host, struct report *report);
void mounts_host_release(struct mounts_host *host);

/* The options of the host's own /proc, "" where there is none; borrowed. */
const char *mounts_host_proc_options(struct mounts_host *host);

/* Does what the host mounts below path later reach a slave of it? */
bool mounts_host_is_shared(struct mounts_host *host, const char *path);

/*
 * Makes the sources of x-live lines shared where they are not, that one mount each and never
 * more: a source must be shared before it is cloned, since a slave of a private mount stays
 * deaf. Stays after stop. 0, 1 when something was made shared (then host is out of date), or -1
 * with the error said.
 */
int mounts_share_live(struct mounts_host *host, const struct plan *plan, struct report *report);

/* What a line of a plan became. */
struct mounts_line {
	bool is_directory;
	int fd; /* owned; -1 where there is nothing to mount, or it is mounted already */
	uint64_t device; /* of what is mounted: the source of a bind as it was then */
	uint64_t inode;
	char *place; /* owned; where it is attached, as mountinfo(5) has it; NULL before */
};

/* The mounts of a plan, one of each for every line. */
struct mounts {
	struct mounts_line *lines; /* owned */
	uint64_t *ids; /* owned; mount ids, 0 for a line with nofail that has nothing to mount */
	size_t count;
};

/* Is the source of a line not there? */
bool mounts_lacks_source(const struct plan_mount *line);

/* What the tree is to be like. */
struct mounts_root {
	const char *path; /* borrowed */
	bool allow_setuid;
	bool is_private;
};

/*
 * Makes what the root itself is, detached: the tree at path cloned, with the mounts below it, or
 * what the plan's line for `/` says. nosuid unless setuid programs in it are to work; deaf to what
 * the host mounts in the tree if is_private. 0, or -1 with the error said and root holding nothing.
 */
int mounts_make_root(struct root *root, const struct plan *plan, const struct mounts_root *what,
	struct filesystem_stage *stage, struct report *report);

/*
 * Makes every mount of the plan, detached, but for those that keeps has as true (NULL: all). 0, or
 * -1 with the error said and nothing held.
 */
int mounts_make(struct mounts *mounts, const struct plan *plan, const bool *keeps,
	struct filesystem_stage *stage, struct report *report);

/*
 * Takes away what the tree has mounted on or below the places of the plan, such as a script's old
 * /proc: it would lie hidden there. To be called in the new namespace, where nobody is yet. 0, or
 * -1 with the error said.
 */
int mounts_make_room(const struct plan *plan, const struct root *root, struct report *report);

/*
 * Looks, in the root, which is `/` now, whether one of them can be attached. 0, or -1 with the
 * error said.
 */
int mounts_check_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report);

/*
 * Attaches one of them in the root, which is `/` now; makes and judges its target. 0, or -1 with
 * the error said.
 */
int mounts_attach_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report);

/*
 * Puts it in place, where the mount is that old is opened on: in one step since Linux 6.5, before
 * with nothing there for a moment. 0, or -1 with the error said.
 */
int mounts_replace_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, int old, const char *place, struct report *report);

/* All of them, in order. */
int mounts_attach(struct mounts *mounts, const struct plan *plan, const struct root *root,
	struct report *report);

/* Lets their descriptors go; what is attached stays. */
void mounts_release(struct mounts *mounts);

/* What is mounted where the process is, by names, the host's /proc/self/fd; free it with
 * mounts_host_release. 0, or -1 with errno. */
int mounts_read_here(struct mounts_host *here, int names);

/* The place of the mount with this id, or NULL; borrowed. */
const char *mounts_place_of(const struct mounts_host *here, uint64_t id);

#endif
