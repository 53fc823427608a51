/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/account.h"
#include "common/cleanup.h"
#include "superuser/host_account.h"

#include <stdbool.h>

static void
the_hosts_superuser_is_found_by_number_and_by_name(void **state)
{
	struct account account;
	struct account again;
	gid_t gid;

	(void)state;
	assert_int_equal(host_account_by_uid(&account, 0), 0);
	assert_int_equal(host_account_by_name(&again, account.name), 0);
	assert_int_equal(again.uid, 0);
	assert_string_equal(again.home, account.home);
	account_release(&account);
	account_release(&again);
	errno = 0;
	assert_int_equal(host_account_by_name(&account, "nobody-is-called-so"), -1);
	assert_int_equal(errno, ENOENT);
	assert_null(account.name);
	assert_int_equal(host_account_group("nobody-is-called-so", &gid), -1);
	assert_int_equal(errno, ENOENT);
}

static void
the_given_group_is_one_of_the_groups(void **state)
{
	cleanup_free gid_t *groups = NULL;
	size_t count = 0;
	bool is_there = false;

	(void)state;
	assert_int_equal(host_account_groups("nobody-is-called-so", 4711, &groups, &count), 0);
	for (size_t i = 0; i < count; i++)
		is_there |= groups[i] == 4711;
	assert_true(is_there);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hosts_superuser_is_found_by_number_and_by_name),
		cmocka_unit_test(the_given_group_is_one_of_the_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
