/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/account.h"
#include "common/cleanup.h"
#include "common/collision.h"
#include "common/identity.h"
#include "common/record.h"
#include "helper/record_write.h"
#include "helper/trust.h"
#include "helper/trust_names.h"
#include "said.h"

#include <string.h>

/* The groups of the host: video and film have one number. */
static const struct {
	const char *name;
	gid_t gid;
} hosts_groups[] = {{"root", 0}, {"video", 27}, {"film", 27}, {"players", 3001}};

/* Its users: alice and ada are one, bob's own group is without a name. */
static const struct {
	const char *name;
	uid_t uid;
	gid_t gid;
} hosts_users[] = {{"root", 0, 0}, {"alice", 1000, 1000}, {"ada", 1000, 1000}, {"bob", 1001, 28},
	{"carol", 1002, 1002}};

static const char *person = "gone"; /* whom the host lists */
static const char *unanswered; /* a name for which the name service fails */
static int groups_asked; /* how often somebody's groups were */

static const char *tree_users, *tree_groups; /* text of the tree's files; NULL for none */

int __wrap_host_account_group(const char *name, gid_t *gid);
char *__wrap_people_group_name(gid_t gid);
int __wrap_host_account_by_name(struct account *account, const char *name);
int __wrap_host_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count);
int __wrap_people_names(char ***names, size_t *count);
int
__wrap_account_read_file(char **text, const char *path, const char *root, struct report *unused);

static bool
has_answer(const char *word)
{
	errno = EIO;
	return !unanswered || strcmp(word, unanswered) != 0;
}

int
__wrap_host_account_group(const char *name, gid_t *gid)
{
	if (!has_answer(name))
		return -1;
	for (size_t i = 0; i < sizeof(hosts_groups) / sizeof(*hosts_groups); i++)
		if (strcmp(hosts_groups[i].name, name) == 0) {
			*gid = hosts_groups[i].gid;
			return 0;
		}
	errno = ENOENT;
	return -1;
}

char *
__wrap_people_group_name(gid_t gid)
{
	for (size_t i = 0; i < sizeof(hosts_groups) / sizeof(*hosts_groups); i++)
		if (hosts_groups[i].gid == gid)
			return strdup(hosts_groups[i].name);
	return NULL;
}

int
__wrap_host_account_by_name(struct account *account, const char *name)
{
	*account = (struct account){0};
	if (!has_answer(name))
		return -1;
	for (size_t i = 0; i < sizeof(hosts_users) / sizeof(*hosts_users); i++)
		if (strcmp(hosts_users[i].name, name) == 0) {
			account->uid = hosts_users[i].uid;
			account->gid = hosts_users[i].gid;
			errno = ENOENT; /* which a module that did not know the name left */
			return 0;
		}
	errno = ENOENT;
	return -1;
}

/* alice has 27 too. */
int
__wrap_host_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count)
{
	groups_asked++;
	*groups = calloc(2, sizeof(**groups));
	assert_non_null(*groups);
	(*groups)[0] = gid;
	(*groups)[1] = strcmp(name, "alice") == 0 ? 27 : gid;
	*count = 2;
	return 0;
}

int
__wrap_people_names(char ***names, size_t *count)
{
	*names = calloc(2, sizeof(**names));
	assert_non_null(*names);
	(*names)[0] = strdup("gone");
	(*names)[1] = strdup(person);
	*count = 2;
	return 0;
}

int
__wrap_account_read_file(char **text, const char *path, const char *root, struct report *unused)
{
	const char *found = strcmp(path, "/etc/passwd") == 0 ? tree_users : tree_groups;

	(void)root;
	(void)unused;
	assert_true(strcmp(path, "/etc/passwd") == 0 || strcmp(path, "/etc/group") == 0);
	*text = found ? strdup(found) : NULL;
	return found && !*text ? -1 : 0;
}

