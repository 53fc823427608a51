/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descend: after SIGUSR1 the process has a child, which waits for SIGUSR1 in its turn. The first
 * child hides: it has a user and a mount namespace of its own, with one new filesystem in it, so
 * that it and its children are known by descent alone.
 *
 * descend breed: the process is deaf to SIGTERM, and its hidden child has another child every two
 * milliseconds.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 60 /* no process outlives a test that forgot it */
#define BROOD (SECONDS * 500)

static int
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return is_written ? 0 : -1;
}

/* user_namespaces(7): the mapping gives the capabilities to mount; pivot_root(2): "." over ".". */
static int
hide(void)
{
	char uids[32], gids[32];

	snprintf(uids, sizeof(uids), "0 %u 1", (unsigned)getuid());
	snprintf(gids, sizeof(gids), "0 %u 1", (unsigned)getgid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
		write_file("/proc/self/setgroups", "deny") < 0 ||
		write_file("/proc/self/uid_map", uids) < 0 ||
		write_file("/proc/self/gid_map", gids) < 0)
		return -1;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("hidden", "/home", "tmpfs", 0, NULL) < 0 || chdir("/home") < 0 ||
		syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
		return -1;
	return chdir("/");
}

static int
breed(void)
{
	const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};

	if (signal(SIGTERM, SIG_IGN) == SIG_ERR)
		return 1;
	if (fork() != 0)
		return (int)sleep(SECONDS);
	if (hide() < 0)
		return 1;
	for (int born = 0; born < BROOD; born++) {
		if (fork() == 0)
			return (int)sleep(SECONDS);
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int
descend(void)
{
	const struct timespec limit = {.tv_sec = SECONDS};
	sigset_t signals;
	bool is_hidden = false;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return 1;
	while (sigtimedwait(&signals, NULL, &limit) == SIGUSR1) {
		if (fork() != 0)
			return (int)sleep(SECONDS);
		if (!is_hidden && hide() < 0)
			return 1;
		is_hidden = true;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[1], "breed") == 0 ? breed() : descend();
}
