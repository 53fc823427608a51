/* SPDX-License-Identifier: BSD-2-Clause */
/* Standard input, output and error, which the caller may have closed. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <fcntl.h>
#include <unistd.h>

/*
 * Opens /dev/null on each of them that is closed, so that a file opened later cannot become
 * standard error and receive messages. glibc does it for setuid programs alone. Returns 0, or -1
 * with errno set; reports nothing.
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
