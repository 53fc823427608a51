/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/lock.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/time.h>

time_t
lock_end(unsigned seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + (time_t)seconds;
}

static void
wake(int signal)
{
	(void)signal;
}

/* Blocks until the lock is taken or end has passed; a timer must run. */
static int
block_for_lock(int fd, time_t end)
{
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR)
			return -1;
		if (lock_end(0) >= end) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	return 0;
}

int
lock_wait(int fd, time_t end)
{
	/* repeats, because the first signal may precede the call */
	struct itimerval timer = {.it_interval = {.tv_sec = 1}};
	/* no SA_RESTART, so that the call ends */
	const struct sigaction waking = {.sa_handler = wake};
	struct sigaction before;
	sigset_t alarms, mask;
	int result, error;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return -1;
	timer.it_value.tv_sec = end - lock_end(0);
	if (timer.it_value.tv_sec <= 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (sigaction(SIGALRM, &waking, &before) < 0)
		return -1;
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarms, &mask);
	setitimer(ITIMER_REAL, &timer, NULL);
	result = block_for_lock(fd, end);
	error = errno;
	setitimer(ITIMER_REAL, &(const struct itimerval){0}, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGALRM, &before, NULL);
	errno = error;
	return result;
}
