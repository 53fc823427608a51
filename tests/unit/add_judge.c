/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/add_judge.h"
#include "helper/config.h"
#include "helper/tree_user.h"
#include "said.h"

#include <string.h>

static struct tree_user
user_called(const char *name)
{
	return (struct tree_user){.account = {.name = (char *)(uintptr_t)name}};
}

static void
a_plain_root_is_two_lines(void **state)
{
	const struct tree_user users[] = {user_called("alice"), user_called("bob")};
	cleanup_free char *text = add_text("/opt/games/", NULL, 0);
	cleanup_free char *with_users = add_text("/opt/games", users, 2);

	(void)state;
	assert_string_equal(text, "# chroot-mounts(5) explains what can be set here.\n"
				  "root=\"/opt/games\"\n");
	assert_string_equal(with_users, "# chroot-mounts(5) explains what can be set here.\n"
					"root=\"/opt/games\"\n"
					"users=\"alice bob\"\n");
}

/* The parser gives back each path and name that can be configured. */
static void
a_text_is_read_back_as_it_was(void **state)
{
	static const char *const paths[] = {"/opt/games", "/opt/my games", "/opt/'games'",
		"/opt/\"games\"", "/opt/$HOME", "/opt/`id`", "/opt/back\\slash", "/opt/\\\\$x\\",
		"/opt/#games", "/opt/gam\303\251s", "/opt/a;b&c|d", "/opt/x\\"};
	const struct tree_user users[] = {user_called("DOM\\alice"), user_called("b$b")};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		cleanup_free char *text = add_text(paths[i], users, 2);
		cleanup_file FILE *stream = stream_of(text, strlen(text));
		struct config_file file;

		assert_int_equal(
			config_read(&file, stream, "games", CONFIG_INSTANCE, false, &report), 0);
		assert_string_equal(file.values[CONFIG_ROOT].text, paths[i]);
		assert_string_equal(file.values[CONFIG_USERS].text, "DOM\\alice b$b");
		config_release(&file);
	}
	assert_string_equal(take_said(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_root_is_two_lines),
		cmocka_unit_test(a_text_is_read_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, report_to_memory, report_close);
}
