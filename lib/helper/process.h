/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads /proc/PID of one process or thread, by its directory there. */
#ifndef PROCESS_H
#define PROCESS_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* The initial PID namespace: PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h. */
#define PROCESS_INITIAL_NAMESPACE UINT64_C(0xEFFFFFFC)

/* The status of a process or thread, PID/status in proc(5). */
struct process_status {
	uint64_t uids[4]; /* real, effective, saved, filesystem */
	uint64_t gid; /* real */
	uint64_t *groups; /* owned; supplementary */
	size_t group_count;
	bool has_capabilities; /* permitted or effective ones */
	size_t id_count; /* one id for each PID namespace, from that of /proc on; 0 where the
			    kernel has no PID namespaces */
};

/* Parses it. Returns 0, or -1 with errno set; EBADMSG where a line is missing. */
int process_parse_status(FILE *stream, struct process_status *status);

/*
 * Reads it from the directory of a process or thread in /proc. Returns 0, or -1 with errno set;
 * reports nothing.
 */
int process_read_status(int directory, struct process_status *status);

void process_status_release(struct process_status *status);

/* True if all four uids are one ordinary user's, and there is no capability. */
bool process_is_unprivileged(const struct process_status *status);

/*
 * Finds the inode of this command's own PID namespace; of the initial one where the kernel has no
 * others. Returns 0, or -1 with errno set; reports nothing.
 */
int process_own_namespace(uint64_t *number);

/* Returns the process or thread of an entry of /proc or of task, 0 for another entry. */
pid_t process_pid_of(const struct dirent *entry);

/* Fields of the stat of a process or thread, PID/stat in proc(5). */
struct process_stat {
	char state; /* 'Z' and 'X': it has exited */
	pid_t parent;
};

/*
 * Each of these reads from the directory of a process or thread in /proc, and returns 0, or -1 with
 * errno set; none reports anything.
 */
int process_read_stat(int directory, struct process_stat *stat);

/* The inode of a namespace, "ns/mnt" say. */
int process_read_namespace(int directory, const char *path, uint64_t *number);

/* The id of the mount that a link leads to, "root" or "cwd". No filesystem is asked for it. */
int process_read_mount(int directory, const char *link, uint64_t *id);

/* The device and the inode there, which are the same in each mount namespace. */
int process_read_directory(int directory, const char *link, uint64_t *device, uint64_t *inode);

/* Opens a directory of threads, "task" say. Returns NULL with errno set where it cannot. */
DIR *process_open_tasks(int directory, const char *name);

/* One line of mountinfo(5), as far as it tells which root a mount belongs to. */
struct process_mount {
	uint64_t id;
	uint64_t device;
	uint64_t shared; /* peer groups, 0 for none */
	uint64_t master;
};

/* True if text is such a line. Cuts it off behind the optional fields. */
bool process_parse_mount(char *text, struct process_mount *mount);

/* Opens the mountinfo of a process or thread. Returns NULL with errno set where it cannot. */
FILE *process_open_mountinfo(int directory);

/* Returns 1 if a mount there has the device, 0, or -1 with errno set; reports nothing. */
int process_has_device(int directory, uint64_t device);

#endif
