/* SPDX-License-Identifier: BSD-2-Clause */
#include "superuser/mount.h"

#include "common/syscalls.h"

int
mount_clone(int directory, const char *path, bool recursive)
{
	return syscall_open_tree(directory, path,
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
			(recursive ? AT_RECURSIVE : 0));
}

int
mount_change(int fd, const struct mount_change *change)
{
	struct syscall_mount_attr attr = {
		.attr_set = change->set,
		.attr_clr = change->clear,
		.propagation = change->propagation,
	};

	return syscall_mount_setattr(
		fd, "", AT_EMPTY_PATH | (change->recursive ? AT_RECURSIVE : 0), &attr);
}

int
mount_attach(int fd, int target)
{
	return syscall_move_mount(fd, target, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
