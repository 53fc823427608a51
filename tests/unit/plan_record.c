/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/record.h"
#include "common/syscalls.h"
#include "helper/mounts_make.h"
#include "helper/plan_line.h"
#include "helper/plan_record.h"
#include "helper/record_write.h"
#include "said.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static struct plan plan;
static struct record record;

static void
add_line(const char *source, const char *target, const char *type, const char *words)
{
	assert_int_equal(plan_add(&plan, source, target, type, words, &report), 0);
}

static int
begin(void **state)
{
	(void)state;
	plan = (struct plan){0};
	record = (struct record){0};
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	plan_release(&plan);
	record_release(&record);
	return 0;
}

/* Two lines: a bind of a file that is mounted, and a filesystem that was passed over. */
static void
record_two(const struct plan_record_kept *kept)
{
	char place[] = "/a b";
	struct mounts_line made[] = {{.device = 7, .inode = 9, .mount_point = place}, {.fd = -1}};
	uint64_t ids[] = {42, 0};
	const struct mounts mounts = {.lines = made, .ids = ids, .count = 2};

	assert_int_equal(plan_record_add(&record, &plan, &mounts, kept, false), 0);
}

static void
what_is_recorded_is_read_back(void **state)
{
	struct plan_record lines;

	(void)state;
	add_line("/etc/a:b", "/a b", "none", "bind,ro");
	add_line("LABEL=x", "/c", "ext4", "nofail,noatime");
	record_two(NULL);
	assert_int_equal(plan_record_read(&lines, &record, &report), 0);
	assert_int_equal(lines.count, 2);
	assert_int_equal(lines.plan.count, 2);
	assert_int_equal(lines.all[0].id, 42);
	assert_int_equal(lines.all[0].device, 7);
	assert_int_equal(lines.all[0].inode, 9);
	assert_string_equal(lines.all[0].mount_point, "/a b");
	assert_true(plan_line_is_same(&lines.plan.mounts[0], &plan.mounts[0]));
	assert_int_equal(lines.plan.mounts[0].set, MOUNT_ATTR_RDONLY);
	assert_int_equal(lines.all[1].id, 0);
	assert_true(lines.plan.mounts[1].may_fail);
	plan_record_release(&lines);
	assert_null(lines.all);
}

static void
what_is_to_go_stands_behind_the_plan(void **state)
{
	const struct plan_record_line leaving = {
		.id = 5, .device = 6, .inode = 7, .mount_point = (char[]){"/x"}};
	struct plan_record lines;

	(void)state;
	add_line("/a", "/a", "none", "bind");
	add_line("/b", "/b", "none", "bind");
	assert_int_equal(plan_record_add_leaving(&record, &leaving), 0);
	record_two(NULL);
	assert_int_equal(plan_record_read(&lines, &record, &report), 0);
	assert_int_equal(lines.plan.count, 2);
	assert_int_equal(lines.count, 3);
	assert_int_equal(lines.all[2].id, 5);
	assert_string_equal(lines.all[2].mount_point, "/x");
	plan_record_release(&lines);
}

static void
a_line_that_stays_keeps_its_mount_and_until_it_is_changed_its_options(void **state)
{
	const size_t which[] = {0, PLAN_RECORD_NONE};
	struct plan_record before, lines;

	(void)state;
	add_line("/a", "/a", "none", "bind,ro");
	add_line("/b", "/b", "none", "bind");
	record_two(NULL);
	assert_int_equal(plan_record_read(&before, &record, &report), 0);
	before.all[0].id = 4711;
	for (int has_old_options = 0; has_old_options < 2; has_old_options++) {
		const struct plan_record_kept kept = {
			.before = &before, .which = which, .has_old_options = has_old_options};

		finish(NULL);
		begin(NULL);
		add_line("/a", "/a", "none", "bind,noexec");
		add_line("/c", "/c", "none", "bind");
		record_two(&kept);
		assert_int_equal(plan_record_read(&lines, &record, &report), 0);
		assert_int_equal(lines.all[0].id, 4711);
		assert_string_equal(lines.plan.mounts[0].options_text,
			has_old_options ? "bind,ro" : "bind,noexec");
		assert_string_equal(lines.plan.mounts[1].source, "/c");
		plan_record_release(&lines);
	}
	plan_record_release(&before);
}

static void
filesystems_made_for_the_root_are_marked(void **state)
{
	struct mounts_line made[] = {{.device = 31, .mount_point = (char[]){"/p"}},
		{.device = makedev(7, 3), .mount_point = (char[]){"/e"}},
		{.device = makedev(8, 1)}};
	uint64_t ids[] = {1, 2, 3};
	const struct mounts mounts = {.lines = made, .ids = ids, .count = 3};

	(void)state;
	add_line("proc", "/p", "proc", "");
	add_line("/image", "/e", "ext4", "loop");
	add_line("/b", "/b", "none", "bind");
	assert_int_equal(plan_record_add(&record, &plan, &mounts, NULL, false), 0);
	assert_string_equal(record_value(&record, "filesystem"), "1:31:/p");
	assert_string_equal(record_value(&record, "block_device"), "7:3");
	assert_null(record_next(&record, "block_device", record_value(&record, "block_device")));
}

