/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/new_file.h"

#include "common/cleanup.h"
#include "common/syscalls.h"

#include <string.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* Removes the file, and keeps errno. */
static int
remove_file(const struct new_file *file)
{
	int saved = errno;

	unlink(file->name);
	errno = saved;
	return -1;
}

int
new_file_write(struct new_file *file, const char *place, const char *text, const struct stat *like)
{
	const char *slash = strrchr(place, '/');
	cleanup_fd int fd = -1;

	errno = ENAMETOOLONG;
	if (snprintf(file->name, sizeof(file->name), "%.*s.%s.XXXXXX", (int)(slash + 1 - place),
		    place, slash + 1) >= (int)sizeof(file->name))
		return -1;
	fd = mkostemp(file->name, O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (dprintf(fd, "%s", text) < 0 || fchown(fd, like->st_uid, like->st_gid) < 0 ||
		fchmod(fd, like->st_mode & 07777) < 0 || fsync(fd) < 0)
		return remove_file(file);
	return 0;
}

int
new_file_keep(const struct new_file *file, const char *place)
{
	if (syscall_renameat2(AT_FDCWD, file->name, AT_FDCWD, place, RENAME_NOREPLACE) == 0)
		return 0;
	/* NFS and others lack the flag; for a moment the file has two names then */
	if (errno == EINVAL && link(file->name, place) == 0)
		return unlink(file->name);
	return remove_file(file);
}

int
new_file_put(const struct new_file *file, const char *place)
{
	return rename(file->name, place) < 0 ? remove_file(file) : 0;
}
