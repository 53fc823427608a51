/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/time.h>

/* What flock(2) answers, call by call: an error, or 0 for success. NULL where the kernel is asked.
 */
static const int *answers;
static size_t calls;

int __wrap_flock(int fd, int operation);
int __real_flock(int fd, int operation);

/* True if a signal is on its way that ends a system call. */
static bool
is_timed(void)
{
	struct itimerval timer;
	struct sigaction action;
	sigset_t mask;

	assert_int_equal(getitimer(ITIMER_REAL, &timer), 0);
	assert_int_equal(sigaction(SIGALRM, NULL, &action), 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
	return timer.it_value.tv_sec > 0 && timer.it_interval.tv_sec > 0 &&
	       action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN &&
	       !(action.sa_flags & SA_RESTART) && !sigismember(&mask, SIGALRM);
}

int
__wrap_flock(int fd, int operation)
{
	if (!answers)
		return __real_flock(fd, operation);
	assert_int_equal(operation, calls == 0 ? LOCK_EX | LOCK_NB : LOCK_EX);
	assert_int_equal(is_timed(), calls > 0);
	errno = answers[calls++];
	return errno == 0 ? 0 : -1;
}

static void
block_alarms(int how)
{
	sigset_t alarms;

	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	assert_int_equal(sigprocmask(how, &alarms, NULL), 0);
}

static int
begin(void **state)
{
	(void)state;
	answers = NULL;
	calls = 0;
	/* as a caller may have left it */
	block_alarms(SIG_BLOCK);
	return 0;
}

/* Whatever came of it, nothing is left of the signal. */
static int
finish(void **state)
{
	struct itimerval timer;
	struct sigaction action;
	sigset_t mask;

	(void)state;
	if (getitimer(ITIMER_REAL, &timer) < 0 || sigaction(SIGALRM, NULL, &action) < 0 ||
		sigprocmask(SIG_BLOCK, NULL, &mask) < 0)
		return -1;
	block_alarms(SIG_UNBLOCK);
	return timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0 ||
	       action.sa_handler != SIG_DFL || !sigismember(&mask, SIGALRM);
}

static void
wait_as(const int *all, int result, size_t count)
{
	answers = all;
	assert_int_equal(lock_wait(-1, lock_end(30)), result);
	if (result < 0)
		assert_int_equal(errno, all[count - 1]);
	assert_int_equal(calls, count);
}

static void
a_free_lock_is_taken_at_once(void **state)
{
	(void)state;
	wait_as((const int[]){0}, 0, 1);
}

static void
a_lock_that_is_held_is_waited_for_in_one_call(void **state)
{
	(void)state;
	wait_as((const int[]){EWOULDBLOCK, 0}, 0, 2);
}

static void
a_signal_before_the_end_does_not_end_the_wait(void **state)
{
	(void)state;
	wait_as((const int[]){EWOULDBLOCK, EINTR, EINTR, 0}, 0, 4);
}

static void
an_error_of_the_first_call_is_the_error(void **state)
{
	(void)state;
	wait_as((const int[]){ENOLCK}, -1, 1);
}

static void
an_error_of_a_later_call_is_the_error(void **state)
{
	(void)state;
	wait_as((const int[]){EWOULDBLOCK, EINTR, ENOLCK}, -1, 3);
}

/* The kernel's own call, and a signal that the caller had blocked. */
static void
a_lock_that_stays_held_is_given_up(void **state)
{
	cleanup_fd int holder = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	cleanup_fd int waiting = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(flock(holder, LOCK_EX), 0);
	for (unsigned seconds = 0; seconds < 2; seconds++) {
		assert_int_equal(lock_wait(waiting, lock_end(seconds)), -1);
		assert_int_equal(errno, ETIMEDOUT);
	}
	assert_int_equal(flock(holder, LOCK_UN), 0);
	assert_int_equal(lock_wait(waiting, lock_end(0)), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_free_lock_is_taken_at_once),
		TEST(a_lock_that_is_held_is_waited_for_in_one_call),
		TEST(a_signal_before_the_end_does_not_end_the_wait),
		TEST(an_error_of_the_first_call_is_the_error),
		TEST(an_error_of_a_later_call_is_the_error),
		TEST(a_lock_that_stays_held_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
