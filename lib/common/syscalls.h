/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that some libc lacks (musl has none of these, glibc got them between 2.33 and 2.37).
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/keyctl.h>
#include <linux/openat2.h>

/* <linux/mount.h> cannot stand beside glibc's <sys/mount.h> (glibc bug 29326), so its words are
 * here. */
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 0x00000004
#define MOVE_MOUNT_T_EMPTY_PATH 0x00000040
#endif
#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200 /* Linux 6.5 */
#endif
#ifndef FSOPEN_CLOEXEC
#define FSOPEN_CLOEXEC 1
#define FSMOUNT_CLOEXEC 1
#define FSCONFIG_SET_FLAG 0
#define FSCONFIG_SET_STRING 1
#define FSCONFIG_CMD_CREATE 6
#define FSCONFIG_CMD_RECONFIGURE 7
#define FSPICK_CLOEXEC 1
#define FSPICK_EMPTY_PATH 8
#endif
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 0x00000001
#define MOUNT_ATTR_NOSUID 0x00000002
#define MOUNT_ATTR_NODEV 0x00000004
#define MOUNT_ATTR_NOEXEC 0x00000008
#define MOUNT_ATTR__ATIME 0x00000070
#define MOUNT_ATTR_RELATIME 0x00000000
#define MOUNT_ATTR_NOATIME 0x00000010
#define MOUNT_ATTR_STRICTATIME 0x00000020
#define MOUNT_ATTR_NODIRATIME 0x00000080
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000 /* Linux 5.14 */
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
/*
 * musl has no statx(2) before 1.2.5, and none with mount ids before 1.2.6: there the kernel's own
 * structure takes its place, under a name that no libc has.
 */
#if !defined(__GLIBC__) && !defined(STATX_MNT_ID)
#define statx syscall_statx
#define statx_timestamp syscall_statx_timestamp
#include <linux/stat.h>

static inline int
syscall_statx(int directory, const char *path, int flags, unsigned mask, struct statx *found)
{
	return (int)syscall(SYS_statx, directory, path, flags, mask, found);
}
#endif
#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U
#endif
#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x00002000
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* ioctl_nsfs(2): NS_GET_NSTYPE of Linux 4.11, NS_GET_MNTNS_ID of 6.11; statfs(2): NSFS_MAGIC */
#define NAMESPACE_GET_TYPE _IO(0xb7, 0x3)
#define NAMESPACE_GET_MOUNT_ID _IOR(0xb7, 0x5, uint64_t)
#define NAMESPACE_FS_MAGIC 0x6e736673

/* struct mount_attr of mount_setattr(2), under a name that no libc has. */
struct syscall_mount_attr {
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;
	uint64_t userns_fd;
};

static inline int
syscall_open_tree(int directory, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, directory, path, flags);
}

static inline int
syscall_move_mount(int from, int to, unsigned flags)
{
	return (int)syscall(SYS_move_mount, from, "", to, "", flags);
}

static inline int
syscall_fsopen(const char *type, unsigned flags)
{
	return (int)syscall(SYS_fsopen, type, flags);
}

static inline int
syscall_fsconfig(int fd, unsigned command, const char *key, const char *value)
{
	return (int)syscall(SYS_fsconfig, fd, command, key, value, 0);
}

static inline int
syscall_fspick(int directory, const char *path, unsigned flags)
{
	return (int)syscall(SYS_fspick, directory, path, flags);
}

static inline int
syscall_fsmount(int fd, unsigned flags, unsigned attributes)
{
	return (int)syscall(SYS_fsmount, fd, flags, attributes);
}

static inline int
syscall_mount_setattr(
	int directory, const char *path, unsigned flags, struct syscall_mount_attr *attr)
{
	return (int)syscall(SYS_mount_setattr, directory, path, flags, attr, sizeof(*attr));
}

static inline int
syscall_openat2(int directory, const char *path, struct open_how *how)
{
	return (int)syscall(SYS_openat2, directory, path, how, sizeof(*how));
}

static inline int
syscall_pivot_root(const char *new_root, const char *old_root)
{
	return (int)syscall(SYS_pivot_root, new_root, old_root);
}

static inline int
syscall_close_range(unsigned first, unsigned last, unsigned flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int
syscall_renameat2(int from, const char *path, int to, const char *name, unsigned flags)
{
	return (int)syscall(SYS_renameat2, from, path, to, name, flags);
}

/* keyctl(2): libkeyutils has it, no libc */
static inline int
syscall_keyctl_join_session(void)
{
	return (int)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
}

static inline int
syscall_pidfd_open(pid_t pid, unsigned flags)
{
	return (int)syscall(SYS_pidfd_open, pid, flags);
}

static inline int
syscall_pidfd_send_signal(int pidfd, int number)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
}

#endif
