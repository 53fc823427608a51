/* SPDX-License-Identifier: BSD-2-Clause */
/* Releases the descriptors, memory and streams of a scope when it ends. */
#ifndef CLEANUP_H
#define CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Each release keeps errno, so that `return report_error(report, errno, …)` may stand anywhere. */

static inline void
cleanup_fd_release(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

static inline void
cleanup_free_release(void *pointer)
{
	int saved = errno;

	free(*(void **)pointer);
	*(void **)pointer = NULL;
	errno = saved;
}

static inline void
cleanup_file_release(FILE **file)
{
	int saved = errno;

	if (*file)
		fclose(*file);
	*file = NULL;
	errno = saved;
}

static inline void
cleanup_directory_release(DIR **directory)
{
	int saved = errno;

	if (*directory)
		closedir(*directory);
	*directory = NULL;
	errno = saved;
}

#define cleanup_fd __attribute__((cleanup(cleanup_fd_release)))
#define cleanup_free __attribute__((cleanup(cleanup_free_release)))
#define cleanup_file __attribute__((cleanup(cleanup_file_release)))
#define cleanup_directory __attribute__((cleanup(cleanup_directory_release)))

/* Hands over the descriptor or the memory of a cleanup variable. */
static inline int
steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

static inline void *
steal_pointer_from(void *pointer)
{
	void *stolen = *(void **)pointer;

	*(void **)pointer = NULL;
	return stolen;
}

#define steal_pointer(pointer) ((__typeof__(*(pointer)))steal_pointer_from(pointer))

#endif
