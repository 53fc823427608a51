/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/holders.h"

#include <stdlib.h>

static struct holders holders;

static int
end(void **state)
{
	(void)state;
	holders_release(&holders);
	return 0;
}

static void
add(enum holder_kind kind, int root, pid_t pid, const char *name)
{
	struct holder *grown = realloc(holders.all, (holders.count + 1) * sizeof(*grown));

	assert_non_null(grown);
	holders.all = grown;
	grown[holders.count] = (struct holder){.kind = kind, .root = root, .pid = pid};
	for (size_t i = 0; name[i] != '\0' && i + 1 < sizeof(grown->name); i++)
		grown[holders.count].name[i] = name[i];
	holders.count++;
}

static const char *
name_of(enum holder_kind kind, int root)
{
	static char text[1024];

	return holders_name(&holders, kind, root, text, sizeof(text));
}

static void
nobody_has_no_name(void **state)
{
	(void)state;
	assert_string_equal(name_of(HOLDER_FILE, 0), "");
	add(HOLDER_FILE, 0, 12, "cat");
	assert_string_equal(name_of(HOLDER_NAMESPACE, 0), "");
	assert_string_equal(name_of(HOLDER_FILE, 1), "");
}

static void
each_is_named_for_its_root_and_kind(void **state)
{
	(void)state;
	add(HOLDER_FILE, 0, 12, "cat");
	add(HOLDER_FILE, 1, 13, "less");
	add(HOLDER_HOST, 0, 14, "bash");
	add(HOLDER_DIRECTORY, 0, 16, "sh");
	add(HOLDER_FILE, 0, 15, "x) (y");
	assert_string_equal(name_of(HOLDER_FILE, 0), "12 (cat), 15 (x) (y)");
	assert_string_equal(name_of(HOLDER_FILE, 1), "13 (less)");
	assert_string_equal(name_of(HOLDER_HOST, 0), "14 (bash)");
	assert_string_equal(name_of(HOLDER_DIRECTORY, 0), "16 (sh)");
}

static void
a_mount_is_named_by_its_path(void **state)
{
	(void)state;
	add(HOLDER_NAMESPACE, 0, 0, "/run/kept");
	add(HOLDER_NAMESPACE, 0, 12, "cat");
	assert_string_equal(name_of(HOLDER_NAMESPACE, 0), "/run/kept, 12 (cat)");
}

static void
of_many_the_rest_is_counted(void **state)
{
	(void)state;
	for (pid_t pid = 1; pid <= 8; pid++)
		add(HOLDER_FILE, 0, pid, "a");
	assert_string_equal(
		name_of(HOLDER_FILE, 0), "1 (a), 2 (a), 3 (a), 4 (a), 5 (a), 6 (a), 7 (a), 8 (a)");
	for (pid_t pid = 9; pid <= 100; pid++)
		add(HOLDER_FILE, 0, pid, "a");
	assert_string_equal(name_of(HOLDER_FILE, 0),
		"1 (a), 2 (a), 3 (a), 4 (a), 5 (a), 6 (a), 7 (a), 8 (a) and 92 more");
}

#define TEST(name) cmocka_unit_test_teardown(name, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_has_no_name),
		TEST(each_is_named_for_its_root_and_kind),
		TEST(a_mount_is_named_by_its_path),
		TEST(of_many_the_rest_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
