/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/membership_judge.h"
#include "proc.h"

#include <errno.h>
#include <sys/sysmacros.h>

static struct membership membership;

/* A root that is known by the superblock 0:51, and by a namespace whose number no file has. */
static int
begin(void **state)
{
	const struct membership_root added = {
		.name = "games", .namespace = UINT64_MAX, .root_mount = 100};

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
a_mark_in_a_mountinfo_tells_the_root(void **state)
{
	(void)state;
	proc_put("mountinfo", "200 190 8:1 / / rw - ext4 /dev/sda1 rw\n"
			      "201 200 0:51 / /proc rw - proc proc rw\n");
	assert_int_equal(membership_of_mountinfo(&membership, proc_directory), 0);
}

/* It is remembered then, and read once for all processes in it. */
static void
a_mountinfo_without_a_mark_is_of_no_root(void **state)
{
	(void)state;
	proc_put("mountinfo", "200 190 8:1 / / rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(membership_of_mountinfo(&membership, proc_directory), MEMBERSHIP_NONE);
}

static void
a_mountinfo_that_cannot_be_read_tells_nothing(void **state)
{
	(void)state;
	assert_int_equal(membership_of_mountinfo(&membership, proc_directory), MEMBERSHIP_UNKNOWN);
	assert_int_equal(errno, ENOENT);
}

static int
judge(int pid, int parent_root)
{
	char name[16];
	bool is_apart;
	int directory, root;

	snprintf(name, sizeof(name), "%d", pid);
	directory = openat(proc_directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(directory >= 0);
	root = membership_of_process(&membership, directory, parent_root, &is_apart);
	close(directory);
	assert_true(root == MEMBERSHIP_NONE || is_apart);
	return root;
}

static void
a_process_in_a_namespace_with_a_mark_is_inside(void **state)
{
	(void)state;
	proc_put_process(7);
	assert_int_equal(judge(7, MEMBERSHIP_NONE), 0);
	assert_int_equal(membership.namespaces.count, 1);
	assert_int_equal(membership.unrelated.count, 0);
}

/* Its number is known then, and its mounts are not read again. */
static void
a_namespace_is_read_once(void **state)
{
	(void)state;
	proc_put_process(7);
	assert_int_equal(judge(7, MEMBERSHIP_NONE), 0);
	proc_put("7/mountinfo", "");
	assert_int_equal(judge(7, MEMBERSHIP_NONE), 0);
}

static void
what_is_forgotten_of_a_root_leaves_no_namespace(void **state)
{
	(void)state;
	proc_put_process(7);
	assert_int_equal(judge(7, MEMBERSHIP_NONE), 0);
	membership_forget_mounts(&membership, 0);
	assert_int_equal(membership.namespaces.count, 0);
	assert_int_equal(membership_sort(&membership), 0);
	assert_int_equal(judge(7, MEMBERSHIP_NONE), MEMBERSHIP_NONE);
}

static void
a_child_of_a_process_inside_is_inside(void **state)
{
	(void)state;
	membership.host_namespace = UINT64_MAX - 1;
	proc_put_process(7);
	proc_put("7/mountinfo", "200 190 8:1 / / rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(symlinkat("/", proc_directory, "7/root"), 0);
	assert_int_equal(judge(7, 0), 0);
	assert_int_equal(judge(7, MEMBERSHIP_NONE), MEMBERSHIP_NONE);
}

/* As the shell's job of a user that enters. */
static void
a_child_on_the_host_is_not_inside(void **state)
{
	int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(membership_know_host(&membership, own), 0);
	close(own);
	proc_put_process(7);
	proc_put("7/mountinfo", "200 190 8:1 / / rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(symlinkat("/", proc_directory, "7/root"), 0);
	assert_int_equal(judge(7, 0), MEMBERSHIP_NONE);
}

static void
a_process_that_has_exited_is_not_inside(void **state)
{
	static const char *const stats[] = {"7 (a) Z 1 7 7", "7 (a) X 1 7 7", "7 (a"};

	(void)state;
	proc_put_process(7);
	for (size_t i = 0; i < sizeof(stats) / sizeof(*stats); i++) {
		proc_put("7/stat", stats[i]);
		assert_int_equal(judge(7, 0), MEMBERSHIP_NONE);
	}
	assert_false(membership.is_short);
}

static void
a_shortage_is_noted_and_other_errors_are_not(void **state)
{
	static const struct {
		int error;
		bool is_short;
	} cases[] = {
		{ENOENT, false}, {ESRCH, false}, {EMFILE, true}, {ENFILE, true}, {ENOMEM, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		membership.is_short = false;
		errno = cases[i].error;
		membership_note_shortage(&membership);
		assert_int_equal(membership.is_short, cases[i].is_short);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mark_in_a_mountinfo_tells_the_root),
		TEST(a_mountinfo_without_a_mark_is_of_no_root),
		TEST(a_mountinfo_that_cannot_be_read_tells_nothing),
		TEST(a_process_in_a_namespace_with_a_mark_is_inside),
		TEST(a_namespace_is_read_once),
		TEST(what_is_forgotten_of_a_root_leaves_no_namespace),
		TEST(a_child_of_a_process_inside_is_inside),
		TEST(a_child_on_the_host_is_not_inside),
		TEST(a_process_that_has_exited_is_not_inside),
		TEST(a_shortage_is_noted_and_other_errors_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
