/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/filesystem.h"
#include "helper/plan.h"

#include <stdio.h>

/* A line with one option beside others that any filesystem may have. */
static bool
needs_libmount(const char *source, const char *type, const char *option)
{
	char size[] = "size=1m", mode[] = "mode=755";
	char texts[3][300];
	char *options[] = {size, texts[2], mode, NULL};
	const struct plan_mount line = {.source = texts[0], .type = texts[1], .options = options};

	snprintf(texts[0], sizeof(texts[0]), "%s", source);
	snprintf(texts[1], sizeof(texts[1]), "%s", type);
	snprintf(texts[2], sizeof(texts[2]), "%s", option);
	return filesystem_needs_libmount(&line);
}

static void
a_filesystem_without_a_source_needs_no_libmount(void **state)
{
	char tmpfs[] = "tmpfs";
	const struct plan_mount line = {.source = tmpfs, .type = tmpfs};

	(void)state;
	assert_false(filesystem_needs_libmount(&line));
	assert_false(needs_libmount("tmpfs", "tmpfs", "uid=0"));
	assert_false(needs_libmount("proc", "proc", "loopy"));
}

static void
a_source_that_is_a_path_needs_libmount(void **state)
{
	(void)state;
	assert_true(needs_libmount("/dev/sda1", "ext4", "acl"));
	assert_false(needs_libmount("dev/sda1", "ext4", "acl"));
}

static void
a_type_that_is_to_be_found_needs_libmount(void **state)
{
	(void)state;
	assert_true(needs_libmount("LABEL=games", "auto", "acl"));
	assert_false(needs_libmount("games", "autofs", "acl"));
}

static void
each_word_for_a_loop_device_needs_libmount(void **state)
{
	static const char *const words[] = {"loop", "offset=512", "sizelimit=1024"};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_true(needs_libmount("image", "ext4", words[i]));
}

static void
a_value_too_long_for_fsconfig_needs_libmount(void **state)
{
	char option[300];

	(void)state;
	snprintf(option, sizeof(option), "lowerdir=%0255d", 0);
	assert_false(needs_libmount("overlay", "overlay", option));
	snprintf(option, sizeof(option), "lowerdir=%0256d", 0);
	assert_true(needs_libmount("overlay", "overlay", option));
}

#define TEST(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_filesystem_without_a_source_needs_no_libmount),
		TEST(a_source_that_is_a_path_needs_libmount),
		TEST(a_type_that_is_to_be_found_needs_libmount),
		TEST(each_word_for_a_loop_device_needs_libmount),
		TEST(a_value_too_long_for_fsconfig_needs_libmount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
