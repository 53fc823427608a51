/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/process.h"
#include "proc.h"
#include "said.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* The lines of a status, of which a test changes one. */
struct plan_record {
	const char *uid, *gid, *groups, *permitted, *effective, *pids;
};

static const struct plan_record alices = {
	.uid = "Uid:\t1000\t1000\t1000\t1000\n",
	.gid = "Gid:\t1000\t1000\t1000\t1000\n",
	.groups = "Groups:\t27 1000 3001 \n",
	.permitted = "CapPrm:\t0000000000000000\n",
	.effective = "CapEff:\t0000000000000000\n",
	.pids = "NSpid:\t4711\n",
};

static int
parse(const struct plan_record *lines, struct process_status *status)
{
	cleanup_file FILE *stream = NULL;
	char text[4096];

	snprintf(text, sizeof(text),
		"Name:\tx\\nUid:\\t0\nUmask:\t0022\nTgid:\t7\n%s%s%s"
		"NStgid:\t1\t2\t3\n%sCapInh:\t0000000800000000\n%s%sCapBnd:\t000001ffffffffff\n",
		lines->uid, lines->gid, lines->groups, lines->pids, lines->permitted,
		lines->effective);
	stream = stream_of(text, strlen(text));
	return process_parse_status(stream, status);
}

static struct process_status
parsed(const struct plan_record *lines)
{
	struct process_status status;

	assert_int_equal(parse(lines, &status), 0);
	return status;
}

static bool
is_unprivileged(struct plan_record lines)
{
	struct process_status status = parsed(&lines);
	bool result = process_is_unprivileged(&status);

	process_status_release(&status);
	return result;
}

static void
a_status_has_uids_a_gid_and_groups(void **state)
{
	struct plan_record lines = alices;
	struct process_status status;

	(void)state;
	lines.uid = "Uid:\t1000\t0\t1001\t4294967294\n";
	lines.gid = "Gid:\t1002\t0\t27\t27\n";
	status = parsed(&lines);
	assert_int_equal(status.uids[0], 1000);
	assert_int_equal(status.uids[1], 0);
	assert_int_equal(status.uids[2], 1001);
	assert_int_equal(status.uids[3], 4294967294);
	assert_int_equal(status.gid, 1002);
	assert_int_equal(status.group_count, 3);
	assert_int_equal(status.groups[0], 27);
	assert_int_equal(status.groups[1], 1000);
	assert_int_equal(status.groups[2], 3001);
	process_status_release(&status);
	assert_null(status.groups);
}

static void
a_status_without_groups_has_none(void **state)
{
	struct plan_record lines = alices;
	struct process_status status;

	(void)state;
	lines.groups = "Groups:\t \n";
	status = parsed(&lines);
	assert_int_equal(status.group_count, 0);
	process_status_release(&status);
}

static void
each_pid_namespace_from_that_of_proc_on_gives_an_id(void **state)
{
	static const struct {
		const char *line;
		size_t count;
	} cases[] = {
		{"", 0}, /* a kernel without PID namespaces */
		{"NSpid:\t4711\n", 1},
		{"NSpid:\t4711\t2\n", 2},
		{"NSpid:\t4711\t300\t1\n", 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct plan_record lines = alices;
		struct process_status status;

		lines.pids = cases[i].line;
		status = parsed(&lines);
		assert_int_equal(status.id_count, cases[i].count);
		process_status_release(&status);
	}
}

static void
one_ordinary_user_without_capabilities_is_unprivileged(void **state)
{
	(void)state;
	assert_true(is_unprivileged(alices));
}

static void
another_uid_is_privileged_wherever_it_stands(void **state)
{
	static const char *const uids[] = {
		"Uid:\t0\t0\t0\t0\n",
		"Uid:\t0\t1000\t1000\t1000\n",
		"Uid:\t1000\t0\t1000\t1000\n",
		"Uid:\t1000\t1000\t0\t1000\n",
		"Uid:\t1000\t1000\t1000\t0\n",
		"Uid:\t1001\t1000\t1000\t1000\n",
		"Uid:\t1000\t1000\t1000\t1001\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(uids) / sizeof(*uids); i++) {
		struct plan_record lines = alices;

		lines.uid = uids[i];
		assert_false(is_unprivileged(lines));
	}
}

static void
a_permitted_or_effective_capability_is_privilege(void **state)
{
	struct plan_record lines = alices;

	(void)state;
	lines.permitted = "CapPrm:\t0000000000000400\n";
	assert_false(is_unprivileged(lines));
	lines.effective = "CapEff:\t0000000000000400\n";
	assert_false(is_unprivileged(lines));
	lines.permitted = alices.permitted;
	assert_false(is_unprivileged(lines));
	lines.effective = "CapEff:\t8000000000000000\n";
	assert_false(is_unprivileged(lines));
}

static void
a_status_that_lacks_a_line_is_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct plan_record lines = alices;
		const char **const needed[] = {
			&lines.uid, &lines.gid, &lines.groups, &lines.permitted, &lines.effective};
		struct process_status status;

		*needed[i] = "";
		errno = 0;
		assert_int_equal(parse(&lines, &status), -1);
		assert_int_equal(errno, EBADMSG);
		assert_null(status.groups);
	}
}

