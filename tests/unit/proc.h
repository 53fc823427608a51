/* SPDX-License-Identifier: BSD-2-Clause */
/* A directory that stands for /proc, or for the directory of a process there. */
#ifndef PROC_H
#define PROC_H

#include "folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char proc_path[PATH_MAX];
static int proc_directory;

static inline int
proc_begin(void **state)
{
	const char *where = getenv("TMPDIR");

	(void)state;
	snprintf(proc_path, sizeof(proc_path), "%s/proc.XXXXXX", where ? where : "/tmp");
	if (!mkdtemp(proc_path))
		return -1;
	proc_directory = open(proc_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return proc_directory < 0;
}

static inline int
proc_end(void **state)
{
	(void)state;
	close(proc_directory);
	return folder_remove(proc_path);
}

static inline void
proc_put(const char *path, const char *text)
{
	int fd = openat(
		proc_directory, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/*
 * A process of one thread, whose directory is the same as the process'. Its mount namespace is its
 * own, and has a mount of the superblock 0:51.
 */
static inline void
proc_put_process(int pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%d", pid);
	assert_int_equal(mkdirat(proc_directory, path, 0700), 0);
	snprintf(path, sizeof(path), "%d/task", pid);
	assert_int_equal(symlinkat(".", proc_directory, path), 0);
	snprintf(path, sizeof(path), "%d/%d", pid, pid);
	assert_int_equal(symlinkat(".", proc_directory, path), 0);
	snprintf(path, sizeof(path), "%d/stat", pid);
	proc_put(path, "7 (sleep) S 1 7 7");
	snprintf(path, sizeof(path), "%d/mountinfo", pid);
	proc_put(path, "201 200 0:51 / /proc rw - proc proc rw\n");
	snprintf(path, sizeof(path), "%d/ns", pid);
	assert_int_equal(mkdirat(proc_directory, path, 0700), 0);
	snprintf(path, sizeof(path), "%d/ns/mnt", pid);
	proc_put(path, "");
}

#endif
