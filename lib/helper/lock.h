/* SPDX-License-Identifier: BSD-2-Clause */
/* A lock of flock(2) that is waited for with a limit. */
#ifndef LOCK_H
#define LOCK_H

#include <time.h>

/* Returns the time that many seconds from now, in seconds of CLOCK_MONOTONIC. */
time_t lock_end(unsigned seconds);

/*
 * Takes the exclusive lock of an open file, and waits for it until end at most. It blocks in
 * flock(2), and SIGALRM ends that: a poller gets no turn beside a process that takes the lock again
 * at once. Returns 0, or -1 with errno set: ETIMEDOUT where another process has it still.
 */
int lock_wait(int fd, time_t end);

#endif