/* What trust_names_record says of a tree with such names, as the record of a root has it. */
static int
record_names(struct record *record, const char *users, const char *groups, const char *key,
	const char *value)
{
	struct trust_names names = {0};
	int result;

	assert_true(!users || (names.users = strdup(users)));
	assert_true(!groups || (names.groups = strdup(groups)));
	*record = (struct record){0};
	groups_asked = 0;
	assert_int_equal(record_add(record, "root", "/opt/my games"), 0);
	assert_int_equal(record_add(record, key, value), 0);
	person = strcmp(key, "people") == 0 ? value : "gone";
	result = trust_names_record(record, &names, &report);
	trust_names_release(&names);
	return result;
}

static void
what_has_one_name_and_number_is_recorded(void **state)
{
	struct record record;
	const char *value;

	(void)state;
	assert_int_equal(
		record_names(&record,
			"root:x:0:0:::\nada:x:1000:1000:::\nbob:x:2001:1:::\n"
			"ubuntu:x:1002:1:::\n",
			"root:x:0:\nfilm:x:27:\nplayers:x:3002:\nsudo:x:28:\n", "users", "alice"),
		0);
	value = record_next(&record, "known_user", NULL);
	assert_string_equal(value, "0:root");
	value = record_next(&record, "known_user", value);
	assert_string_equal(value, "1000:ada");
	assert_null(record_next(&record, "known_user", value));
	value = record_next(&record, "known_group", NULL);
	assert_string_equal(value, "0:root");
	value = record_next(&record, "known_group", value);
	assert_string_equal(value, "27:film");
	assert_null(record_next(&record, "known_group", value));
	assert_string_equal(take_said(), "");
	record_release(&record);
}

static void
who_has_the_number_of_another_group_is_named(void **state)
{
	static const struct {
		const char *key, *value, *who, *number, *is;
	} cases[] = {
		{"users", "carol gone root alice", "alice", "27", "video"},
		{"users", " bob ", "bob", "28", "without a name"},
		{"people", "alice", "alice", "27", "video"},
		{"default_user", "alice", "alice", "27", "video"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[512], groups[64];
		struct record record;

		snprintf(groups, sizeof(groups), "root:x:0:\nsu do:x:%s:\n", cases[i].number);
		assert_int_equal(
			record_names(&record, NULL, groups, cases[i].key, cases[i].value), -1);
		snprintf(expected, sizeof(expected),
			"test: the number of %s's group %s, %s, is su do inside, and setuid "
			"programs there would take %s for a member of it; groupmod -P "
			"'/opt/my games' -g NUMBER 'su do', with a number that neither side has, "
			"or allow_setuid=no\n",
			cases[i].who, cases[i].is, cases[i].number, cases[i].who);
		assert_string_equal(take_said(), expected);
		record_release(&record);
	}
}

static void
who_has_the_number_of_another_user_is_named(void **state)
{
	static const struct {
		const char *key, *value;
	} cases[] = {
		{"users", "bob gone root alice"},
		{"people", "alice"},
		{"default_user", "alice"},
	};
	/* the name alone is not it, nor that another entry of the number is the host's */
	static const char users[] = "toor:x:0:0:::\nalice:x:1000:1000:::\nbob:x:2001:1:::\n"
				    "su do:x:1000:1000:::\n";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct record record;

		assert_int_equal(
			record_names(&record, users, NULL, cases[i].key, cases[i].value), -1);
		assert_string_equal(take_said(),
			"test: the number of alice, 1000, is su do inside, and setuid programs "
			"there would take alice for su do; usermod -P '/opt/my games' "
			"-u NUMBER 'su do', with a number that neither side has, or "
			"allow_setuid=no\n");
		record_release(&record);
	}
}

static void
where_no_name_is_another_nobody_is_looked_up(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(
		record_names(&record, "alice:x:1000:1:::\n", "video:x:27:\n", "users", "alice"), 0);
	record_release(&record);
	assert_int_equal(record_names(&record, NULL, NULL, "users", "alice"), 0);
	record_release(&record);
	assert_int_equal(groups_asked, 0);
}

