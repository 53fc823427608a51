/* SPDX-License-Identifier: BSD-2-Clause */
#include "superuser/root.h"

#include "common/cleanup.h"
#include "common/syscalls.h"

#include <limits.h>
#include <string.h>

/* Tries again after EAGAIN, which openat2(2) returns if a rename races with ".." (RESOLVE_IN_ROOT).
 */
int
root_open_inside(int directory, const char *path, int flags, uint64_t resolve)
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

const char *
root_name_of(const struct root *root, int fd, char *name, size_t size)
{
	char number[16];
	ssize_t length;

	snprintf(number, sizeof(number), "%d", fd);
	length = readlinkat(root->proc_fd, number, name, size - 1);
	if (length < 0)
		return "?";
	name[length] = '\0';
	return name;
}

int
root_open_again(const struct root *root, int fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	return openat(root->proc_fd, number, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void
root_release(struct root *root)
{
	cleanup_fd_release(&root->tree);
	cleanup_fd_release(&root->proc_fd);
	cleanup_free_release(&root->path);
}

int
root_open_parent(const struct root *root, const char *path, uint64_t resolve, const char **last)
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
	if (slash == parent)
		return fcntl(root->tree, F_DUPFD_CLOEXEC, 3);
	slash[1] = '\0';
	return root_open_inside(root->tree, parent, O_DIRECTORY, RESOLVE_IN_ROOT | resolve);
}

int
root_follow(int directory, const char *name, const char *behind, char *rest)
{
	char target[PATH_MAX], whole[PATH_MAX];
	ssize_t length = readlinkat(directory, name, target, sizeof(target) - 1);

	if (length < 0)
		return -1;
	target[length] = '\0';
	errno = ENAMETOOLONG;
	if (snprintf(whole, sizeof(whole), "%s/%s", target, behind) >= (int)sizeof(whole))
		return -1;
	memcpy(rest, whole, sizeof(whole));
	return target[0] == '/';
}

bool
root_is_at_top(const char *path)
{
	return path[0] == '/' && path[1] != '\0' && !strchr(path + 1, '/');
}

int
root_open_target(const struct root *root, const char *path)
{
	const uint64_t resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
	const char *last;
	cleanup_fd int parent = -1;

	if (root_is_at_top(path))
		return root_open_inside(root->tree, path + 1, O_NOFOLLOW, resolve);
	parent = root_open_parent(root, path, 0, &last);
	return parent < 0 ? -1 : root_open_inside(parent, last, O_NOFOLLOW, resolve);
}

int
root_open_exactly(const struct root *root, const char *path)
{
	return root_open_inside(
		root->tree, path, O_NOFOLLOW, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

int
root_resolve(const struct root *root, const char *path, char *resolved, size_t size)
{
	char above[PATH_MAX];
	const char *last, *name;
	cleanup_fd int parent = root_open_parent(root, path, 0, &last);

	if (parent < 0)
		return -1;
	name = root_name_of(root, parent, above, sizeof(above));
	if (name[0] != '/')
		return -1;
	errno = ENAMETOOLONG;
	return snprintf(resolved, size, "%s/%s", name[1] == '\0' ? "" : name, last) < (int)size
		       ? 0
		       : -1;
}

static int
make_directory(int parent, const char *name, mode_t mode)
{
	return mkdirat(parent, name, mode) < 0 && errno != EEXIST ? -1 : 0;
}

static int
make_last(int parent, const char *name, bool directory, mode_t mode)
{
	int fd;

	if (directory)
		return make_directory(parent, name, mode);
	fd = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, mode);
	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	close(fd);
	return 0;
}

static int
make_component(const struct root *root, const char *path, bool directory, mode_t mode)
{
	const char *last;
	cleanup_fd int parent = root_open_parent(root, path, RESOLVE_NO_XDEV, &last);

	return parent < 0 ? -1 : make_last(parent, last, directory, mode);
}

int
root_make_target(const struct root *root, const char *path, bool directory, mode_t mode)
{
	cleanup_free char *copy = strdup(path);

	if (!copy)
		return -1;
	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (make_component(root, copy, true, 0755) < 0)
			return -1;
		*slash = '/';
	}
	return make_component(root, copy, directory, mode);
}
