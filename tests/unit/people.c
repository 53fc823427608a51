/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/account.h"
#include "helper/people.h"
#include "superuser/host_account.h"

#include <stdlib.h>

static void
people_have_numbers_of_people(void **state)
{
	char **names;
	size_t count;

	(void)state;
	assert_int_equal(people_names(&names, &count), 0);
	for (size_t i = 0; i < count; i++) {
		struct account account;

		assert_int_equal(host_account_by_name(&account, names[i]), 0);
		assert_true(account.uid >= 1000 && account.uid != 65534);
		account_release(&account);
		free(names[i]);
	}
	free(names);
	assert_null(people_group_name(4294967290U));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_have_numbers_of_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
