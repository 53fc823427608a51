/* The processes inside a root: found by what the kernel says of them, and ended. */
#ifndef INSIDE_H
#define INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct report;

/*
 * What a process inside can be known by. Inside means, for any thread of it: in the pinned mount
 * namespace; in another one that holds a mount whose superblock or peer group was made for this
 * root; root or working directory on a mount of the pinned one; or a child of a process inside.
 * Device and path alone prove nothing: every host service with a mount namespace of its own has
 * the root's too.
 *
 * Every number here is given to somebody else as soon as it is free. A namespace's stays while it
 * is open; the others stay while what they name is mounted, so inside_forget comes before the
 * mounts are taken away.
 */
struct inside_mark;

struct inside {
	uint64_t namespace; /* inode of the pinned one, which the caller keeps open */
	uint64_t host; /* inode of the host's: needs no second look */
	uint64_t group; /* peer group of `/` inside, 0 for none */
	uint64_t *devices; /* owned; superblocks made for this root */
	size_t device_count;
	uint64_t *mounts; /* owned; ids of the mounts in the pinned namespace */
	size_t mount_count;
	struct inside_namespace *copies; /* owned, kept open; others that hold something of it */
	size_t copy_count;
	struct inside_stranger *strangers; /* owned; those that hold nothing of it */
	size_t stranger_count;
	FILE *mountinfo; /* owned; of the pinned namespace, read again for each look */
	uint64_t root; /* as inside_learn takes it, and so on */
	struct inside_mark *marks; /* owned */
	size_t mark_count;
};

struct inside_processes {
	pid_t *pids; /* owned; rising */
	size_t count;
};

/* A mount that start made: the id it has in the pinned namespace, and its superblock. */
struct inside_mark {
	uint64_t mount;
	uint64_t device;
};

/*
 * Learns from a mountinfo(5) of the pinned namespace. root: the id of `/` that start recorded;
 * marks: the filesystems that start made. What is there no more, or not as it was made, proves
 * nothing. 0, or -1 with errno.
 */
int inside_learn(struct inside *inside, FILE *mountinfo, uint64_t root,
	const struct inside_mark *marks, size_t count);

/*
 * Has each look that follows learn anew, since numbers may have gone to others by then. Takes the
 * stream over, whatever it returns.
 */
int inside_watch(struct inside *inside, FILE *mountinfo, uint64_t root,
	const struct inside_mark *marks, size_t count);

/* Only the pinned namespace counts from here on: its mounts are about to go. */
void inside_forget(struct inside *inside);

/* A superblock made for this root counts too; the caller holds it open. 0, or -1 with errno. */
int inside_add_device(struct inside *inside, uint64_t device);

void inside_release(struct inside *inside);

/* The processes inside now. 0, or -1 with the error said. */
int inside_find(struct inside *inside, struct inside_processes *processes, struct report *report);

void inside_processes_release(struct inside_processes *processes);

/*
 * Ends them: SIGTERM to each, timeout seconds for all together, then SIGKILL until none is left.
 * Never this command's own ancestors, nor a process that was given a pid since it was looked at.
 * 0 when nobody is inside, or -1 with those who stayed named.
 */
int inside_end(struct inside *inside, unsigned timeout, struct report *report);

#endif
