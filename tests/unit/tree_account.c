/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "enter-as/tree_account.h"

static void
members_of_groups_are_whole_names(void **state)
{
	static const char text[] = "one:x:11:\ntwo:x:12:a\nthree:x:13:b,a\nfour:x:14:aa,ba\n"
				   "five:x:15:a,b:c\n+six:x:16:a\nagain:x:12:a\nshort:x:17\n";
	cleanup_free gid_t *groups = NULL;
	size_t count;
	gid_t gid;

	(void)state;
	assert_int_equal(tree_account_groups(text, "a", 7, &groups, &count), 0);
	assert_int_equal(count, 3);
	assert_memory_equal(groups, ((gid_t[]){7, 12, 13}), sizeof(gid_t[3]));
	assert_int_equal(tree_account_group(text, "four", &gid), 0);
	assert_int_equal(gid, 14);
	assert_int_equal(tree_account_group(text, "+six", &gid), -1);
	assert_int_equal(errno, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_of_groups_are_whole_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