static void
a_line_without_its_numbers_is_an_error(void **state)
{
	struct plan_record lines = alices;
	struct process_status status;

	(void)state;
	lines.uid = "Uid:\t1000\t1000\t1000\n";
	assert_int_equal(parse(&lines, &status), -1);
	assert_int_equal(errno, EBADMSG);
	lines = alices;
	lines.permitted = "CapPrm:\n";
	assert_int_equal(parse(&lines, &status), -1);
	assert_int_equal(errno, EBADMSG);
}

static void
a_status_that_cannot_be_read_is_an_error(void **state)
{
	cleanup_fd int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_file FILE *stream = fdopen(fd, "r");
	struct process_status status;

	(void)state;
	assert_non_null(stream);
	steal_fd(&fd);
	assert_int_equal(process_parse_status(stream, &status), -1);
	assert_int_equal(errno, EISDIR);
}

static void
this_process_has_a_status_in_proc(void **state)
{
	cleanup_fd int self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct process_status status;

	(void)state;
	assert_int_equal(process_read_status(self, &status), 0);
	assert_int_equal(status.uids[1], geteuid());
	assert_int_equal(status.gid, getgid());
	assert_int_equal(status.group_count, getgroups(0, NULL));
	process_status_release(&status);
}

static void
a_directory_without_a_status_is_an_error(void **state)
{
	cleanup_fd int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct process_status status;

	(void)state;
	assert_int_equal(process_read_status(proc, &status), -1);
	assert_int_equal(errno, ENOENT);
}

static void
a_stat_has_the_state_and_the_parent(void **state)
{
	static const struct {
		const char *text;
		char process_state;
		pid_t parent;
	} cases[] = {
		{"7 (sleep) S 1 7 7 0 -1", 'S', 1},
		{"7 (a b) Z 4194304 7 7", 'Z', 4194304},
		/* a process can choose its name */
		{"7 (x) S 1 ) R 8 7", 'R', 8},
		{"7 (() X 9 7", 'X', 9},
		{"7 (\n) T 0 7", 'T', 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct process_stat stat;

		proc_put("stat", cases[i].text);
		assert_int_equal(process_read_stat(proc_directory, &stat), 0);
		assert_int_equal(stat.state, cases[i].process_state);
		assert_int_equal(stat.parent, cases[i].parent);
	}
}

static void
an_odd_stat_is_that_of_a_process_that_has_exited(void **state)
{
	static const char *const texts[] = {
		"", "7", "7 (sleep", "7 (sleep)", "7 (sleep) S", "7 S 1"};
	struct process_stat stat;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		proc_put("stat", texts[i]);
		assert_int_equal(process_read_stat(proc_directory, &stat), -1);
		assert_int_equal(errno, ESRCH);
	}
	assert_int_equal(unlinkat(proc_directory, "stat", 0), 0);
	assert_int_equal(process_read_stat(proc_directory, &stat), -1);
	assert_int_equal(errno, ENOENT);
}

static void
a_namespace_is_known_by_its_inode(void **state)
{
	uint64_t number = 0;
	struct stat found;

	(void)state;
	proc_put_process(7);
	assert_int_equal(process_read_namespace(proc_directory, "7/ns/mnt", &number), 0);
	assert_int_equal(fstatat(proc_directory, "7/ns/mnt", &found, 0), 0);
	assert_int_equal(number, found.st_ino);
	assert_int_equal(process_read_namespace(proc_directory, "8/ns/mnt", &number), -1);
	assert_int_equal(errno, ENOENT);
}

static void
a_link_leads_to_a_mount_and_a_directory(void **state)
{
	uint64_t mount = 0, there = 0, device = 0, inode = 0;
	struct stat found;

	(void)state;
	assert_int_equal(symlinkat("/", proc_directory, "root"), 0);
	assert_int_equal(process_read_mount(proc_directory, "root", &mount), 0);
	assert_int_equal(process_read_mount(proc_directory, "/", &there), 0);
	assert_int_equal(mount, there);
	assert_int_equal(process_read_directory(proc_directory, "root", &device, &inode), 0);
	assert_int_equal(fstatat(proc_directory, "/", &found, 0), 0);
	assert_int_equal(device >> 32, major(found.st_dev));
	assert_int_equal(device & UINT32_MAX, minor(found.st_dev));
	assert_int_equal(inode, found.st_ino);
	assert_int_equal(process_read_mount(proc_directory, "cwd", &mount), -1);
	assert_int_equal(process_read_directory(proc_directory, "cwd", &device, &inode), -1);
}

