/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the directory of one process or thread in /proc. */
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

/* PID/status of a process or thread (proc(5)). */
struct process_status {
	uint64_t uids[4]; /* real, effective, saved, filesystem */
	uint64_t gid; /* real */
	uint64_t *groups; /* owned; supplementary */
	size_t group_count;
	bool has_capabilities; /* permitted or effective ones */
	size_t id_count; /* one for each PID namespace, /proc's first; 0 if the kernel has none */
};

/* Each int function below returns 0, or -1 with errno set; reports nothing. */

/* Parses PID/status; EBADMSG if a line is missing. */
int process_parse_status(FILE *stream, struct process_status *status);

/* Reads PID/status. directory, here and below: of a process or thread in /proc. */
int process_read_status(int directory, struct process_status *status);

void process_status_release(struct process_status *status);

/* True if all four uids are one ordinary user's and there is no capability. */
bool process_is_unprivileged(const struct process_status *status);

/* Finds the inode of this process' PID namespace, the initial one's if the kernel has no others. */
int process_own_namespace(uint64_t *number);

/* Returns the pid of an entry of /proc or of task, 0 for another entry. */
pid_t process_pid_of(const struct dirent *entry);

/* PID/stat of a process or thread (proc(5)). */
struct process_stat {
	char state; /* 'Z' and 'X': exited */
	pid_t parent;
};

int process_read_stat(int directory, struct process_stat *stat);

/* Reads the inode of a namespace, such as "ns/mnt". */
int process_read_namespace(int directory, const char *path, uint64_t *number);

/* Reads the id of the mount that a link, "root" or "cwd", leads to; asks no filesystem. */
int process_read_mount(int directory, const char *link, uint64_t *id);

/* Reads the device and inode there, the same in each mount namespace. */
int process_read_directory(int directory, const char *link, uint64_t *device, uint64_t *inode);

/* Opens a directory of threads, such as "task". Returns NULL with errno set on failure. */
DIR *process_open_tasks(int directory, const char *name);

/* The fields of mountinfo(5) that tell which root a mount belongs to. */
struct process_mount {
	uint64_t id;
	uint64_t device;
	uint64_t shared; /* peer groups, 0 for none */
	uint64_t master;
};

/* True if text is a line of mountinfo(5), which is cut off behind the optional fields. */
bool process_parse_mount(char *text, struct process_mount *mount);

/* Opens the mountinfo of a process or thread. Returns NULL with errno set on failure. */
FILE *process_open_mountinfo(int directory);

/* Returns 1 if a mount there has the device, 0 if none, or -1. */
int process_has_device(int directory, uint64_t device);

#endif
