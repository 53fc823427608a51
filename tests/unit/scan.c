/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/syscalls.h"
#include "helper/membership_judge.h"
#include "helper/scan.h"
#include "helper/terminate.h"
#include "said.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static struct membership membership;
static char folder[PATH_MAX]; /* stands for /proc, or for the directory of a process there */
static int directory;
static const char *proc; /* what the room finds in place of /proc */

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);

DIR *
__wrap_opendir(const char *path)
{
	assert_string_equal(path, "/proc");
	return __real_opendir(proc);
}

static size_t signals; /* that would have been sent */

/* No process of the machine gets a signal from here, whatever fault is in the room. */
long __wrap_syscall(long number, ...);

long
__wrap_syscall(long number, ...)
{
	if (number == SYS_pidfd_open)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (number == SYS_pidfd_send_signal) {
		signals++;
		return 0;
	}
	errno = ENOSYS;
	return -1;
}

/* The blocks that calloc(3) gave to the rooms, and that are not freed yet. */
static const void *given[64];
static size_t ever_given;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __real_free(void *pointer);
void __wrap_free(void *pointer);

void *
__wrap_calloc(size_t count, size_t size)
{
	void *pointer = __real_calloc(count, size);

	ever_given++;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (!given[i]) {
			given[i] = pointer;
			break;
		}
	return pointer;
}

void
__wrap_free(void *pointer)
{
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (given[i] == pointer)
			given[i] = NULL;
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
	const char *where = getenv("TMPDIR");

	(void)state;
	memset(given, 0, sizeof(given));
	ever_given = signals = 0;
	proc = "/proc";
	snprintf(folder, sizeof(folder), "%s/scan.XXXXXX", where ? where : "/tmp");
	if (!mkdtemp(folder))
		return -1;
	directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0;
}

static int
take_away(const char *path, const struct stat *found, int kind, struct FTW *place)
{
	(void)found;
	(void)kind;
	(void)place;
	return remove(path);
}

static int
end(void **state)
{
	(void)state;
	close(directory);
	membership_release(&membership);
	return nftw(folder, take_away, 8, FTW_DEPTH | FTW_PHYS);
}

static void
put_file(const char *path, const char *text)
{
	cleanup_fd int fd = openat(directory, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void
put_mountinfo(const char *text)
{
	put_file("mountinfo", text);
}

/* A process of one thread, whose directory is the same as the process'. Its mount namespace is its
 * own, and has a mount of the superblock 0:51. */
static void
put_process(int pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%d", pid);
	assert_int_equal(mkdirat(directory, path, 0700), 0);
	snprintf(path, sizeof(path), "%d/task", pid);
	assert_int_equal(symlinkat(".", directory, path), 0);
	snprintf(path, sizeof(path), "%d/%d", pid, pid);
	assert_int_equal(symlinkat(".", directory, path), 0);
	snprintf(path, sizeof(path), "%d/stat", pid);
	put_file(path, "7 (sleep) S 1 7 7");
	snprintf(path, sizeof(path), "%d/mountinfo", pid);
	put_file(path, "201 200 0:51 / /proc rw - proc proc rw\n");
	snprintf(path, sizeof(path), "%d/ns", pid);
	assert_int_equal(mkdirat(directory, path, 0700), 0);
	snprintf(path, sizeof(path), "%d/ns/mnt", pid);
	put_file(path, "");
}

/* A root that is known by the superblock 0:51, and by a namespace whose number no file has. */
static void
add_root(const char *name)
{
	const struct membership_root added = {.name = name, .namespace = UINT64_MAX, .top = 100};

	assert_int_equal(membership_add(&membership, &added), 0);
	assert_int_equal(membership_add_device(&membership, 0, makedev(0, 51)), 0);
	assert_int_equal(membership_sort(&membership), 0);
}

static void
a_mark_in_a_mountinfo_tells_the_root(void **state)
{
	(void)state;
	add_root("games");
	put_mountinfo("200 190 8:1 / / rw - ext4 /dev/sda1 rw\n"
		      "201 200 0:51 / /proc rw - proc proc rw\n");
	assert_int_equal(membership_marked_root(&membership, directory), 0);
}

/* It is remembered then, and read once for all processes in it. */
static void
a_mountinfo_without_a_mark_is_of_no_root(void **state)
{
	(void)state;
	add_root("games");
	put_mountinfo("200 190 8:1 / / rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(membership_marked_root(&membership, directory), MEMBERSHIP_NONE);
}

static void
a_mountinfo_that_cannot_be_read_tells_nothing(void **state)
{
	(void)state;
	add_root("games");
	assert_int_equal(membership_marked_root(&membership, directory), MEMBERSHIP_UNKNOWN);
	assert_int_equal(errno, ENOENT);
}

/* Otherwise a program that makes one namespace after another would keep stop from looking. */
static void
namespaces_take_an_eighth_of_the_descriptors_however_many_there_are(void **state)
{
	struct scan_processes processes;
	struct rlimit before, limit;

	(void)state;
	add_root("games");
	for (int pid = 2; pid < 12; pid++)
		put_process(pid);
	proc = folder;
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

/* With a thousand roots, stop ends the processes of some at a time. Without a root it ends none. */
static void
who_has_ended_those_inside_keeps_nothing_of_it(void **state)
{
	bool left[1];

	(void)state;
	membership.turns = directory;
	assert_int_equal(terminate_inside(&membership, 0, left, &report), 0);
	assert_int_equal(signals, 0);
	assert_true(ever_given > 0);
	membership_release(&membership);
	assert_int_equal(count_given(), 0);
	assert_string_equal(take_said(), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mark_in_a_mountinfo_tells_the_root),
		TEST(a_mountinfo_without_a_mark_is_of_no_root),
		TEST(a_mountinfo_that_cannot_be_read_tells_nothing),
		TEST(namespaces_take_an_eighth_of_the_descriptors_however_many_there_are),
		TEST(who_has_ended_those_inside_keeps_nothing_of_it),
	};

	return cmocka_run_group_tests(tests, report_to_memory, report_close);
}