static void
a_device_is_found_in_a_mountinfo(void **state)
{
	(void)state;
	assert_int_equal(process_has_device(proc_directory, makedev(0, 51)), -1);
	assert_int_equal(errno, ENOENT);
	proc_put("mountinfo", "200 190 8:1 / / rw - ext4 /dev/sda1 rw\n"
			      "odd\n"
			      "201 200 0:51 / /proc rw - proc proc rw\n");
	assert_int_equal(process_has_device(proc_directory, makedev(0, 51)), 1);
	assert_int_equal(process_has_device(proc_directory, makedev(8, 1)), 1);
	assert_int_equal(process_has_device(proc_directory, makedev(8, 51)), 0);
}

static void
an_entry_of_digits_is_a_process(void **state)
{
	static const struct {
		struct dirent entry;
		pid_t pid;
	} cases[] = {
		{{.d_name = "1"}, 1},
		{{.d_name = "2147483647"}, INT32_MAX},
		{{.d_name = "2147483648"}, 0},
		{{.d_name = "self"}, 0},
		{{.d_name = ".."}, 0},
		{{.d_name = "01"}, 0},
		{{.d_name = "+1"}, 0},
		{{.d_name = "1a"}, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(process_pid_of(&cases[i].entry), cases[i].pid);
}

/* The inode that stat reports for each path, or the errno that it fails with. */
static ino_t stat_inode;
static int stat_error;

int __wrap_stat(const char *path, struct stat *found);
int __wrap_stat64(const char *path, struct stat *found);

int
__wrap_stat(const char *path, struct stat *found)
{
	assert_string_equal(path, "/proc/self/ns/pid");
	*found = (struct stat){.st_ino = stat_inode};
	errno = stat_error;
	return stat_inode != 0 ? 0 : -1;
}

/* what glibc makes of it under _FILE_OFFSET_BITS=64 */
int
__wrap_stat64(const char *path, struct stat *found)
{
	return __wrap_stat(path, found);
}

static void
the_own_pid_namespace_is_that_of_proc(void **state)
{
	uint64_t number = 0;

	(void)state;
	stat_inode = 4026532000;
	assert_int_equal(process_own_namespace(&number), 0);
	assert_int_equal(number, 4026532000);
}

static void
a_kernel_without_pid_namespaces_has_the_initial_one(void **state)
{
	uint64_t number = 0;

	(void)state;
	stat_inode = 0;
	stat_error = ENOENT;
	assert_int_equal(process_own_namespace(&number), 0);
	assert_int_equal(number, PROCESS_INITIAL_NAMESPACE);
}

static void
an_own_pid_namespace_that_cannot_be_read_is_an_error(void **state)
{
	uint64_t number = 0;

	(void)state;
	stat_inode = 0;
	stat_error = EACCES;
	assert_int_equal(process_own_namespace(&number), -1);
	assert_int_equal(errno, EACCES);
}

#define TEST(name) cmocka_unit_test(name)
#define PROC_TEST(name) cmocka_unit_test_setup_teardown(name, proc_begin, proc_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_status_has_uids_a_gid_and_groups),
		TEST(a_status_without_groups_has_none),
		TEST(each_pid_namespace_from_that_of_proc_on_gives_an_id),
		TEST(one_ordinary_user_without_capabilities_is_unprivileged),
		TEST(another_uid_is_privileged_wherever_it_stands),
		TEST(a_permitted_or_effective_capability_is_privilege),
		TEST(a_status_that_lacks_a_line_is_an_error),
		TEST(a_line_without_its_numbers_is_an_error),
		TEST(a_status_that_cannot_be_read_is_an_error),
		TEST(this_process_has_a_status_in_proc),
		TEST(a_directory_without_a_status_is_an_error),
		PROC_TEST(a_stat_has_the_state_and_the_parent),
		PROC_TEST(an_odd_stat_is_that_of_a_process_that_has_exited),
		PROC_TEST(a_namespace_is_known_by_its_inode),
		PROC_TEST(a_link_leads_to_a_mount_and_a_directory),
		PROC_TEST(a_device_is_found_in_a_mountinfo),
		TEST(an_entry_of_digits_is_a_process),
		TEST(the_own_pid_namespace_is_that_of_proc),
		TEST(a_kernel_without_pid_namespaces_has_the_initial_one),
		TEST(an_own_pid_namespace_that_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
