#include "root.h"

#include "cleanup.h"
#include "report.h"
#include "syscalls.h"

#include <limits.h>
#include <string.h>

/* openat2(2): RESOLVE_IN_ROOT gives EAGAIN when a rename raced with "..", and asks to try again. */
static int
open_inside(int directory, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_PATH | O_CLOEXEC),
		.resolve = resolve | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	for (int tries = 0; tries < 100; tries++) {
		fd = syscall_openat2(directory, path, &how);
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

/* next: what the path names in it, or NULL where the path ends. */
static bool
is_trustworthy(const struct stat *directory, const struct stat *next)
{
	if (directory->st_uid != 0)
		return false;
	if (!(directory->st_mode & (S_IWGRP | S_IWOTH)))
		return true;
	return directory->st_mode & S_ISVTX && next && next->st_uid == 0;
}

static int
untrustworthy(const char *path, const struct stat *found, struct report *report)
{
	report_mend(report, "chown root:root %s && chmod go-w %s", path, path);
	if (found->st_uid != 0)
		return report_error(report, 0,
			"%s belongs to user %u, who could replace what everyone inside relies on",
			path, (unsigned)found->st_uid);
	return report_error(report, 0,
		"%s can be written by others (mode %04o), who could replace what everyone inside "
		"relies on",
		path, (unsigned)found->st_mode & 07777);
}

/*
 * Walks a path without links one component at a time, judging each directory by its own
 * descriptor. path is cut and mended on the way.
 */
static int
open_judged(char *path, struct report *report)
{
	cleanup_fd int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat here, next;
	char *rest = path + 1;

	if (fd < 0 || fstat(fd, &here) < 0)
		return report_error(report, errno, "cannot open /");
	while (*rest != '\0') {
		char *end = rest + strcspn(rest, "/");
		char cut = *end;
		int opened;

		*end = '\0';
		opened = open_inside(fd, rest, O_NOFOLLOW | O_DIRECTORY, RESOLVE_BENEATH);
		if (opened < 0 || fstat(opened, &next) < 0)
			return report_error(report, errno, "cannot open the root %s", path);
		close(fd);
		fd = opened;
		if (!is_trustworthy(&here, &next)) {
			rest[-1] = '\0';
			return untrustworthy(path[0] == '\0' ? "/" : path, &here, report);
		}
		here = next;
		*end = cut;
		rest = cut == '\0' ? end : end + 1;
	}
	if (!is_trustworthy(&here, NULL))
		return untrustworthy(path, &here, report);
	return steal_fd(&fd);
}

int
root_open(const char *path, char **canonical, struct report *report)
{
	cleanup_free char *resolved = realpath(path, NULL);
	struct stat found;
	int fd;

	if (!resolved) {
		report_mend(report, "put a tree there, or set root= to where it is");
		return report_error(report, errno, "cannot open the root %s", path);
	}
	if (stat(resolved, &found) == 0 && !S_ISDIR(found.st_mode))
		return report_error(report, ENOTDIR, "cannot open the root %s", path);
	fd = open_judged(resolved, report);
	if (fd >= 0)
		*canonical = steal_pointer(&resolved);
	return fd;
}

/* The directory that holds the last component of path, and that component, which points into path.
 */
static int
open_parent(int root, const char *path, const char **last)
{
	cleanup_free char *parent = strdup(path);
	char *slash;

	if (!parent)
		return -1;
	slash = strrchr(parent, '/');
	if (!slash || slash[1] == '\0') {
		errno = EINVAL;
		return -1;
	}
	*last = path + (slash - parent) + 1;
	slash[1] = '\0';
	return open_inside(root, parent, O_DIRECTORY, RESOLVE_IN_ROOT);
}

int
root_open_target(int root, const char *path)
{
	const char *last;
	cleanup_fd int parent = open_parent(root, path, &last);

	if (parent < 0)
		return -1;
	return open_inside(parent, last, O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

static bool
is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

int
root_judge_target(int root, const char *path, const char *label, struct report *report)
{
	const char *last;
	cleanup_fd int here = open_parent(root, path, &last);
	struct stat top, found, next;
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s%s", label, path);
	if (here < 0 || fstat(root, &top) < 0 ||
		fstatat(here, last, &next, AT_SYMLINK_NOFOLLOW) < 0)
		return report_error(report, errno, "cannot open the mount point %s", name);
	for (;;) {
		char *slash = strrchr(name, '/');
		int above;

		if (slash)
			*slash = '\0';
		if (fstat(here, &found) < 0)
			return report_error(report, errno, "cannot look at %s", name);
		if (!is_trustworthy(&found, &next))
			return untrustworthy(name, &found, report);
		if (is_same(&found, &top))
			return 0;
		next = found;
		above = open_inside(here, "..", O_DIRECTORY, 0);
		if (above < 0)
			return report_error(
				report, errno, "cannot open the directory above %s", name);
		close(here);
		here = above;
	}
}

static int
make_missing_directory(int parent, const char *name, mode_t mode)
{
	return mkdirat(parent, name, mode) < 0 && errno != EEXIST ? -1 : 0;
}

static int
make_last(int parent, const char *name, bool directory, mode_t mode)
{
	int fd;

	if (directory)
		return make_missing_directory(parent, name, mode);
	fd = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, mode);
	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	close(fd);
	return 0;
}

/* A link on the way must lead to something that exists: what it names is opened inside the root. */
int
root_make_target(int root, const char *path, bool directory, mode_t mode)
{
	cleanup_free char *copy = strdup(path);
	const char *last;

	if (!copy)
		return -1;
	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		cleanup_fd int parent = -1;

		*slash = '\0';
		parent = open_parent(root, copy, &last);
		if (parent < 0 || make_missing_directory(parent, last, 0755) < 0)
			return -1;
		*slash = '/';
	}
	cleanup_fd int parent = open_parent(root, copy, &last);

	if (parent < 0)
		return -1;
	return make_last(parent, last, directory, mode);
}
