/* SPDX-License-Identifier: BSD-2-Clause */
/* The descriptors that a program is started with. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <fcntl.h>
#include <unistd.h>

/*
 * Opens those of 0 to 2 that the caller closed, on /dev/null: else a file opened later would
 * become standard error and get what is said. glibc does it for setuid starts alone. 0, or -1
 * with no descriptor to say it on.
 */
static inline int
descriptors_fill(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return -1;
	return 0;
}

#endif
