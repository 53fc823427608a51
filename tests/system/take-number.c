/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * take-number mount|superblock NUMBER: takes a mount id, or the device number of a superblock, that
 * has become free, says "taken", and waits. Says "not taken" and exits if the number does not
 * become free. The kernel gives the lowest free number (ida_alloc()), so what is lower is taken
 * first.
 *
 * The process has a detached mount with the id for its root directory, or a mount of the superblock
 * in a namespace of its own, which it keeps open too: with the number of another, each is what a
 * process inside a root is known by.
 */
#include "../../lib/common/syscalls.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#define TRIES 10000

static int
make_mount(unsigned long long *number)
{
	int fd = syscall_open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	struct statx found;

	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &found) < 0)
		return -1;
	*number = found.stx_mnt_id;
	return fd;
}

static int
make_superblock(unsigned long long *number)
{
	int context = syscall_fsopen("tmpfs", FSOPEN_CLOEXEC);
	struct stat found;
	int fd;

	if (context < 0 || syscall_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		return -1;
	fd = syscall_fsmount(context, FSMOUNT_CLOEXEC, 0);
	close(context);
	if (fd < 0 || fstat(fd, &found) < 0)
		return -1;
	*number = found.st_dev;
	return fd;
}

/* A descriptor of what has the number, or -1. */
static int
take(int (*make)(unsigned long long *number), unsigned long long wanted)
{
	static int fds[TRIES];
	int count = 0, taken = -1;

	while (taken < 0 && count < TRIES) {
		unsigned long long number;
		int fd = make(&number);

		if (fd < 0)
			break;
		if (number == wanted)
			taken = fd;
		else
			fds[count++] = fd;
	}
	while (count > 0)
		close(fds[--count]);
	return taken;
}

static int
stand_on(int mount)
{
	return fchdir(mount) < 0 ? -1 : chroot(".");
}

static int
show(int mount)
{
	if (syscall(SYS_move_mount, mount, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -1;
	return open("/proc/self/ns/mnt", O_RDONLY);
}

int
main(int argc, char **argv)
{
	const struct rlimit many = {.rlim_cur = TRIES + 64, .rlim_max = TRIES + 64};
	int is_mount = argc == 3 && strcmp(argv[1], "mount") == 0;
	unsigned long long wanted = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	int fd;

	if (wanted == 0 || setrlimit(RLIMIT_NOFILE, &many) < 0 ||
		(!is_mount && (unshare(CLONE_NEWNS) < 0 ||
				      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0))) {
		perror("take-number");
		return 2;
	}
	fd = is_mount ? take(make_mount, wanted) : take(make_superblock, wanted);
	if (fd < 0) {
		puts("not taken");
		return 1;
	}
	if ((is_mount ? stand_on(fd) : show(fd)) < 0) {
		perror("take-number");
		return 2;
	}
	puts("taken");
	fflush(stdout);
	/* no process outlives a test that forgot it */
	alarm(120);
	pause();
	return 0;
}