static void
a_line_for_the_root_is_compared_by_its_words(void **state)
{
	(void)state;
	assert_true(plan_record_is_same_root(&record, &plan));
	add_line("LABEL=a", "/", "ext4", "ro");
	assert_false(plan_record_is_same_root(&record, &plan));
	record_two(NULL);
	assert_true(plan_record_is_same_root(&record, &plan));
	plan_release(&plan);
	add_line("LABEL=a", "/", "ext4", "rw");
	assert_false(plan_record_is_same_root(&record, &plan));
}

static void
a_record_that_is_not_whole_is_refused(void **state)
{
	static const char *const values[] = {
		"1:2:3", "1:2", "", "a:2:3:/a", "1:2:-3:/a", "1::3:/a", "1 :2:3:/a"};
	struct plan_record lines;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		assert_int_equal(record_add(&record, "leaving", values[i]), 0);
		assert_int_equal(plan_record_read(&lines, &record, &report), -1);
		assert_string_equal(take_said(), "test: cannot read the record: Bad message\n");
		assert_null(lines.all);
		record_release(&record);
	}
	assert_int_equal(record_add(&record, "line", "1:2:3:/a"), 0);
	assert_int_equal(record_add(&record, "line_source", "/a"), 0);
	assert_int_equal(plan_record_read(&lines, &record, &report), -1);
	assert_string_equal(take_said(), "test: cannot read the record: Bad message\n");
}

/* Any namespace will do to look at: the test's own, where / may be no mount point, but /proc is
 * one. */
static void
what_is_mounted_is_known_by_id_and_place(void **state)
{
	cleanup_fd int names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct plan_record lines = {0};
	struct plan_record_line all[6] = {0};
	struct statx top;

	(void)state;
	if (lacks_openat2())
		skip();
	assert_int_equal(statx(AT_FDCWD, "/proc", 0, STATX_INO | STATX_MNT_ID, &top), 0);
	for (size_t i = 0; i < 6; i++)
		all[i] = (struct plan_record_line){.id = top.stx_mnt_id,
			.device = makedev(top.stx_dev_major, top.stx_dev_minor),
			.inode = top.stx_ino,
			.mount_point = strdup(i == 1   ? "/elsewhere"
					      : i == 3 ? ""
						       : "/proc")};
	all[2].id = UINT32_MAX;
	/* an inode number can change, on an overlay when a file is copied up */
	all[4].inode++;
	/* another filesystem has got the id */
	all[5].device++;
	lines.all = all;
	lines.count = 6;
	assert_int_equal(plan_record_scan(&lines, names), 0);
	assert_true(all[0].is_there);
	assert_int_equal(all[0].seen_inode, top.stx_ino);
	assert_false(all[0].is_moved);
	/* the same in every respect, but in another place */
	assert_true(all[1].is_there);
	assert_true(all[1].is_moved);
	assert_string_equal(all[1].mount_point, "/proc");
	assert_false(all[2].is_there);
	assert_true(all[3].is_there);
	assert_string_equal(all[3].mount_point, "/proc");
	assert_true(all[4].is_there);
	assert_false(all[5].is_there);
	for (size_t i = 0; i < 6; i++)
		free(all[i].mount_point);
}

/* One that cannot be looked at for another reason may have been: a new clone says the error. */
static void
a_source_that_is_gone_was_not_replaced(void **state)
{
	char same[] = "/", away[] = "/proc/self/gone", below_a_file[] = "/dev/null/gone";
	char too_long[PATH_MAX + 1];
	const struct {
		char *source;
		bool is_same, was_replaced;
	} cases[] = {{same, true, false}, {same, false, true}, {away, false, false},
		{below_a_file, false, false}, {too_long, true, true}};
	struct plan_mount mount = {.is_bind = true};
	struct plan_record_line one;
	const struct plan_record lines = {
		.plan = {.mounts = &mount, .count = 1}, .all = &one, .count = 1};
	struct stat found;

	(void)state;
	memset(too_long, 'n', sizeof(too_long) - 1);
	too_long[PATH_MAX] = '\0';
	assert_int_equal(stat(same, &found), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		mount.source = cases[i].source;
		one = (struct plan_record_line){.id = 42,
			.device = found.st_dev,
			.inode = found.st_ino + !cases[i].is_same,
			.seen_device = UINT64_MAX};
		assert_int_equal(plan_record_source_was_replaced(&lines, 0), cases[i].was_replaced);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_recorded_is_read_back),
		TEST(what_is_to_go_stands_behind_the_plan),
		TEST(a_line_that_stays_keeps_its_mount_and_until_it_is_changed_its_options),
		TEST(filesystems_made_for_the_root_are_marked),
		TEST(a_line_for_the_root_is_compared_by_its_words),
		TEST(a_record_that_is_not_whole_is_refused),
		TEST(what_is_mounted_is_known_by_id_and_place),
		TEST(a_source_that_is_gone_was_not_replaced),
	};

	return cmocka_run_group_tests(tests, report_to_memory, report_close);
}
