/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/passwords.h"
#include "helper/plan.h"
#include "said.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

static const char *tree_passwd, *tree_shadow; /* text of the tree's files; NULL for none */

int
__wrap_account_read_file(char **text, const char *path, const char *root, struct report *unused);

int
__wrap_account_read_file(char **text, const char *path, const char *root, struct report *unused)
{
	const char *found = strcmp(path, "/etc/passwd") == 0 ? tree_passwd : tree_shadow;

	(void)root;
	(void)unused;
	assert_true(strcmp(path, "/etc/passwd") == 0 || strcmp(path, "/etc/shadow") == 0);
	*text = found ? strdup(found) : NULL;
	return found && !*text ? -1 : 0;
}

char *__wrap_account_text_of(int fd);

/* Of a file that is not the superuser's: the tests have no privilege. */
char *
__wrap_account_text_of(int fd)
{
	char *text = calloc(1, 256);

	assert_non_null(text);
	assert_true(pread(fd, text, 255, 0) >= 0);
	return text;
}

static void
accounts_with_a_password_or_none_that_opens_them_are_good(void **state)
{
	static const struct {
		const char *passwd, *shadow;
	} cases[] = {
		{NULL, NULL},
		{NULL, "root::1::::::\n"}, /* nobody is called so */
		{"root:x:0:0:::\n", NULL}, /* no password opens it */
		{"root:x:0:0:::\n", "root:*:1::::::\n"},
		{"root:x:0:0:::\n", "root:!:1::::::\nbob::1::::::\nroo::1::::::\nroott::1::::::\n"},
		{"root:!:0:0:::\nbob:$6$a$b:1001:1001:::\n", "root:!!:1::::::\n"},
		{"root:x:0:0:::\n+::::::\n", "root:*:1::::::\n+::::::::\n"},
	};
	char path[] = "/opt/my games";
	const struct root root = {.tree = -1, .proc_fd = -1, .path = path};
	const struct plan plan = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tree_passwd = cases[i].passwd;
		tree_shadow = cases[i].shadow;
		assert_int_equal(passwords_judge(&root, &plan, -1, -1, &report), 0);
		assert_string_equal(take_said(), "");
	}
}

static void
an_empty_password_is_refused_with_the_command_that_locks_the_account(void **state)
{
	static const struct {
		const char *passwd, *shadow, *name, *file, *script, *files;
	} cases[] = {
		{"root::0:0:::\n", NULL, "root", "passwd", "/^root::/", "P"},
		{"root::0:0:::\n", "root:*:1::::::\n", "root", "passwd", "/^root::/", "P"},
		{"root::0:0:::\n", "root::1::::::\n", "root", "passwd", "/^root::/", "P S"},
		{"root:x:0:0:::\n", "root::1::::::\n", "root", "shadow", "/^root::/", "S"},
		/* busybox takes shadow's for `*` too, and sudo without PAM whatever passwd says */
		{"root:*:0:0:::\n", "root::1::::::\n", "root", "shadow", "/^root::/", "S"},
		{"a:$6$a$b:1:1:::\n", "a::1::::::\n", "a", "shadow", "/^a::/", "S"},
		/* not the superuser alone: the number is a user's of the host */
		{"root:x:0:0:::\nbob::1001:1001:::\n", NULL, "bob", "passwd", "/^bob::/", "P"},
		{"root:x:0:0:::\ntoor:x:0:0:::\n", "root:*:1::::::\ntoor::1::::::\n", "toor",
			"shadow", "/^toor::/", "S"},
		/* one of two lines, of which a libc takes the first */
		{"a:x:1:1:::\n", "a:*:1::::::\na::1::::::\n", "a", "shadow", "/^a::/", "S"},
		{"  a:x:1:1:::\n", "a::1::::::\n", "a", "shadow", "/^a::/", "S"},
		{"\ta::0:0:::\n", NULL, "a", "passwd", "/^[[:space:]]*a::/", "P"},
		{"#a::0:0:::\n", NULL, "#a", "passwd", "/^#a::/", "P"},
		{"short::1001", NULL, "short", "passwd", "/^short::/", "P"},
		{"a.b*[/]^$\\::1:1:::\n", NULL, "a.b*[/]^$\\", "passwd",
			"/^a\\.b\\*\\[\\/\\]\\^\\$\\\\::/", "P"},
	};
	static const char files[][64] = {
		"'/opt/my games/etc/passwd'", "'/opt/my games/etc/shadow'"};
	char path[] = "/opt/my games";
	const struct root root = {.tree = -1, .proc_fd = -1, .path = path};
	const struct plan plan = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[512];

		tree_passwd = cases[i].passwd;
		tree_shadow = cases[i].shadow;
		assert_int_equal(passwords_judge(&root, &plan, -1, -1, &report), -1);
		snprintf(expected, sizeof(expected),
			"test: %s has an empty password in /opt/my games/etc/%s, so su inside "
			"would make every user %s; to mend it: sed -i '%ss/:/:!/' %s%s%s # or "
			"set allow_setuid=no\n",
			cases[i].name, cases[i].file, cases[i].name, cases[i].script,
			cases[i].files[0] == 'P' ? files[0] : files[1],
			cases[i].files[1] == ' ' ? " " : "",
			cases[i].files[1] == ' ' ? files[1] : "");
		assert_string_equal(take_said(), expected);
	}
}

