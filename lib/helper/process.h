/* SPDX-License-Identifier: BSD-2-Clause */
/* What /proc says of one process or thread, by its directory there. */
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

/* The process or thread in an entry of /proc or of task, 0 for another entry. */
pid_t process_pid_of(const struct dirent *entry);

/*
 * Reads the state and the parent from PID/stat in proc(5). Returns 0, or -1 with errno set; reports
 * nothing.
 */
int process_read_stat(int directory, char *state, pid_t *parent);

/* Opens a directory of threads. Returns NULL with errno set where it cannot. */
DIR *process_open_tasks(int directory, const char *name);

/*
 * Finds the device and the inode of the directory that the path leads to; the kernel gives the same
 * in each mount namespace. Returns 0, or -1 with errno set; reports nothing.
 */
int process_read_directory(int directory, const char *path, uint64_t *device, uint64_t *inode);

/* One line of mountinfo(5), as far as it tells whose a mount is. */
struct process_mount {
	uint64_t id;
	uint64_t device;
	uint64_t shared; /* peer groups, 0 for none */
	uint64_t master;
};

/* Cuts text off behind the optional fields. Is it such a line? */
bool process_parse_mount(char *text, struct process_mount *line);

/*
 * Asks about each mount in the mountinfo of a process or thread until one matches or limit bytes
 * are read. Returns 1, 0 for none, or -1 with errno set; reports nothing.
 */
int process_any_mount(int directory, size_t limit,
	bool (*matches)(const struct process_mount *line, void *data), void *data);

/* Has a mount there the device? Returns 1, 0, or -1 with errno set; reports nothing. */
int process_has_device(int directory, uint64_t device);

#endif
