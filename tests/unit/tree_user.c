/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/tree_user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT "root:x:0:0:root:/root:/bin/sh\n"

/* Judges alice, 1000, whose primary group is games, 100, by the texts of a tree. */
static struct tree_user
judged(const char *passwd, const char *group)
{
	struct tree_user user = {
		.account = {.name = strdup("alice"), .uid = 1000, .gid = 100},
		.host_group = strdup("games"),
		.passwd_text = passwd ? strdup(passwd) : NULL,
		.group_text = group ? strdup(group) : NULL,
	};

	assert_int_equal(tree_user_judge(&user), 0);
	return user;
}

static void
an_account_is_known_by_name_and_number(void **state)
{
	static const struct {
		const char *passwd;
		enum tree_user_state state;
	} cases[] = {
		{NULL, TREE_USER_MISSING},
		{ROOT, TREE_USER_MISSING},
		{ROOT "alice:x:1000:7::/:/bin/sh", TREE_USER_THERE},
		{ROOT "steam:x:1000:7::/:/bin/sh\nalice:x:1000:7::/:/bin/sh\n", TREE_USER_THERE},
		{ROOT "alice:x:1500:7::/:/bin/sh\n", TREE_USER_OTHER_NUMBER},
		{"alice:x:1500:7::/:/bin/sh\nsteam:x:1000:7::/:/bin/sh\n", TREE_USER_OTHER_NUMBER},
		{ROOT "steam:x:1000:7::/:/bin/sh\n", TREE_USER_OTHER_NAME},
		{ROOT "alic:x:1:7::/:/bin/sh\nalicex:x:2:7::/:/bin/sh\n", TREE_USER_MISSING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tree_user user = judged(cases[i].passwd, NULL);

		assert_int_equal(user.state, cases[i].state);
		if (user.state == TREE_USER_OTHER_NAME)
			assert_string_equal(user.other.name, "steam");
		if (user.state == TREE_USER_OTHER_NUMBER)
			assert_int_equal(user.other.uid, 1500);
		tree_user_release(&user);
	}
}

static void
a_group_is_taken_by_number_else_by_a_free_name(void **state)
{
	static const struct {
		const char *text;
		bool has_group;
		const char *group;
	} cases[] = {
		{NULL, false, "games"},
		{"root:x:0:\ngames:x:100:\n", true, "games"},
		{"root:x:0:\nusers:x:100:\ngames:x:5:\n", true, "users"},
		{"root:x:0:\ngames:x:5:\n", false, "alice"},
		{"alice:x:9:\ngames:x:5:\n", false, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tree_user user = judged(NULL, cases[i].text);

		assert_int_equal(user.has_group, cases[i].has_group);
		if (cases[i].group)
			assert_string_equal(user.group, cases[i].group);
		else
			assert_null(user.group);
		tree_user_release(&user);
	}
}

static void
a_name_fits_into_a_line_of_passwd(void **state)
{
	static const char *const good[] = {"alice", "DOM\\alice", "a.b-c_d$", "\303\251l\303\251a"};
	static const char *const bad[] = {"", "-foo", "+foo", "#foo", "a:b", "a b", "a,b", "a/b",
		"a\nb", "a\tb", "a\377b", "../a"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(tree_user_is_name(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(tree_user_is_name(bad[i]));
}

/* Joins the words of a command. */
static const char *
joined(const struct tree_user *user, bool is_group)
{
	static char text[512];
	struct tree_user_command command = {0};
	size_t length = 0;

	tree_user_command(user, is_group, &command);
	for (const char **word = command.words; *word; word++)
		length += (size_t)snprintf(
			text + length, sizeof(text) - length, "%s%s", length > 0 ? " " : "", *word);
	return text;
}

static void
each_tool_gets_its_own_options(void **state)
{
	static const struct tree_user_tool shadow = {"/sbin/useradd", "/sbin/groupadd", false};
	static const struct tree_user_tool busybox = {"/sbin/adduser", "/sbin/addgroup", true};
	struct tree_user user = judged(NULL, NULL);

	(void)state;
	snprintf(user.home, sizeof(user.home), "/home/alice");
	user.shell = "/bin/bash";
	user.tool = &shadow;
	assert_string_equal(joined(&user, true), "/sbin/groupadd -g 100 games");
	assert_string_equal(joined(&user, false),
		"/sbin/useradd -u 1000 -g 100 -d /home/alice -m -s /bin/bash alice");
	user.tool = &busybox;
	assert_string_equal(joined(&user, true), "/sbin/addgroup -g 100 games");
	assert_string_equal(joined(&user, false),
		"/sbin/adduser -D -u 1000 -G games -h /home/alice -s /bin/bash alice");
	tree_user_release(&user);
}

static void
a_home_that_is_there_is_left_alone(void **state)
{
	static const struct tree_user_tool shadow = {"/sbin/useradd", "/sbin/groupadd", false};
	static const struct tree_user_tool busybox = {"/sbin/adduser", "/sbin/addgroup", true};
	struct tree_user user = judged(NULL, NULL);

	(void)state;
	snprintf(user.home, sizeof(user.home), "/home/alice");
	user.has_home = true;
	user.shell = "/bin/sh";
	user.tool = &shadow;
	assert_string_equal(joined(&user, false),
		"/sbin/useradd -u 1000 -g 100 -d /home/alice -M -s /bin/sh alice");
	user.tool = &busybox;
	assert_string_equal(joined(&user, false),
		"/sbin/adduser -D -u 1000 -G games -h /home/alice -H -s /bin/sh alice");
	tree_user_release(&user);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_is_known_by_name_and_number),
		cmocka_unit_test(a_group_is_taken_by_number_else_by_a_free_name),
		cmocka_unit_test(a_name_fits_into_a_line_of_passwd),
		cmocka_unit_test(each_tool_gets_its_own_options),
		cmocka_unit_test(a_home_that_is_there_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
