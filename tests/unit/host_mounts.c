/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/record.h"
#include "helper/host_mounts.h"
#include "helper/membership.h"

#include <stdio.h>
#include <string.h>

static struct host_mounts mounts;

static int
end(void **state)
{
	(void)state;
	host_mounts_release(&mounts);
	return 0;
}

static void
read_mounts(const char *text, const char *const *paths, size_t count)
{
	cleanup_file FILE *mountinfo = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	assert_non_null(mountinfo);
	assert_int_equal(host_mounts_read(&mounts, mountinfo, paths, count), 0);
}

static int
root_of(uint64_t id)
{
	const struct numbers_root *entry = numbers_find(&mounts.in_roots, sizeof(*entry), id);

	return entry ? entry->root : MEMBERSHIP_NONE;
}

/* The paths are real directories, as the host resolves them: /proc/self is a link. */
static void
a_mount_counts_for_the_nearest_root_above_it(void **state)
{
	static const char *const paths[] = {"/proc", "/proc/sys", NULL, "/", "/nowhere"};
	static const char text[] = "20 1 0:5 / / rw shared:1 - ext4 /dev/sda rw\n"
				   "21 20 0:6 / /proc rw - proc proc rw\n"
				   "22 21 0:7 / /proc/sys/fs/x rw - tmpfs x rw\n"
				   "23 21 0:8 / /proc/system rw - tmpfs x rw\n"
				   "24 20 0:9 / /processes rw - tmpfs x rw\n"
				   "25 20 0:9 / /nowhere rw - tmpfs x rw\n"
				   "no line\n";

	(void)state;
	read_mounts(text, paths, sizeof(paths) / sizeof(*paths));
	assert_int_equal(root_of(20), MEMBERSHIP_NONE);
	assert_int_equal(root_of(21), 0);
	assert_int_equal(root_of(22), 1);
	assert_int_equal(root_of(23), 0);
	assert_int_equal(root_of(24), MEMBERSHIP_NONE);
	assert_int_equal(root_of(25), MEMBERSHIP_NONE);
	assert_int_equal(mounts.pin_count, 0);
}

static void
a_pin_is_a_mount_namespace_outside_the_state_directory(void **state)
{
	static const char text[] =
		"30 1 0:4 mnt:[4026532202] /run/a\\040b\\134c rw - nsfs nsfs rw\n"
		"31 1 0:4 mnt:[4026532203] " STATE_DIRECTORY "/games/ns rw - nsfs nsfs rw\n"
		"32 1 0:4 net:[4026532204] /run/netns/x rw - nsfs nsfs rw\n"
		"33 1 0:4 mnt:[4026532205] " STATE_DIRECTORY "-else rw - nsfs nsfs rw\n";

	(void)state;
	read_mounts(text, NULL, 0);
	assert_int_equal(mounts.pin_count, 2);
	assert_string_equal(mounts.pins[0], "/run/a b\\c");
	assert_string_equal(mounts.pins[1], STATE_DIRECTORY "-else");
}

#define TEST(name) cmocka_unit_test_teardown(name, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mount_counts_for_the_nearest_root_above_it),
		TEST(a_pin_is_a_mount_namespace_outside_the_state_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