/* A bind of the plan shows a file of the host in its place, which is the one to be mended. */
static void
the_file_that_is_to_be_mended_is_the_one_that_is_shown(void **state)
{
	static const struct {
		const char *source, *target, *file;
	} cases[] = {{"/etc/shadow", "/etc/shadow", "/etc/shadow"},
		{"/srv/etc", "/etc", "/srv/etc/shadow"},
		{"/srv/passwd", "/etc/passwd", "/opt/games/etc/shadow"}};
	char path[] = "/opt/games";
	const struct root root = {.tree = -1, .proc_fd = -1, .path = path};

	(void)state;
	tree_passwd = "root:x:0:0:::\n";
	tree_shadow = "root::1::::::\n";
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct plan plan = {0};
		char expected[512];

		assert_int_equal(
			plan_add(&plan, cases[i].source, cases[i].target, "none", "bind", &report),
			0);
		assert_int_equal(passwords_judge(&root, &plan, -1, -1, &report), -1);
		snprintf(expected, sizeof(expected),
			"test: root has an empty password in %s, so su inside would make every "
			"user root; to mend it: sed -i '/^root::/s/:/:!/' %s # or set "
			"allow_setuid=no\n",
			cases[i].file, cases[i].file);
		assert_string_equal(take_said(), expected);
		plan_release(&plan);
	}
}

/* What a reload is about to mount counts in place of what it covers. */
static void
a_file_that_is_to_be_mounted_is_judged_in_place_of_the_one_that_it_covers(void **state)
{
	static const char bad[] = "bob::1001:1001:::\n", good[] = "bob:x:1001:1001:::\n";
	static const struct {
		const char *passwd, *shadow, *new_passwd, *new_shadow;
		int result;
	} cases[] = {
		{good, NULL, bad, NULL, -1},
		{bad, NULL, good, NULL, 0},
		{good, NULL, NULL, "bob::1::::::\n", -1},
		{good, "bob::1::::::\n", NULL, "bob:*:1::::::\n", 0},
		{"root:x:0:0:::\n", "bob::1::::::\n", good, NULL, -1},
		{good, "bob::1::::::\n", "root:x:0:0:::\n", NULL, 0},
		/* both at once: neither is bad beside the other's old one */
		{"root:x:0:0:::\n", "root:*:1::::::\n", good, "bob::1::::::\n", -1},
	};
	char path[] = "/opt/games";
	const struct root root = {.tree = -1,
		.proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.path = path};
	const struct plan plan = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *const texts[] = {cases[i].new_passwd, cases[i].new_shadow};
		int mounts[] = {-1, -1};

		tree_passwd = cases[i].passwd;
		tree_shadow = cases[i].shadow;
		for (size_t j = 0; j < 2; j++) {
			if (!texts[j])
				continue;
			mounts[j] = memfd_create("new", MFD_CLOEXEC);
			assert_int_equal(
				write(mounts[j], texts[j], strlen(texts[j])), strlen(texts[j]));
		}
		assert_int_equal(passwords_judge(&root, &plan, mounts[0], mounts[1], &report),
			cases[i].result);
		assert_int_equal(take_said()[0] == '\0', cases[i].result == 0);
		for (size_t j = 0; j < 2; j++)
			cleanup_fd_release(&mounts[j]);
	}
	close(root.proc_fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

static void
each_line_with_a_name_and_a_password_is_read_those_of_odd_lines_too(void **state)
{
	static const char text[] = "root:x:0:0:root:/root:/bin/sh\n"
				   "bob::1001:1001::/:/bin/sh\n"
				   "no colon\nno:password\n:x:0:0:::\n\n"
				   "+::::::\n-bob::::::\n+@staff::::::\n"
				   "#musl::0:0:::\n" /* which glibc takes for a comment */
				   " \tblank::0:0:::\n" /* which glibc takes for `blank` */
				   "short::\nlocked:!:1:0:::::\nstar:*:\nlast::0";
	static const struct {
		const char *name;
		bool is_empty;
	} expected[] = {{"root", false}, {"bob", true}, {"#musl", true}, {"blank", true},
		{"short", true}, {"locked", false}, {"star", false}, {"last", true}};
	struct passwords_entry found;
	const char *rest = text;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		assert_true(passwords_next(&rest, &found));
		assert_int_equal(found.name_end - found.name, strlen(expected[i].name));
		assert_memory_equal(found.name, expected[i].name, strlen(expected[i].name));
		assert_int_equal(found.is_empty, expected[i].is_empty);
		assert_int_equal(found.is_indented, strcmp(expected[i].name, "blank") == 0);
	}
	assert_false(passwords_next(&rest, &found));
	assert_string_equal(rest, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_line_with_a_name_and_a_password_is_read_those_of_odd_lines_too),
		TEST(accounts_with_a_password_or_none_that_opens_them_are_good),
		TEST(an_empty_password_is_refused_with_the_command_that_locks_the_account),
		TEST(the_file_that_is_to_be_mended_is_the_one_that_is_shown),
		TEST(a_file_that_is_to_be_mounted_is_judged_in_place_of_the_one_that_it_covers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