static void
a_name_service_that_fails_is_no_answer(void **state)
{
	static const struct {
		const char *unanswered, *said;
	} cases[] = {
		{"ubuntu", "cannot look up the user ubuntu"},
		{"sudo", "cannot look up the group sudo"},
		{"carol", "cannot find the groups of carol"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[128];
		struct record record;

		unanswered = cases[i].unanswered;
		assert_int_equal(
			record_names(&record, "ubuntu:x:1:1:::\n", "sudo:x:1:\n", "users", "carol"),
			-1);
		snprintf(
			expected, sizeof(expected), "test: %s: %s\n", cases[i].said, strerror(EIO));
		assert_string_equal(take_said(), expected);
		record_release(&record);
	}
	unanswered = NULL;
}

static void
at_entry_a_name_that_was_not_recorded_refuses_who_has_its_number(void **state)
{
	static const struct {
		const char *users, *groups;
		int result;
	} cases[] = {
		{NULL, NULL, 0}, {NULL, "root:x:0:\nvideo:x:27:\n", 0},
		{NULL, "root:x:0:\nvideo:x:27:\nnew:x:30:\n", 0},
		{NULL, "video:x:44:\n", -1}, /* the name alone is not it */
		{NULL, "sudo:x:27:\n", -1}, {NULL, "video:x:27:\nsudo:x:27:\n", -1},
		{NULL, "own:x:1000:\n", -1}, {"root:x:0:0:::\nalice:x:1000:1:::\n", NULL, 0},
		{"alice:x:2000:1:::\nnew:x:27:1:::\n", NULL, 0}, {"bob:x:1000:1:::\n", NULL, -1},
		{"alice:x:1000:1:::\nubuntu:x:1000:1:::\n", NULL, -1},
		{"video:x:1000:1:::\n", NULL, -1}, /* a group of that name and number is none */
	};
	gid_t groups[] = {27, 44};
	const struct identity alice = {
		.uid = 1000, .gid = 1000, .groups = groups, .group_count = 2};
	struct record record = {0};

	(void)state;
	assert_int_equal(record_add(&record, "known_user", "0:root"), 0);
	assert_int_equal(record_add(&record, "known_user", "1000:alice"), 0);
	assert_int_equal(record_add(&record, "known_user", "1001:bob"), 0);
	assert_int_equal(record_add(&record, "known_group", "0:root"), 0);
	assert_int_equal(record_add(&record, "known_group", "27:video"), 0);
	assert_int_equal(record_add(&record, "known_group", "1000:video"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tree_users = cases[i].users;
		tree_groups = cases[i].groups;
		assert_int_equal(
			collision_check(&record, &alice, "games", &report), cases[i].result);
		assert_int_equal(take_said()[0] == '\0', cases[i].result == 0);
	}
	record_release(&record);
}

static void
at_entry_the_name_and_what_mends_it_are_said(void **state)
{
	static const struct {
		const char *users, *groups, *what, *taken;
	} cases[] = {
		{"ubuntu:x:1000:1:::\n", NULL, "user 1000 is ubuntu", "them"},
		{NULL, "sudo:x:27:\n", "group 27 is sudo", "a member"},
	};
	gid_t groups[] = {27};
	const struct identity alice = {
		.uid = 1000, .gid = 1000, .groups = groups, .group_count = 1};
	struct record record = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[512];

		tree_users = cases[i].users;
		tree_groups = cases[i].groups;
		assert_int_equal(collision_check(&record, &alice, "games", &report), -1);
		snprintf(expected, sizeof(expected),
			"test: %s inside games, and the service has not found it to be that on the "
			"host: setuid programs inside would take the owner of the number for %s "
			"(a reload accepts the number or says what mends it); to mend it: "
			"chroot-mounts reload games\n",
			cases[i].what, cases[i].taken);
		assert_string_equal(take_said(), expected);
	}
	record_release(&record);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_has_one_name_and_number_is_recorded),
		TEST(who_has_the_number_of_another_group_is_named),
		TEST(who_has_the_number_of_another_user_is_named),
		TEST(where_no_name_is_another_nobody_is_looked_up),
		TEST(a_name_service_that_fails_is_no_answer),
		TEST(at_entry_a_name_that_was_not_recorded_refuses_who_has_its_number),
		TEST(at_entry_the_name_and_what_mends_it_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
