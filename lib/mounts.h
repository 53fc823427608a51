/* A plan carried out: its mounts made on the host, detached, and attached inside a new namespace.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct libmnt_table;
struct plan;
struct report;

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

/* The mounts of a plan, one descriptor for each line; -1 for a line with nofail that has nothing to
 * mount. */
struct mounts {
	int *fds; /* owned, as the descriptors in it */
	size_t count;
};

/*
 * Clones the tree that is opened on root for the namespace: recursive, slave, and nosuid unless
 * setuid programs in it are to work. A descriptor, or -1 with the error said.
 */
int mounts_clone_root(int root, bool allow_setuid, struct report *report);

/*
 * Looks at the targets in the detached tree, makes those that are to be made, and makes every
 * mount of the plan, detached. label: the root's path, for messages. 0, or -1 with the error
 * said and nothing held.
 */
int mounts_make(struct mounts *mounts, const struct plan *plan, int tree, const char *label,
	struct report *report);

/* Attaches them, in order, in the tree that is `/` now. 0, or -1 with the error said. */
int mounts_attach(struct mounts *mounts, const struct plan *plan, int tree, const char *label,
	struct report *report);

/* Lets their descriptors go; what is attached stays. */
void mounts_release(struct mounts *mounts);

#endif
