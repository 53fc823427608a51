/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/turn.h"

#include "helper/lock.h"

#include <sys/file.h>

int
turn_take(int directory)
{
	return lock_wait(directory, lock_end(TURN_SECONDS));
}

void
turn_leave(int directory)
{
	flock(directory, LOCK_UN);
}
