/* A plan carried out: its mounts made on the host, detached, and attached inside a new namespace.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct libmnt_table;
struct plan;
struct report;
struct root;

/* What the host has mounted, read once for any number of roots. */
struct mounts_host {
	struct libmnt_table *table; /* owned */
};

/* Reads it. 0, or -1 with the error said. */
int mounts_host_read(struct mounts_host *host, struct report *report);
void mounts_host_release(struct mounts_host *host);

/* The options of the host's own /proc, "" where there is none; borrowed. */
const char *mounts_host_proc_options(const struct mounts_host *host);

/* Does what the host mounts below path later reach a slave of it? */
bool mounts_host_is_shared(const struct mounts_host *host, const char *path);

/*
 * Makes the sources of x-live lines shared where they are not, that one mount each and never
 * more: a source must be shared before it is cloned, since a slave of a private mount stays
 * deaf. Stays after stop. 0, 1 when something was made shared (then host is out of date), or -1
 * with the error said.
 */
int
mounts_share_live(const struct mounts_host *host, const struct plan *plan, struct report *report);

/* The mounts of a plan, one of each for every line. */
struct mounts {
	int *fds; /* owned, as the descriptors in it; -1 for a line with nofail that has nothing to
		     mount */
	uint64_t *ids; /* owned; the mount's id once it is attached, 0 before */
	size_t count;
};

/*
 * Puts a clone of the tree in the root's place, detached: recursive, slave, and nosuid unless
 * setuid programs in it are to work. 0, or -1 with the error said.
 */
int mounts_clone_root(struct root *root, bool allow_setuid, struct report *report);

/* Makes every mount of the plan, detached. 0, or -1 with the error said and nothing held. */
int mounts_make(struct mounts *mounts, const struct plan *plan, struct report *report);

/*
 * Attaches them, in order, in the root, which is `/` now; makes and judges their targets. 0, or -1
 * with the error said.
 */
int mounts_attach(struct mounts *mounts, const struct plan *plan, const struct root *root,
	struct report *report);

/* Lets their descriptors go; what is attached stays. */
void mounts_release(struct mounts *mounts);

#endif
