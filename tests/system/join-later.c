/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * join-later NAMESPACE: has a mount namespace open from the beginning, and joins it after SIGUSR1.
 * It needs no file in there.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	/* no process outlives a test that forgot it */
	const struct timespec limit = {.tv_sec = 60};
	sigset_t signals;
	int namespace;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	if (argc != 2 || sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return 1;
	namespace = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (namespace < 0 || sigtimedwait(&signals, NULL, &limit) != SIGUSR1 ||
		setns(namespace, CLONE_NEWNS) < 0)
		return 1;
	return (int)sleep((unsigned)limit.tv_sec);
}
