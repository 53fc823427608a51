/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/account.h"
#include "common/cleanup.h"

#include <string.h>
#include <sys/mman.h>

static int
read_text(struct account *account, const char *text, uid_t uid)
{
	return account_find(account, text, NULL, uid);
}

static void
assert_nobody(const char *text, uid_t uid)
{
	struct account account;

	memset(&account, 0xff, sizeof(account));
	errno = 0;
	assert_int_equal(read_text(&account, text, uid), -1);
	assert_int_equal(errno, ENOENT);
	assert_null(account.name);
	assert_null(account.home);
	assert_null(account.shell);
	account_release(&account);
}

static void
an_entry_is_found_by_its_uid(void **state)
{
	static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
				     "1000:x:1:1:a name like a number:/one:/bin/one\n"
				     "alice:x:1000:100:Alice:/home/alice:/bin/bash\n"
				     "bob:x:1001:100:Bob:/home/bob:/bin/zsh\n";
	struct account account;

	(void)state;
	assert_int_equal(read_text(&account, passwd, 1000), 0);
	assert_string_equal(account.name, "alice");
	assert_int_equal(account.uid, 1000);
	assert_int_equal(account.gid, 100);
	assert_string_equal(account.home, "/home/alice");
	assert_string_equal(account.shell, "/bin/bash");
	account_release(&account);
	assert_null(account.name);
}

static void
the_first_of_several_entries_counts(void **state)
{
	struct account account;

	(void)state;
	assert_int_equal(read_text(&account, "a:x:7:7::/a:/bin/a\nb:x:7:8::/b:/bin/b\n", 7), 0);
	assert_string_equal(account.name, "a");
	account_release(&account);
}

static void
a_missing_entry_is_said_as_such(void **state)
{
	(void)state;
	assert_nobody("", 0);
	assert_nobody("\n", 0);
	assert_nobody("alice:x:1000:100:Alice:/home/alice:/bin/bash\n", 0);
	assert_nobody("alice:x:1000:100:Alice:/home/alice:/bin/bash\n", 100);
}

static void
empty_fields_are_empty_words(void **state)
{
	struct account account;

	(void)state;
	assert_int_equal(read_text(&account, "a:x:7:7:::\n", 7), 0);
	assert_string_equal(account.home, "");
	assert_string_equal(account.shell, "");
	account_release(&account);
}

static void
the_last_line_may_lack_its_newline(void **state)
{
	struct account account;

	(void)state;
	assert_int_equal(read_text(&account, "a:x:7:7::/a:/bin/a", 7), 0);
	assert_string_equal(account.shell, "/bin/a");
	account_release(&account);
}

static void
odd_lines_are_passed_over(void **state)
{
	static const char odd[] = "\n"
				  "# comment\n"
				  "no colon\n"
				  ":\n"
				  "::::::\n"
				  "few:x:7\n"
				  "word:x:seven:7::/w:/bin/w\n"
				  "empty:x::7::/e:/bin/e\n"
				  "a:x:7:7::/a:/bin/a\n";
	struct account account;

	(void)state;
	assert_int_equal(read_text(&account, odd, 7), 0);
	assert_string_equal(account.name, "a");
	account_release(&account);
	assert_nobody(odd, 0);
	assert_nobody("#a:x:7:7::/a:/bin/a\n", 7);
}

static void
names_come_one_after_the_other_those_of_odd_lines_too(void **state)
{
	static const char text[] = "one:x:11:\n# none:x:12:\n+two:x:12:\n-two:x:12:\n:x:12:\n"
				   "no:x\nno:x:\nno:x:word:\nalice:x:1000:1000:Alice:/:/bin/sh\n"
				   "many:x:15:a:b\nblank:x: 016:\nshort:x:4294967294";
	static const struct {
		const char *name;
		uint32_t id;
	} expected[] = {{"one", 11}, {"alice", 1000}, {"many", 15}, {"blank", 16},
		{"short", ACCOUNT_LARGEST_ID}};
	const char *rest = text;
	char *name;
	uint32_t id;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		assert_int_equal(account_read_next(&rest, &name, &id), 0);
		assert_string_equal(name, expected[i].name);
		assert_int_equal(id, expected[i].id);
		free(name);
	}
	errno = 0;
	assert_int_equal(account_read_next(&rest, &name, &id), -1);
	assert_int_equal(errno, ENOENT);
}

static void
a_huge_line_is_no_obstacle(void **state)
{
	enum { HUGE = 1000 * 1000 };
	cleanup_free char *text = malloc(HUGE + 256);
	struct account account;

	(void)state;
	assert_non_null(text);
	/* a comment field as large as the whole file may be, and a line that is no entry */
	strcpy(text, "a:x:7:7:");
	memset(text + 8, 'c', HUGE);
	strcpy(text + 8 + HUGE, ":/a:/bin/a\nb:x:8:8::/b:/bin/b\n");
	assert_int_equal(read_text(&account, text, 8), 0);
	assert_string_equal(account.name, "b");
	account_release(&account);
	assert_int_equal(read_text(&account, text, 7), 0);
	assert_string_equal(account.home, "/a");
	account_release(&account);
	memset(text, 'c', 8);
	assert_int_equal(read_text(&account, text, 8), 0);
	account_release(&account);
}

static void
a_file_of_a_mebibyte_is_read_and_no_larger_one(void **state)
{
	cleanup_fd int fd = memfd_create("passwd", MFD_CLOEXEC);
	cleanup_free char *text = NULL;

	(void)state;
	assert_int_equal(ftruncate(fd, 1024 * 1024), 0);
	text = account_text_of(fd, true);
	assert_non_null(text);
	assert_int_equal(ftruncate(fd, 1024 * 1024 + 1), 0);
	assert_null(account_text_of(fd, true));
	assert_int_equal(errno, EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_found_by_its_uid),
		cmocka_unit_test(the_first_of_several_entries_counts),
		cmocka_unit_test(a_missing_entry_is_said_as_such),
		cmocka_unit_test(empty_fields_are_empty_words),
		cmocka_unit_test(the_last_line_may_lack_its_newline),
		cmocka_unit_test(odd_lines_are_passed_over),
		cmocka_unit_test(names_come_one_after_the_other_those_of_odd_lines_too),
		cmocka_unit_test(a_huge_line_is_no_obstacle),
		cmocka_unit_test(a_file_of_a_mebibyte_is_read_and_no_larger_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
