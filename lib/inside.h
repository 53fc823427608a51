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
 * root; root or working directory on a mount of one of these; or a child of a process inside.
 * Device and path alone prove nothing: every host service with a mount namespace of its own has
 * the root's too.
 */
struct inside {
	uint64_t namespace; /* inode of the pinned one */
	uint64_t host; /* inode of the host's: needs no second look */
	uint64_t *devices; /* owned; superblocks made for this root */
	size_t device_count;
	uint64_t *groups; /* owned; peer groups made for this root */
	size_t group_count;
	uint64_t *mounts; /* owned; ids of the mounts in the pinned namespace */
	size_t mount_count;
};

struct inside_process {
	pid_t pid;
	pid_t parent;
	bool is_inside;
};

struct inside_processes {
	struct inside_process *all; /* owned; those inside, in the order of their pids */
	size_t count;
};

/* Adds a superblock that was made for the root. 0, or -1 with errno. */
int inside_add_device(struct inside *inside, uint64_t device);

/*
 * Learns peer groups and mount ids from a mountinfo(5) of the pinned namespace. 0, or -1 with
 * errno.
 */
int inside_learn(struct inside *inside, FILE *mountinfo);

void inside_release(struct inside *inside);

/* The processes inside now. 0, or -1 with the error said. */
int
inside_find(const struct inside *inside, struct inside_processes *processes, struct report *report);

void inside_processes_release(struct inside_processes *processes);

/*
 * Ends them: SIGTERM to all, timeout seconds for all together, then SIGKILL until none is left.
 * Never a process that was not inside at a second look through its pidfd, nor this command's own
 * ancestors. 0 when nobody is inside, or -1 with those who stayed named.
 */
int inside_end(const struct inside *inside, unsigned timeout, struct report *report);

#endif
