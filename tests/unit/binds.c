/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "enter-as/binds.h"

#include <errno.h>

static void
assert_words(const char *word, const char *source, const char *target)
{
	struct binds binds = {0};

	assert_int_equal(binds_add(&binds, word, true), 0);
	assert_int_equal(binds.count, 1);
	assert_string_equal(binds.all[0].source, source);
	assert_string_equal(binds.all[0].target, target);
	assert_true(binds.all[0].is_read_only);
	assert_int_equal(binds.all[0].tree, -1);
	binds_release(&binds);
}

static void
the_place_is_named_or_the_same(void **state)
{
	(void)state;
	assert_words("/srv/data", "/srv/data", "/srv/data");
	assert_words("/srv/data:/mnt", "/srv/data", "/mnt");
	assert_words("/:/mnt", "/", "/mnt");
}

static void
slashes_at_the_end_mean_nothing(void **state)
{
	(void)state;
	assert_words("/srv/data//", "/srv/data", "/srv/data");
	assert_words("/srv/:/mnt/a/", "/srv", "/mnt/a");
}

static void
a_backslash_is_for_colons_and_itself(void **state)
{
	(void)state;
	assert_words("/a\\:b", "/a:b", "/a:b");
	assert_words("/a\\:b:/c\\:d", "/a:b", "/c:d");
	assert_words("/a\\\\:/c", "/a\\", "/c");
	assert_words("/a\\b:/c\\", "/a\\b", "/c\\");
}

static void
other_words_are_refused(void **state)
{
	static const char *const words[] = {"", "a", ":", "/a:", ":/a", "/a:b", "a:/b", "/a:/b:/c",
		"/a:/b:", "/", "//", "/a:/", "/a://", "\\:/a", "/a\\:b:c"};
	struct binds binds = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		errno = 0;
		assert_int_equal(binds_add(&binds, words[i], false), -1);
		assert_int_equal(errno, EINVAL);
	}
	assert_int_equal(binds.count, 0);
	binds_release(&binds);
}

static void
binds_keep_their_order(void **state)
{
	struct binds binds = {0};

	(void)state;
	assert_int_equal(binds_add(&binds, "/a", false), 0);
	assert_int_equal(binds_add(&binds, "/b", true), 0);
	assert_int_equal(binds.count, 2);
	assert_string_equal(binds.all[0].source, "/a");
	assert_false(binds.all[0].is_read_only);
	assert_string_equal(binds.all[1].source, "/b");
	assert_true(binds.all[1].is_read_only);
	binds_release(&binds);
	assert_int_equal(binds.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_place_is_named_or_the_same),
		cmocka_unit_test(slashes_at_the_end_mean_nothing),
		cmocka_unit_test(a_backslash_is_for_colons_and_itself),
		cmocka_unit_test(other_words_are_refused),
		cmocka_unit_test(binds_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
