/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes a lock of flock(2) within a time limit. */
#ifndef LOCK_H
#define LOCK_H

#include <time.h>

/* Returns the time after so many seconds, in seconds of CLOCK_MONOTONIC. */
time_t lock_end(unsigned seconds);

/*
 * Waits for the exclusive lock of an open file until end. Blocks in flock(2), which SIGALRM
 * interrupts: a poller gets no turn beside a process that takes the lock again at once. Returns 0,
 * or -1 with errno set: ETIMEDOUT if another process still has it.
 */
int lock_wait(int fd, time_t end);

#endif
