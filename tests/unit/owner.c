/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/owner.h"

#include <sys/stat.h>

static void
a_file_of_another_user_is_not_the_superusers_alone(void **state)
{
	(void)state;
	assert_true(owner_is_superuser_alone(0, S_IFREG | 0600));
	assert_false(owner_is_superuser_alone(1, S_IFREG | 0600));
	assert_false(owner_is_superuser_alone((uid_t)-1, S_IFREG));
}

static void
a_group_or_everyone_can_write_by_the_mode_alone(void **state)
{
	static const mode_t safe[] = {0, 0600, 0644, 0755, 01755, 04755, 06555};
	static const mode_t unsafe[] = {0020, 0002, 0664, 0646, 01777, 02775};

	(void)state;
	for (size_t i = 0; i < sizeof(safe) / sizeof(*safe); i++) {
		assert_false(owner_lets_others_write(safe[i]));
		assert_true(owner_is_superuser_alone(0, safe[i]));
	}
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(*unsafe); i++) {
		assert_true(owner_lets_others_write(unsafe[i]));
		assert_false(owner_is_superuser_alone(0, unsafe[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_another_user_is_not_the_superusers_alone),
		cmocka_unit_test(a_group_or_everyone_can_write_by_the_mode_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
