/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/name.h"
#include "helper/reserved_name.h"

#include <string.h>

static void
lower_case_letters_digits_dash_and_underscore_are_a_name(void **state)
{
	static const char *const names[] = {"g", "games", "0", "a-b_c", "a-", "32bit"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(name_is_valid(names[i]));
}

static void
hostile_words_are_no_name(void **state)
{
	static const char *const names[] = {"", "-u", "--", "_a", ".", "..", "../x", "a/b", "a.b",
		"Games", "games~", "._cfg0000_games", "a b", "a\n", "\na", "\033[2J",
		"sp\303\251cial", "*"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_false(name_is_valid(names[i]));
}

static void
a_name_has_32_bytes_at_most(void **state)
{
	char name[301];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[NAME_LENGTH] = '\0';
	assert_true(name_is_valid(name));
	name[NAME_LENGTH] = 'a';
	name[NAME_LENGTH + 1] = '\0';
	assert_false(name_is_valid(name));
	name[NAME_LENGTH + 1] = 'a';
	name[300] = '\0';
	assert_false(name_is_valid(name));
}

static void
what_package_managers_and_editors_leave_is_known(void **state)
{
	static const char *const names[] = {"apk-new", "pacnew", "pacsave", "rpmnew", "dpkg-old",
		"dpkg-new", "dpkg-dist", "dpkg-bak", "pacorig", "rpmsave", "rpmorig", "dpkg-tmp",
		"ucf-old", "ucf-new", "ucf-dist", "save", "orig", "rej", "bak", "old", "new", "swp",
		"example"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(reserved_name_is_leftover(names[i]));
	assert_false(reserved_name_is_leftover("games"));
	assert_false(reserved_name_is_leftover("newer"));
	assert_false(reserved_name_is_leftover("ne"));
	assert_false(reserved_name_is_leftover(""));
}

static void
the_runlevels_of_openrc_are_known(void **state)
{
	static const char *const names[] = {
		"sysinit", "boot", "default", "shutdown", "single", "nonetwork", "off", "recovery"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(reserved_name_is_runlevel(names[i]));
	assert_false(reserved_name_is_runlevel("games"));
	assert_false(reserved_name_is_runlevel("defaults"));
	assert_false(reserved_name_is_runlevel(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lower_case_letters_digits_dash_and_underscore_are_a_name),
		cmocka_unit_test(hostile_words_are_no_name),
		cmocka_unit_test(a_name_has_32_bytes_at_most),
		cmocka_unit_test(what_package_managers_and_editors_leave_is_known),
		cmocka_unit_test(the_runlevels_of_openrc_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
