/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests that take the place of syscall(3). */
#ifndef PROC_STATX_H
#define PROC_STATX_H

#include <stdarg.h>
#include <sys/syscall.h>

long __real_syscall(long number, ...);

/* Asks the kernel for statx(2), which syscalls.h calls by its number where libc has none. */
static inline long
proc_statx(va_list words)
{
	int directory = va_arg(words, int);
	const char *path = va_arg(words, const char *);
	int flags = va_arg(words, int);
	unsigned mask = va_arg(words, unsigned);

	return __real_syscall(SYS_statx, directory, path, flags, mask, va_arg(words, void *));
}

#endif
