/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/syscalls.h"
#include "helper/membership.h"
#include "helper/terminate.h"
#include "proc.h"
#include "proc_statx.h"
#include "said.h"

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/sysmacros.h>

static struct membership membership;
static int deadly; /* the signal that ends the process 7 */
static char sent[256]; /* the signals, in words */

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);

DIR *
__wrap_opendir(const char *path)
{
	assert_string_equal(path, "/proc");
	return __real_opendir(proc_path);
}

static const char *
name_of(int signal)
{
	switch (signal) {
	case SIGTERM:
		return "TERM";
	case SIGCONT:
		return "CONT";
	case SIGSTOP:
		return "STOP";
	case SIGKILL:
		return "KILL";
	default:
		return "another";
	}
}

/* No process of the machine gets a signal from here, whatever fault is in the room. */
long __wrap_syscall(long number, ...);

/* A pidfd is an eventfd, which can be read as soon as the process has exited. */
long
__wrap_syscall(long number, ...)
{
	va_list arguments;
	int pidfd, signal;

	if (number == SYS_pidfd_open)
		return eventfd(0, EFD_CLOEXEC);
	va_start(arguments, number);
	if (number == SYS_statx) {
		long result = proc_statx(arguments);

		va_end(arguments);
		return result;
	}
	assert_int_equal(number, SYS_pidfd_send_signal);
	pidfd = va_arg(arguments, int);
	signal = va_arg(arguments, int);
	va_end(arguments);
	if (signal == 0)
		return 0;
	snprintf(sent + strlen(sent), sizeof(sent) - strlen(sent), "%s ", name_of(signal));
	if (signal == deadly) {
		assert_int_equal(eventfd_write(pidfd, 1), 0);
		assert_int_equal(renameat(proc_directory, "7", proc_directory, "exited"), 0);
	}
	return 0;
}

/* The blocks that the rooms have allocated, and that are not freed yet. */
static const void *given[64];
static size_t ever_given;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_reallocarray(void *pointer, size_t count, size_t size);
void *__wrap_reallocarray(void *pointer, size_t count, size_t size);
void __real_free(void *pointer);
void __wrap_free(void *pointer);

static void
take_back(const void *pointer)
{
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (given[i] == pointer)
			given[i] = NULL;
}

static void *
give(void *pointer)
{
	ever_given++;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (!given[i]) {
			given[i] = pointer;
			break;
		}
	return pointer;
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return give(__real_calloc(count, size));
}

void *
__wrap_reallocarray(void *pointer, size_t count, size_t size)
{
	take_back(pointer);
	return give(__real_reallocarray(pointer, count, size));
}

void
__wrap_free(void *pointer)
{
	take_back(pointer);
	__real_free(pointer);
}

static size_t
count_given(void)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		count += given[i] != NULL;
	return count;
}

static int
begin(void **state)
{
	memset(given, 0, sizeof(given));
	ever_given = 0;
	deadly = 0;
	sent[0] = '\0';
	return proc_begin(state);
}

static int
end(void **state)
{
	membership_release(&membership);
	return proc_end(state);
}

/* A root that is known by the superblock 0:51, and by a namespace whose number no file has. */
static void
add_root(void)
{
	const struct membership_root added = {
		.name = "games", .namespace = UINT64_MAX, .root_mount = 100};

	assert_int_equal(membership_add(&membership, &added), 0);
	assert_int_equal(membership_add_device(&membership, 0, makedev(0, 51)), 0);
}

/* With a thousand roots, stop ends the processes of some at a time. Without a root it ends none. */
static void
who_has_ended_those_inside_keeps_nothing_of_it(void **state)
{
	bool remaining[1];

	(void)state;
	assert_int_equal(terminate_inside(&membership, proc_directory, 0, remaining, &report), 0);
	assert_string_equal(sent, "");
	assert_true(ever_given > 0);
	membership_release(&membership);
	assert_int_equal(count_given(), 0);
	assert_string_equal(take_said(), "");
}

static void
a_process_that_ends_at_sigterm_gets_no_other_signal(void **state)
{
	bool remaining[1];

	(void)state;
	add_root();
	proc_put_process(7);
	deadly = SIGTERM;
	assert_int_equal(terminate_inside(&membership, proc_directory, 60, remaining, &report), 0);
	assert_string_equal(sent, "TERM CONT ");
	assert_false(remaining[0]);
	membership_release(&membership);
	assert_int_equal(count_given(), 0);
	assert_string_equal(take_said(), "");
}

static void
a_process_that_is_deaf_is_suspended_and_then_killed(void **state)
{
	bool remaining[1];

	(void)state;
	add_root();
	proc_put_process(7);
	deadly = SIGKILL;
	assert_int_equal(terminate_inside(&membership, proc_directory, 0, remaining, &report), 0);
	assert_string_equal(sent, "TERM CONT STOP KILL ");
	assert_false(remaining[0]);
	assert_string_equal(take_said(), "");
}

static void
this_process_and_those_above_it_get_no_signal(void **state)
{
	bool remaining[1];

	(void)state;
	add_root();
	proc_put_process(getpid());
	if (getppid() > 1)
		proc_put_process(getppid());
	assert_int_equal(terminate_inside(&membership, proc_directory, 60, remaining, &report), 0);
	assert_string_equal(sent, "");
	assert_true(remaining[0]);
	assert_string_equal(take_said(),
		"test: games: this command was itself called from inside; call it from the host\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_has_ended_those_inside_keeps_nothing_of_it),
		TEST(a_process_that_ends_at_sigterm_gets_no_other_signal),
		TEST(a_process_that_is_deaf_is_suspended_and_then_killed),
		TEST(this_process_and_those_above_it_get_no_signal),
	};

	return cmocka_run_group_tests(tests, report_to_memory, report_close);
}
