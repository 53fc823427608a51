/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/syscalls.h"
#include "helper/membership.h"
#include "helper/scan.h"
#include "proc.h"
#include "proc_statx.h"
#include "said.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#define TARGET_PIDFD 1000000

static struct membership membership;
static int pidfd_error; /* that pidfd_open fails with, 0 for none */
static int target_error; /* the same of pidfd_send_signal, for a target */

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);

DIR *
__wrap_opendir(const char *path)
{
	assert_string_equal(path, "/proc");
	return __real_opendir(proc_path);
}

long __wrap_syscall(long number, ...);

long
__wrap_syscall(long number, ...)
{
	va_list arguments;

	if (number == SYS_pidfd_open) {
		errno = pidfd_error;
		return pidfd_error == 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	}
	va_start(arguments, number);
	if (number == SYS_statx) {
		long result = proc_statx(arguments);

		va_end(arguments);
		return result;
	}
	/* a scan sends no signal: 0 asks for the process alone */
	assert_int_equal(number, SYS_pidfd_send_signal);
	assert_int_equal(va_arg(arguments, int), TARGET_PIDFD);
	assert_int_equal(va_arg(arguments, int), 0);
	va_end(arguments);
	errno = target_error;
	return target_error == 0 ? 0 : -1;
}

/* A root that is known by the superblock 0:51, and by a namespace whose number no file has. */
static int
begin(void **state)
{
	const struct membership_root added = {
		.name = "games", .namespace = UINT64_MAX, .root_mount = 100};

	pidfd_error = target_error = 0;
	if (membership_add(&membership, &added) != 0 ||
		membership_add_device(&membership, 0, makedev(0, 51)) < 0 ||
		membership_sort(&membership) < 0)
		return -1;
	return proc_begin(state);
}

static int
end(void **state)
{
	membership_release(&membership);
	return proc_end(state);
}

static void
a_process_is_found_by_a_mount_of_a_superblock_that_start_made(void **state)
{
	struct scan_processes processes;

	(void)state;
	proc_put_process(7);
	proc_put_process(8);
	proc_put("8/mountinfo", "200 190 8:1 / / rw - ext4 /dev/sda1 rw\n");
	proc_put_process(9);
	proc_put("9/stat", "9 (exited) Z 1 9 9");
	assert_int_equal(mkdirat(proc_directory, "self", 0700), 0);
	assert_int_equal(scan_inside(&membership, &processes, &report), 0);
	assert_int_equal(processes.count, 1);
	assert_int_equal(processes.all[0].pid, 7);
	assert_int_equal(processes.all[0].root, 0);
	assert_true(processes.all[0].is_apart);
	scan_processes_release(&processes);
	assert_string_equal(take_said(), "");
}

static void
without_processes_none_is_found(void **state)
{
	struct scan_processes processes;

	(void)state;
	assert_int_equal(scan_inside(&membership, &processes, &report), 0);
	assert_int_equal(processes.count, 0);
	scan_processes_release(&processes);
	assert_string_equal(take_said(), "");
}

static void
the_processes_are_not_known_where_one_cannot_be_examined(void **state)
{
	struct scan_processes processes;

	(void)state;
	proc_put_process(7);
	pidfd_error = EMFILE;
	assert_int_equal(scan_inside(&membership, &processes, &report), -1);
	assert_non_null(strstr(take_said(), "test: cannot look at every process: "));
	pidfd_error = ESRCH;
	assert_int_equal(scan_inside(&membership, &processes, &report), 0);
	assert_int_equal(processes.count, 0);
	scan_processes_release(&processes);
	assert_string_equal(take_said(), "");
}

static void
the_pidfd_of_a_process_is_kept_until_the_next(void **state)
{
	const struct scan_process *process;
	struct scan scan;
	int pidfd;

	(void)state;
	proc_put_process(7);
	assert_int_equal(scan_begin(&scan, &membership, NULL, &report), 0);
	assert_int_equal(scan_next(&scan, &process), 1);
	assert_int_equal(process->pid, 7);
	pidfd = scan.pidfd;
	assert_true(fcntl(pidfd, F_GETFD) >= 0);
	assert_int_equal(scan_next(&scan, &process), 0);
	assert_int_equal(fcntl(pidfd, F_GETFD), -1);
	scan_end(&scan);
	assert_string_equal(take_said(), "");
}

static void
a_target_is_found_again_only_when_its_pid_is_anothers(void **state)
{
	const struct scan_process *process;
	struct numbers targets = {0};
	struct scan_target *target = numbers_insert(&targets, sizeof(*target), 7);
	struct scan scan;

	(void)state;
	assert_non_null(target);
	target->pidfd = TARGET_PIDFD;
	proc_put_process(7);
	assert_int_equal(scan_begin(&scan, &membership, &targets, &report), 0);
	assert_int_equal(scan_next(&scan, &process), 0);
	scan_end(&scan);
	target_error = ESRCH;
	assert_int_equal(scan_begin(&scan, &membership, &targets, &report), 0);
	assert_int_equal(scan_next(&scan, &process), 1);
	assert_int_equal(process->pid, 7);
	assert_int_equal(scan_next(&scan, &process), 0);
	scan_end(&scan);
	numbers_release(&targets);
	assert_string_equal(take_said(), "");
}

/* Otherwise a program that makes one namespace after another would keep stop from looking. */
static void
namespaces_take_an_eighth_of_the_descriptors_however_many_there_are(void **state)
{
	struct scan_processes processes;
	struct rlimit before, limit;

	(void)state;
	for (int pid = 2; pid < 12; pid++)
		proc_put_process(pid);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(scan_inside(&membership, &processes, &report), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	/* the places in a folder that is no /proc do not fit into 32 bits: some may be found twice
	 */
	assert_true(processes.count >= 10);
	assert_int_equal(membership.namespaces.count, 64 / 8);
	scan_processes_release(&processes);
	assert_string_equal(take_said(), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_process_is_found_by_a_mount_of_a_superblock_that_start_made),
		TEST(without_processes_none_is_found),
		TEST(the_processes_are_not_known_where_one_cannot_be_examined),
		TEST(the_pidfd_of_a_process_is_kept_until_the_next),
		TEST(a_target_is_found_again_only_when_its_pid_is_anothers),
		TEST(namespaces_take_an_eighth_of_the_descriptors_however_many_there_are),
	};

	return cmocka_run_group_tests(tests, report_to_memory, report_close);
}
