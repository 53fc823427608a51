/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/xauthority.h"

#include "common/cleanup.h"
#include "common/report.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

void
xauthority_release(struct xauthority *xauthority)
{
	free(xauthority->text);
	*xauthority = (struct xauthority){0};
}

/* Puts the path that libXau opens into path: XAUTHORITY counts even if it is empty. True for a
 * path that the process may open. */
static bool
name_file(char path[PATH_MAX], const char *variable, const char *home)
{
	int length = variable ? snprintf(path, PATH_MAX, "%s", variable)
			      : snprintf(path, PATH_MAX, "%s/.Xauthority", home ? home : "");

	/* a relative path is another file after each chdir(2) */
	return path[0] == '/' && length < PATH_MAX;
}

static int
read_cookies(struct xauthority *xauthority, int fd)
{
	struct stat found;
	ssize_t got;

	if (fstat(fd, &found) < 0)
		return errno;
	xauthority->device = found.st_dev;
	xauthority->inode = found.st_ino;
	if (!S_ISREG(found.st_mode) || found.st_uid != geteuid())
		return EINVAL;
	xauthority->text = malloc(XAUTHORITY_SIZE + 1);
	if (!xauthority->text)
		return ENOMEM;
	got = read(fd, xauthority->text, XAUTHORITY_SIZE + 1);
	if (got < 0)
		return errno;
	xauthority->size = (size_t)got;
	return xauthority->size > XAUTHORITY_SIZE ? EINVAL : 0;
}

/* Threat: a FIFO or a device makes the open wait. Defence: O_NONBLOCK and O_NOCTTY. */
static void
read_at(struct xauthority *xauthority, int directory, const char *path, int flags)
{
	cleanup_fd int fd =
		openat(directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);

	xauthority->is_there = fd >= 0;
	if (xauthority->is_there)
		xauthority->error = read_cookies(xauthority, fd);
}

void
xauthority_read(struct xauthority *xauthority, const char *variable, const char *home)
{
	*xauthority = (struct xauthority){.variable = variable};
	if (name_file(xauthority->path, variable, home))
		read_at(xauthority, AT_FDCWD, xauthority->path, 0);
}

/* Opens a directory that only the user can write to. Returns a new file descriptor, or -1 with
 * errno set; reports nothing. */
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
is_written(const struct xauthority *xauthority, int directory, const char *name)
{
	struct xauthority copy = {0};
	bool is_same;

	read_at(&copy, directory, name, O_NOFOLLOW);
	is_same = copy.text && copy.error == 0 && copy.size == xauthority->size &&
		  memcmp(copy.text, xauthority->text, copy.size) == 0;
	xauthority_release(&copy);
	return is_same;
}

static int
write_text(const struct xauthority *xauthority, int fd)
{
	struct rlimit limit;
	ssize_t written;

	/* a write beyond this limit raises SIGXFSZ, which would end the process (setrlimit(2)) */
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		return -1;
	if (limit.rlim_cur < xauthority->size) {
		errno = EFBIG;
		return -1;
	}
	/* the umask may have removed the user's own bits */
	if (fchmod(fd, S_IRUSR | S_IWUSR) < 0)
		return -1;
	written = write(fd, xauthority->text, xauthority->size);
	if (written >= 0 && (size_t)written < xauthority->size)
		errno = ENOSPC; /* which write(2) would report the next time */
	return written == (ssize_t)xauthority->size ? 0 : -1;
}

/* Replaces the file by rename, since another session may be reading it. */
static int
write_file(const struct xauthority *xauthority, int directory, const char *name)
{
	char unfinished[128];
	cleanup_fd int fd = -1;

	snprintf(unfinished, sizeof(unfinished), "%s.%d", name, (int)getpid());
	unlinkat(directory, unfinished, 0); /* left by a process of this pid that was killed */
	fd = openat(directory, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	if (fd < 0)
		return -1;
	if (write_text(xauthority, fd) < 0 ||
		renameat(directory, unfinished, directory, name) < 0) {
		int error = errno;

		unlinkat(directory, unfinished, 0);
		errno = error;
		return -1;
	}
	return 0;
}

/* Returns NULL, or the reason why the copy could not be made. */
static const char *
put(struct xauthority *xauthority, const char *runtime, const char *root)
{
	int length = snprintf(xauthority->copy, sizeof(xauthority->copy),
		"%s/chroot-enter.%s.Xauthority", runtime ? runtime : "", root);
	cleanup_fd int directory = -1;
	const char *name;

	if (xauthority->error == EINVAL)
		return "it is not a file of your own of at most 64 KiB";
	if (xauthority->error != 0)
		return strerror(xauthority->error);
	if (runtime && runtime[0] == '/' && (size_t)length < sizeof(xauthority->copy))
		directory = open_directory(runtime);
	if (directory < 0)
		return "XDG_RUNTIME_DIR names no directory there that is yours and that only you can write to; set it to one";
	name = strrchr(xauthority->copy, '/') + 1;
	if (!is_written(xauthority, directory, name) && write_file(xauthority, directory, name) < 0)
		return strerror(errno);
	return NULL;
}

const char *
xauthority_show(struct xauthority *xauthority, const char *home, const char *runtime,
	const char *root, struct report *report)
{
	const char *problem;
	char path[PATH_MAX];
	struct stat found;

	if (!xauthority->is_there ||
		(name_file(path, xauthority->variable, home) && stat(path, &found) == 0 &&
			found.st_dev == xauthority->device && found.st_ino == xauthority->inode))
		return NULL;
	problem = put(xauthority, runtime, root);
	if (!problem)
		return xauthority->copy;
	report_warning(report,
		"X programs may be refused: your %s is not there inside %s and cannot be copied: %s",
		xauthority->path, root, problem);
	return NULL;
}
