/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/turn.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/time.h>

static void
wake(int signal)
{
	(void)signal;
}

/* Blocks in flock(2) instead of polling: a command that scans without a pause leaves no gap for a
 * poller. */
static int
wait_for_turn(int directory)
{
	const struct itimerval limit = {
		.it_value = {.tv_sec = TURN_SECONDS}, /* repeated, in case the first comes before
							 the wait */
		.it_interval = {.tv_sec = 1}};
	const struct itimerval none = {.it_value = {0}};
	const struct sigaction waking = {.sa_handler = wake};
	struct sigaction before;
	int result, error;

	if (sigaction(SIGALRM, &waking, &before) < 0)
		return -1;
	setitimer(ITIMER_REAL, &limit, NULL);
	result = flock(directory, LOCK_EX);
	error = errno;
	setitimer(ITIMER_REAL, &none, NULL);
	sigaction(SIGALRM, &before, NULL);
	errno = error == EINTR ? ETIMEDOUT : error;
	return result;
}

int
turn_take(int directory)
{
	if (flock(directory, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? wait_for_turn(directory) : -1;
}

void
turn_leave(int directory)
{
	flock(directory, LOCK_UN);
}
