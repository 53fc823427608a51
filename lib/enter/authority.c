/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/authority.h"

#include "common/cleanup.h"
#include "common/report.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

void
authority_release(struct authority *authority)
{
	free(authority->text);
	*authority = (struct authority){0};
}

/* The file that libXau opens: XAUTHORITY counts even where it is empty. */
static bool
name_file(char path[PATH_MAX], const char *variable, const char *home)
{
	int length = variable ? snprintf(path, PATH_MAX, "%s", variable)
			      : snprintf(path, PATH_MAX, "%s/.Xauthority", home ? home : "");

	/* a relative path means another file as soon as the program changes its directory */
	return path[0] == '/' && length < PATH_MAX;
}

static int
read_text(struct authority *authority, int fd)
{
	struct stat found;
	ssize_t got;

	if (fstat(fd, &found) < 0)
		return errno;
	authority->device = found.st_dev;
	authority->inode = found.st_ino;
	if (!S_ISREG(found.st_mode) || found.st_uid != geteuid())
		return EINVAL;
	authority->text = malloc(AUTHORITY_SIZE + 1);
	if (!authority->text)
		return ENOMEM;
	do {
		got = read(fd, authority->text + authority->size,
			AUTHORITY_SIZE + 1 - authority->size);
		if (got < 0)
			return errno;
		authority->size += (size_t)got;
	} while (got > 0);
	return authority->size > AUTHORITY_SIZE ? EINVAL : 0;
}

/* Threat: a FIFO or a device that keeps whoever opens it waiting. */
static void
read_at(struct authority *authority, int directory, const char *path, int flags)
{
	cleanup_fd int fd =
		openat(directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);

	authority->is_there = fd >= 0;
	if (authority->is_there)
		authority->error = read_text(authority, fd);
}

void
authority_read(struct authority *authority, const char *variable, const char *home)
{
	*authority = (struct authority){.variable = variable};
	if (name_file(authority->path, variable, home))
		read_at(authority, AT_FDCWD, authority->path, 0);
}

static bool
is_shown(const struct authority *authority, const char *home)
{
	char path[PATH_MAX];
	struct stat found;

	return name_file(path, authority->variable, home) && stat(path, &found) == 0 &&
	       found.st_dev == authority->device && found.st_ino == authority->inode;
}

/* A directory that nobody else can put anything into. */
static int
open_directory(const char *path)
{
	cleanup_fd int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat found;

	if (fd < 0 || fstat(fd, &found) < 0)
		return -1;
	if (found.st_uid != geteuid() || found.st_mode & (S_IWGRP | S_IWOTH)) {
		errno = EPERM;
		return -1;
	}
	return steal_fd(&fd);
}

static bool
is_written(const struct authority *authority, int directory, const char *name)
{
	struct authority copy = {0};
	bool is_same;

	read_at(&copy, directory, name, O_NOFOLLOW);
	is_same = copy.text && copy.error == 0 && copy.size == authority->size &&
		  memcmp(copy.text, authority->text, copy.size) == 0;
	authority_release(&copy);
	return is_same;
}

static int
write_text(const struct authority *authority, int fd)
{
	struct rlimit limit;
	ssize_t written;

	/* setrlimit(2): behind this limit there is a signal, and it would end the entry */
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		return -1;
	if (limit.rlim_cur < authority->size) {
		errno = EFBIG;
		return -1;
	}
	/* the caller's umask may take the user's own bits */
	if (fchmod(fd, S_IRUSR | S_IWUSR) < 0)
		return -1;
	written = write(fd, authority->text, authority->size);
	if (written >= 0 && (size_t)written < authority->size)
		errno = ENOSPC; /* write(2): what a full disk says only the next time */
	return written == (ssize_t)authority->size ? 0 : -1;
}

/* Whole or not at all, since others who enter may be reading it. */
static int
write_file(const struct authority *authority, int directory, const char *name)
{
	char unfinished[128];
	cleanup_fd int fd = -1;

	snprintf(unfinished, sizeof(unfinished), "%s.%d", name, (int)getpid());
	unlinkat(directory, unfinished, 0); /* of one of this number that was killed */
	fd = openat(directory, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	if (fd < 0)
		return -1;
	if (write_text(authority, fd) < 0 || renameat(directory, unfinished, directory, name) < 0) {
		int error = errno;

		unlinkat(directory, unfinished, 0);
		errno = error;
		return -1;
	}
	return 0;
}

/* NULL, or why it could not be put there. */
static const char *
put(struct authority *authority, const char *runtime, const char *root)
{
	int length = snprintf(authority->copy, sizeof(authority->copy),
		"%s/chroot-enter.%s.Xauthority", runtime ? runtime : "", root);
	cleanup_fd int directory = -1;
	const char *name;

	if (authority->error == EINVAL)
		return "it is not a file of your own of at most 64 KiB";
	if (authority->error != 0)
		return strerror(authority->error);
	if (runtime && runtime[0] == '/' && (size_t)length < sizeof(authority->copy))
		directory = open_directory(runtime);
	if (directory < 0)
		return "XDG_RUNTIME_DIR names no directory there that is yours and that only you "
		       "can write to; set it to one";
	name = strrchr(authority->copy, '/') + 1;
	if (!is_written(authority, directory, name) && write_file(authority, directory, name) < 0)
		return strerror(errno);
	return NULL;
}

const char *
authority_show(struct authority *authority, const char *home, const char *runtime, const char *root,
	struct report *report)
{
	const char *problem;

	if (!authority->is_there || is_shown(authority, home))
		return NULL;
	problem = put(authority, runtime, root);
	if (!problem)
		return authority->copy;
	report_warning(report,
		"X programs may be refused: your %s is not there inside %s and cannot be copied: "
		"%s",
		authority->path, root, problem);
	return NULL;
}
