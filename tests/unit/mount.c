/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/syscalls.h"
#include "helper/mount_make.h"
#include "said.h"
#include "superuser/mount.h"

#include <errno.h>
#include <string.h>

static bool is_exhausted; /* strdup(3) fails */
static bool is_created; /* the kernel was asked for the filesystem, or to change it */

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
long __wrap_syscall(long number, ...);

char *
__wrap_strdup(const char *text)
{
	errno = ENOMEM;
	return is_exhausted ? NULL : __real_strdup(text);
}

/* The kernel, which takes whatever is asked. */
long
__wrap_syscall(long number, ...)
{
	va_list arguments;

	va_start(arguments, number);
	if (number == SYS_fsconfig) {
		unsigned command;

		(void)va_arg(arguments, int); /* the filesystem */
		command = va_arg(arguments, unsigned);
		is_created |= command == FSCONFIG_CMD_CREATE || command == FSCONFIG_CMD_RECONFIGURE;
	}
	va_end(arguments);
	return number == SYS_fsconfig ? 0 : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int
begin(void **state)
{
	(void)state;
	is_exhausted = is_created = false;
	return 0;
}

static const char *const options[] = {"mode=0755", "noswap", NULL};

static void
a_filesystem_is_made_with_its_options(void **state)
{
	cleanup_fd int fd = mount_make("tmpfs", "tmpfs", "/mnt", options, 0, &report);

	(void)state;
	assert_true(fd >= 0);
	assert_true(is_created);
	assert_string_equal(take_said(), "");
}

/* Without its mode=, say, a filesystem would be open to every user. */
static void
no_filesystem_is_made_without_one_of_its_options(void **state)
{
	(void)state;
	is_exhausted = true;
	assert_int_equal(mount_make("tmpfs", "tmpfs", "/mnt", options, 0, &report), -1);
	assert_false(is_created);
	assert_non_null(strstr(take_said(), "cannot make the tmpfs for /mnt: mode=0755: "));
}

static void
no_filesystem_is_changed_without_one_of_its_options(void **state)
{
	(void)state;
	is_exhausted = true;
	assert_int_equal(mount_reconfigure(0, "tmpfs", "/mnt", options, &report), -1);
	assert_false(is_created);
	assert_non_null(strstr(take_said(), "cannot make the tmpfs for /mnt: mode=0755: "));
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_filesystem_is_made_with_its_options),
		TEST(no_filesystem_is_made_without_one_of_its_options),
		TEST(no_filesystem_is_changed_without_one_of_its_options),
	};

	return cmocka_run_group_tests(tests, report_to_memory, report_close);
}
