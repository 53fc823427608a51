#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "account.h"
#include "cleanup.h"
#include "identity.h"
#include "record.h"
#include "said.h"
#include "trust.h"

#include <string.h>

/* The groups of the host: video and film have one number. */
static const struct {
	const char *name;
	gid_t gid;
} hosts[] = {{"root", 0}, {"video", 27}, {"film", 27}, {"players", 3001}};

static const char *unanswered; /* a name for which the name service fails */
static int users_asked;

static const char *tree_text; /* of the tree's group file; NULL for none */

int __wrap_account_group(const char *name, gid_t *gid);
char *__wrap_account_group_name(gid_t gid);
int __wrap_account_by_name(struct account *account, const char *name);
int __wrap_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count);
int __wrap_account_members(const char *group, char ***names, size_t *count);
char *__wrap_account_text(const char *path, bool follows);

static bool
has_answer(const char *word)
{
	errno = EIO;
	return !unanswered || strcmp(word, unanswered) != 0;
}

int
__wrap_account_group(const char *name, gid_t *gid)
{
	if (!has_answer(name))
		return -1;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		if (strcmp(hosts[i].name, name) == 0) {
			*gid = hosts[i].gid;
			return 0;
		}
	errno = ENOENT;
	return -1;
}

char *
__wrap_account_group_name(gid_t gid)
{
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		if (hosts[i].gid == gid)
			return strdup(hosts[i].name);
	return NULL;
}

/* alice has 27, bob 28 for their own group; root is the superuser. */
int
__wrap_account_by_name(struct account *account, const char *name)
{
	users_asked++;
	*account = (struct account){0};
	if (!has_answer(name))
		return -1;
	if (strcmp(name, "root") == 0)
		return 0;
	*account = (struct account){.uid = 1000, .gid = strcmp(name, "bob") == 0 ? 28 : 1000};
	errno = ENOENT;
	return strcmp(name, "gone") == 0 ? -1 : 0;
}

int
__wrap_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count)
{
	*groups = calloc(2, sizeof(**groups));
	assert_non_null(*groups);
	(*groups)[0] = gid;
	(*groups)[1] = strcmp(name, "alice") == 0 ? 27 : gid;
	*count = 2;
	return 0;
}

int
__wrap_account_members(const char *group, char ***names, size_t *count)
{
	assert_string_equal(group, "players");
	*names = calloc(2, sizeof(**names));
	assert_non_null(*names);
	(*names)[0] = strdup("gone");
	(*names)[1] = strdup("alice");
	*count = 2;
	return 0;
}

char *
__wrap_account_text(const char *path, bool follows)
{
	assert_string_equal(path, "/etc/group");
	assert_false(follows);
	errno = ENOENT;
	return tree_text ? strdup(tree_text) : NULL;
}

/* What trust_record_groups says of a tree with such groups, as the record of a root has it. */
static int
record_groups(struct record *record, const char *groups, const char *key, const char *value)
{
	*record = (struct record){0};
	users_asked = 0;
	assert_int_equal(record_add(record, "root", "/opt/my games"), 0);
	assert_int_equal(record_add(record, key, value), 0);
	return trust_record_groups(record, groups, &report);
}

static void
groups_of_one_name_and_number_are_recorded(void **state)
{
	struct record record;
	const char *value;

	(void)state;
	assert_int_equal(
		record_groups(&record, "root:x:0:\nfilm:x:27:\nplayers:x:3002:\nsudo:x:28:\n",
			"users", "alice"),
		0);
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
		{"groups", "players", "alice", "27", "video"},
		{"default_user", "alice", "alice", "27", "video"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[512], groups[64];
		struct record record;

		snprintf(groups, sizeof(groups), "root:x:0:\nsu do:x:%s:\n", cases[i].number);
		assert_int_equal(record_groups(&record, groups, cases[i].key, cases[i].value), -1);
		snprintf(expected, sizeof(expected),
			"test: the number of %s's group %s, %s, is su do inside, and setuid "
			"programs there would take %s for a member of it; to mend it: groupmod -P "
			"'/opt/my games' -g NUMBER 'su do', with a number that neither side has, "
			"or allow_setuid=no\n",
			cases[i].who, cases[i].is, cases[i].number, cases[i].who);
		assert_string_equal(take_said(), expected);
		record_release(&record);
	}
}

static void
where_no_group_is_another_nobody_is_looked_up(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(record_groups(&record, "video:x:27:\n", "users", "alice"), 0);
	record_release(&record);
	assert_int_equal(record_groups(&record, NULL, "users", "alice"), 0);
	record_release(&record);
	assert_int_equal(users_asked, 0);
}

static void
a_name_service_that_fails_is_no_answer(void **state)
{
	struct record record;

	(void)state;
	unanswered = "sudo";
	assert_int_equal(record_groups(&record, "sudo:x:1:\n", "users", "carol"), -1);
	assert_string_equal(
		take_said(), "test: cannot look up the group sudo: Input/output error\n");
	record_release(&record);
	unanswered = "carol";
	assert_int_equal(record_groups(&record, "sudo:x:1:\n", "users", "carol"), -1);
	assert_string_equal(
		take_said(), "test: cannot find the groups of carol: Input/output error\n");
	record_release(&record);
	unanswered = NULL;
}

static void
at_entry_a_group_that_was_not_recorded_refuses_who_has_it(void **state)
{
	static const struct {
		const char *tree;
		int result;
	} cases[] = {
		{NULL, 0},
		{"root:x:0:\nvideo:x:27:\n", 0},
		{"root:x:0:\nvideo:x:27:\nnew:x:30:\n", 0},
		{"video:x:44:\n", -1}, /* the name alone is not it */
		{"sudo:x:27:\n", -1},
		{"video:x:27:\nsudo:x:27:\n", -1},
		{"own:x:1000:\n", -1},
	};
	gid_t groups[] = {27, 44};
	const struct identity alice = {
		.uid = 1000, .gid = 1000, .groups = groups, .group_count = 2};
	struct record record = {0};

	(void)state;
	assert_int_equal(record_add(&record, "known_group", "0:root"), 0);
	assert_int_equal(record_add(&record, "known_group", "27:video"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tree_text = cases[i].tree;
		assert_int_equal(
			trust_check_groups(&record, &alice, "games", &report), cases[i].result);
		assert_int_equal(take_said()[0] == '\0', cases[i].result == 0);
	}
	tree_text = "sudo:x:27:\n";
	assert_int_equal(trust_check_groups(&record, &alice, "games", &report), -1);
	assert_string_equal(take_said(),
		"test: group 27 is sudo inside games, and the service has not found it to be that "
		"on the host: setuid programs inside would take who has the number for a member; "
		"to mend it: rc-service chroot-mounts reload, which mends it or says what does\n");
	record_release(&record);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(groups_of_one_name_and_number_are_recorded),
		TEST(who_has_the_number_of_another_group_is_named),
		TEST(where_no_group_is_another_nobody_is_looked_up),
		TEST(a_name_service_that_fails_is_no_answer),
		TEST(at_entry_a_group_that_was_not_recorded_refuses_who_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
