/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/syscalls.h"
#include "helper/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory like /proc/self, whose mountinfo the test writes. */
static char folder[PATH_MAX / 4];
static int names;
static struct mountinfo mountinfo;

static int
begin(void **state)
{
	const char *where = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	char path[PATH_MAX];

	(void)state;
	mountinfo = (struct mountinfo){0};
	snprintf(folder, sizeof(folder), "%s/mounted.XXXXXX", where);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/fd", folder);
	if (mkdir(path, 0700) < 0)
		return -1;
	names = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return names < 0;
}

static int
finish(void **state)
{
	(void)state;
	mountinfo_release(&mountinfo);
	unlinkat(names, "../mountinfo", 0);
	unlinkat(names, "../fd", AT_REMOVEDIR);
	close(names);
	return rmdir(folder);
}

static void
read_mountinfo(const char *text)
{
	cleanup_fd int fd =
		openat(names, "../mountinfo", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	mountinfo_release(&mountinfo);
	assert_int_equal(mountinfo_read_inside(&mountinfo, names), 0);
}

static const char table[] = "20 1 0:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
			    "21 20 0:2 / /a rw - tmpfs a rw\n"
			    "22 20 0:2 / /a-b/c rw master:1 - tmpfs a rw\n"
			    "23 21 0:3 / /a/b rw shared:7 master:1 - tmpfs b rw\n"
			    "24 20 0:4 / /ab rw unbindable - tmpfs c rw\n"
			    "25 24 0:5 / /ab/with\\040blank rw - tmpfs d rw\n";

static void
a_mount_is_found_by_its_id(void **state)
{
	(void)state;
	read_mountinfo(table);
	assert_string_equal(mountinfo_mount_point(&mountinfo, 20), "/");
	assert_string_equal(mountinfo_mount_point(&mountinfo, 23), "/a/b");
	assert_string_equal(mountinfo_mount_point(&mountinfo, 25), "/ab/with blank");
	assert_null(mountinfo_mount_point(&mountinfo, 1));
	assert_null(mountinfo_mount_point(&mountinfo, 26));
}

static void
a_mount_is_shared_if_it_has_peers_whatever_it_is_a_slave_of(void **state)
{
	(void)state;
	read_mountinfo(table);
	for (int again = 0; again < 2; again++) {
		assert_true(mountinfo_has_shared(&mountinfo, 20));
		assert_false(mountinfo_has_shared(&mountinfo, 21));
		assert_false(mountinfo_has_shared(&mountinfo, 22));
		assert_true(mountinfo_has_shared(&mountinfo, 23));
		assert_false(mountinfo_has_shared(&mountinfo, 24));
		assert_false(mountinfo_has_shared(&mountinfo, 99));
	}
}

static void
more_mounts_than_are_remembered_are_found_too(void **state)
{
	char text[4096] = "";

	(void)state;
	for (int id = 0; id < 40; id++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"%d 1 0:1 / /%d rw%s - tmpfs a rw\n", 100 + id, id,
			id % 2 ? " shared:1" : "");
	read_mountinfo(text);
	for (int again = 0; again < 2; again++)
		for (int id = 0; id < 40; id++)
			assert_int_equal(
				mountinfo_has_shared(&mountinfo, (uint64_t)(100 + id)), id % 2);
}

static void
a_mount_lies_below_a_directory_and_not_beside_it_or_on_it(void **state)
{
	(void)state;
	read_mountinfo(table);
	assert_true(mountinfo_has_below(&mountinfo, "/"));
	assert_true(mountinfo_has_below(&mountinfo, "/a"));
	assert_true(mountinfo_has_below(&mountinfo, "/a-b"));
	assert_true(mountinfo_has_below(&mountinfo, "/ab"));
	assert_false(mountinfo_has_below(&mountinfo, "/a/b"));
	assert_false(mountinfo_has_below(&mountinfo, "/a-b/c"));
	assert_false(mountinfo_has_below(&mountinfo, "/ab/with"));
	assert_false(mountinfo_has_below(&mountinfo, "/A"));
	assert_false(mountinfo_has_below(&mountinfo, "/z"));
	read_mountinfo("20 1 0:1 / / rw - ext4 /dev/sda1 rw\n");
	assert_false(mountinfo_has_below(&mountinfo, "/a"));
}

static void
the_options_of_proc_are_those_of_the_mount_that_it_lies_on(void **state)
{
	struct statx found;
	char text[256];

	(void)state;
	assert_int_equal(statx(AT_FDCWD, "/proc", 0, STATX_MNT_ID, &found), 0);
	snprintf(text, sizeof(text), "%llu 1 0:1 / /proc rw - proc proc rw,hidepid=1\n",
		(unsigned long long)found.stx_mnt_id + 1);
	read_mountinfo(text);
	assert_string_equal(mountinfo_proc_options(&mountinfo), "");
	snprintf(text, sizeof(text),
		"%llu 1 0:1 / / rw - ext4 a rw\n%llu 7 0:9 / /proc rw,nosuid shared:3 - proc proc "
		"rw,hidepid=2\n",
		(unsigned long long)found.stx_mnt_id + 1, (unsigned long long)found.stx_mnt_id);
	read_mountinfo(text);
	assert_string_equal(mountinfo_proc_options(&mountinfo), "rw,hidepid=2");
	assert_true(mountinfo_is_shared(&mountinfo, "/proc"));
	assert_false(mountinfo_is_shared(&mountinfo, "/nowhere"));
}

static void
a_table_that_cannot_be_read_is_an_error(void **state)
{
	struct mountinfo none;

	(void)state;
	errno = 0;
	assert_int_equal(mountinfo_read_inside(&none, names), -1);
	assert_int_equal(errno, ENOENT);
	assert_null(none.table);
	mountinfo_release(&none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mount_is_found_by_its_id),
		TEST(a_mount_is_shared_if_it_has_peers_whatever_it_is_a_slave_of),
		TEST(more_mounts_than_are_remembered_are_found_too),
		TEST(a_mount_lies_below_a_directory_and_not_beside_it_or_on_it),
		TEST(the_options_of_proc_are_those_of_the_mount_that_it_lies_on),
		TEST(a_table_that_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
