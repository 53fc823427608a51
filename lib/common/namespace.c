/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/namespace.h"

#include "common/cleanup.h"
#include "common/syscalls.h"

#include <sched.h>
#include <sys/vfs.h>

int
namespace_join(int fd)
{
	return setns(fd, CLONE_NEWNS);
}

int
namespace_number(int fd, uint64_t *number)
{
	struct stat found;

	if (fstat(fd, &found) < 0)
		return -1;
	*number = found.st_ino;
	return 0;
}

int
namespace_open_pin(int directory, const char *name)
{
	/* O_NONBLOCK: opening a FIFO in its place would wait */
	cleanup_fd int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct statfs filesystem;
	int type;

	if (fd < 0 || fstatfs(fd, &filesystem) < 0)
		return -1;
	errno = ESTALE;
	if (filesystem.f_type != NAMESPACE_FS_MAGIC)
		return -1;
	type = ioctl(fd, NAMESPACE_GET_TYPE);
	if (type < 0)
		return -1;
	errno = ESTALE;
	return type == CLONE_NEWNS ? steal_fd(&fd) : -1;
}

int
namespace_read_root(struct namespace_root *root)
{
	struct statx found;

	if (statx(AT_FDCWD, "/", AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID, &found) < 0)
		return -1;
	*root = (struct namespace_root){
		.device = (uint64_t)found.stx_dev_major << 32 | found.stx_dev_minor,
		.inode = found.stx_ino,
		.mount = found.stx_mnt_id,
		.owner = found.stx_uid,
		.mode = found.stx_mode,
	};
	return 0;
}
