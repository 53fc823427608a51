/* SPDX-License-Identifier: BSD-2-Clause */
/* What several rooms' tests need: a report to memory, texts as streams, literals as strings. */
#ifndef SAID_H
#define SAID_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct report report;
static char said[65536];

static inline int
report_to_memory(void **state)
{
	(void)state;
	report_init(&report, "test");
	report.fd = memfd_create("report", MFD_CLOEXEC);
	return report.fd < 0;
}

static inline int
report_close(void **state)
{
	(void)state;
	return close(report.fd);
}

static inline const char *
read_back(int fd, char *text, size_t size)
{
	ssize_t length = pread(fd, text, size - 1, 0);

	assert_true(length >= 0);
	text[length] = '\0';
	return text;
}

static inline const char *
take_said(void)
{
	read_back(report.fd, said, sizeof(said));
	assert_int_equal(ftruncate(report.fd, 0), 0);
	lseek(report.fd, 0, SEEK_SET);
	return said;
}

static inline FILE *
stream_of(const char *bytes, size_t size)
{
	/* fmemopen refuses a size of 0 in some libraries */
	FILE *stream =
		size > 0 ? fmemopen((void *)(uintptr_t)bytes, size, "r") : fopen("/dev/null", "r");

	assert_non_null(stream);
	return stream;
}

static inline char *const *
strings(const char *const *literals)
{
	return (char *const *)(uintptr_t)literals;
}

/* qemu-user has openat2(2) since 9.2. */
static inline bool
lacks_openat2(void)
{
	return syscall(SYS_openat2, -1, "", NULL, 0) < 0 && errno == ENOSYS;
}

#endif
