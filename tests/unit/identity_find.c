/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/account.h"
#include "common/cleanup.h"
#include "common/identity.h"
#include "enter-as/identity_find.h"
#include "said.h"

#include <string.h>

static const struct account *known; /* the one account of the host */
static const char *unanswered; /* a name for which the name service fails */
static uid_t unanswered_uid; /* a number likewise */

static const char *passwd_text, *group_text; /* of the tree; NULL for none */

int __wrap_host_account_by_name(struct account *account, const char *name);
int __wrap_host_account_by_uid(struct account *account, uid_t uid);
int __wrap_host_account_group(const char *name, gid_t *gid);
int __wrap_host_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count);

static bool
has_answer(const char *word)
{
	errno = EIO;
	return !unanswered || strcmp(word, unanswered) != 0;
}

static int
give_account(struct account *account, bool matches)
{
	*account = (struct account){0};
	if (!known || !matches) {
		errno = ENOENT;
		return -1;
	}
	*account =
		(struct account){.name = strdup(known->name), .uid = known->uid, .gid = known->gid};
	return 0;
}

int
__wrap_host_account_by_name(struct account *account, const char *name)
{
	if (!has_answer(name))
		return -1;
	return give_account(account, known && strcmp(known->name, name) == 0);
}

int
__wrap_host_account_by_uid(struct account *account, uid_t uid)
{
	if (uid == unanswered_uid) {
		errno = EIO;
		return -1;
	}
	return give_account(account, known && known->uid == uid);
}

int
__wrap_host_account_group(const char *name, gid_t *gid)
{
	if (!has_answer(name))
		return -1;
	if (strcmp(name, "players") != 0) {
		errno = ENOENT;
		return -1;
	}
	*gid = 3001;
	return 0;
}

int
__wrap_host_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count)
{
	assert_string_equal(name, known->name);
	*groups = calloc(2, sizeof(**groups));
	assert_non_null(*groups);
	(*groups)[0] = gid;
	(*groups)[1] = 3000;
	*count = 2;
	return 0;
}

static int
begin(void **state)
{
	known = NULL;
	unanswered = NULL;
	unanswered_uid = (uid_t)-1;
	passwd_text = group_text = NULL;
	return report_to_memory(state);
}

static int
find_who(struct identity *identity, const char *words, const char *groups)
{
	struct user_spec naming;
	int result = identity_find_named(identity, &naming, words, groups, &report);

	if (result == 0)
		result = identity_settle(
			identity, &naming, passwd_text, group_text, "games", &report);
	user_spec_release(&naming);
	return result;
}

static void
assert_named(const char *words, uid_t uid, gid_t gid, const char *name, size_t group_count)
{
	struct identity identity;

	assert_int_equal(find_who(&identity, words, NULL), 0);
	assert_string_equal(take_said(), "");
	assert_int_equal(identity.uid, uid);
	assert_int_equal(identity.gid, gid);
	assert_int_equal(identity.group_count, group_count);
	assert_int_equal(identity.groups[0], gid);
	if (name)
		assert_string_equal(identity.name, name);
	else
		assert_null(identity.name);
	identity_release(&identity);
}

static void
assert_not_found(const char *words, const char *groups, const char *message)
{
	struct identity identity;
	char expected[256];

	assert_int_equal(find_who(&identity, words, groups), -1);
	snprintf(expected, sizeof(expected), "test: %s\n", message);
	assert_string_equal(take_said(), expected);
	identity_release(&identity);
}

static void
assert_unnamed(const char *words, const char *message)
{
	assert_not_found(words, NULL, message);
}

/* The name service does not know whether it has this one. */
static void
assert_unanswered(const char *words, const char *who)
{
	char message[128];

	snprintf(message, sizeof(message), "cannot look up the %s: %s", who, strerror(EIO));
	assert_unnamed(words, message);
}

static char carol_name[] = "carol";
static const struct account carol = {.name = carol_name, .uid = 1002, .gid = 300};

static void
a_user_is_found_by_name_or_number(void **state)
{
	(void)state;
	known = &carol;
	assert_named("carol", 1002, 300, "carol", 2);
	assert_named("1002", 1002, 300, "carol", 2);
	assert_named("carol:players", 1002, 3001, "carol", 2);
	assert_named("1002:5", 1002, 5, "carol", 2);
	assert_named("carol:4294967294", 1002, 4294967294U, "carol", 2);
}

static void
a_number_without_an_account_needs_a_group(void **state)
{
	(void)state;
	assert_named("2000:players", 2000, 3001, NULL, 1);
	assert_named("4294967294:0", 4294967294U, 0, NULL, 1);
	assert_unnamed("2000",
		"neither the host nor games has an account with the number 2000, so a group is needed; "
		"give it, as in -u 2000:GROUP");
}

static void
a_name_may_be_made_of_digits(void **state)
{
	static char digits[] = "1000";
	static const struct account odd = {.name = digits, .uid = 1234, .gid = 300};

	(void)state;
	known = &odd;
	assert_named("1000", 1234, 300, "1000", 2);
}

static void
what_is_no_user_is_nobody_and_never_the_superuser(void **state)
{
	static const char *const words[] = {"", "-1", "4294967295", "4294967296", "0x0", " 0", "+0",
		"00", "0 ", "18446744073709551616"};

	(void)state;
	known = &carol;
	/* not even where the tree calls somebody so */
	passwd_text = "-1:x:0:0::/:\n4294967295:x:7:7::/:\n4294967296:x:7:7::/:\n0x0:x:7:7::/:\n"
		      " 0:x:7:7::/:\n+0:x:7:7::/:\n00:x:7:7::/:\n0 :x:7:7::/:\n:x:7:7::/:\n"
		      "18446744073709551616:x:7:7::/:\n";
	group_text = "-1:x:0:\n4294967295:x:7:\n4294967296:x:7:\n0x0:x:7:\n 0:x:7:\n+0:x:7:\n"
		     "00:x:7:\n0 :x:7:\n:x:7:\n18446744073709551616:x:7:\n";
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char text[64], message[128];

		snprintf(message, sizeof(message), "the host knows no user %s",
			*words[i] != '\0' ? words[i] : "''");
		assert_unnamed(words[i], message);
		snprintf(text, sizeof(text), "%s:players", words[i]);
		assert_unnamed(text, message);
		snprintf(text, sizeof(text), "carol:%s", words[i]);
		snprintf(message, sizeof(message), "the host knows no group %s",
			*words[i] != '\0' ? words[i] : "''");
		assert_unnamed(text, message);
	}
}

static void
a_name_service_that_fails_knows_neither_yes_nor_no(void **state)
{
	(void)state;
	known = &carol;
	unanswered = "dave";
	assert_unanswered("dave", "user dave");
	assert_unanswered("dave:players", "user dave");
	assert_unanswered("carol:dave", "group dave");
	/* what might be a name is no number yet */
	unanswered = "2000";
	assert_unanswered("2000:players", "user 2000");
	assert_unanswered("carol:2000", "group 2000");
	unanswered = NULL;
	unanswered_uid = 2000;
	assert_unanswered("2000:players", "user 2000");
}

static const char tree_passwd[] = "root:x:0:0::/root:/bin/sh\n"
				  "carol:x:1002:77::/:\n"
				  "dora:x:4000:400::/:\n"
				  "toor:x:0:0::/:\n"
				  "minus:x:-1:5::/:\n"
				  "large:x:4294967295:5::/:\n"
				  "wraps:x:4294967296:5::/:\n"
				  "odd:x:5:4294967295::/:\n"
				  "blank:x: 5:5::/:\n"
				  "signed:x:+5:5::/:\n"
				  "hex:x:0x5:5::/:\n"
				  "octal:x:05:5::/:\n";
static const char tree_group[] = "dora:x:400:\n"
				 "players:x:3001:dora\n"
				 "band:x:500:carol,dora\n"
				 "choir:x:501:dorathea,dor\n"
				 "audio:x:63:dora\n"
				 "large:x:4294967295:dora\n";

static void
read_tree(void)
{
	known = &carol;
	passwd_text = tree_passwd;
	group_text = tree_group;
}

static void
whom_only_the_tree_knows_has_its_groups_there(void **state)
{
	(void)state;
	read_tree();
	assert_named("dora", 4000, 400, "dora", 4);
	assert_named("4000", 4000, 400, "dora", 4);
	assert_named("dora:band", 4000, 500, "dora", 3);
	assert_named("4000:5", 4000, 5, "dora", 4);
	assert_named("4001:players", 4001, 3001, NULL, 1);
	group_text = NULL;
	assert_named("dora", 4000, 400, "dora", 1);
}

static void
whom_the_host_knows_has_the_groups_of_the_host(void **state)
{
	(void)state;
	read_tree();
	assert_named("carol", 1002, 300, "carol", 2);
	assert_named("1002", 1002, 300, "carol", 2);
	assert_named("carol:band", 1002, 500, "carol", 2);
}

static void
a_name_of_two_numbers_is_no_answer(void **state)
{
	(void)state;
	read_tree();
	passwd_text = "carol:x:77:77::/:\n";
	assert_unnamed("carol", "carol is user 1002 on the host and user 77 inside games: give the "
				"number of the one you mean");
	assert_named("1002", 1002, 300, "carol", 2);
	assert_named("77", 77, 77, "carol", 2);
	group_text = "players:x:66:\n";
	assert_unnamed("1002:players",
		"players is group 3001 on the host and group 66 inside games: "
		"give the number of the one you mean");
	assert_not_found("1002", "players",
		"players is group 3001 on the host and group 66 inside games: give the number of "
		"the "
		"one you mean");
	assert_named("1002:66", 1002, 66, "carol", 2);
}

static void
the_tree_makes_nobody_the_superuser(void **state)
{
	(void)state;
	read_tree();
	assert_unnamed(
		"toor", "toor is the superuser inside games: give the number 0 if you mean it");
	assert_unnamed(
		"toor:5", "toor is the superuser inside games: give the number 0 if you mean it");
}

static void
odd_numbers_of_the_tree_are_nobodys(void **state)
{
	static const char *const words[] = {
		"minus", "large", "wraps", "odd", "blank", "signed", "hex", "octal", "eve"};

	(void)state;
	read_tree();
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char message[128];

		snprintf(message, sizeof(message), "the host knows no user %s, and games neither",
			words[i]);
		assert_unnamed(words[i], message);
	}
	assert_unnamed("carol:large", "the host knows no group large, and games neither");
}

static void
a_list_takes_the_place_of_the_groups(void **state)
{
	static const struct {
		const char *user, *list;
		gid_t gid;
		size_t count;
		gid_t groups[4];
	} cases[] = {
		{"carol", "", 300, 0, {0}},
		{"carol", "5", 300, 1, {5}},
		{"carol:8", "players,band,4294967294", 8, 3, {3001, 500, 4294967294U}},
		{"dora", "audio,0", 400, 2, {63, 0}},
		{"9:9", "", 9, 0, {0}},
	};

	(void)state;
	read_tree();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct identity identity;

		assert_int_equal(find_who(&identity, cases[i].user, cases[i].list), 0);
		assert_int_equal(identity.gid, cases[i].gid);
		assert_int_equal(identity.group_count, cases[i].count);
		assert_memory_equal(
			identity.groups, cases[i].groups, cases[i].count * sizeof(gid_t));
		identity_release(&identity);
	}
	assert_not_found("carol", "5,large", "the host knows no group large, and games neither");
	assert_not_found("carol", "-1", "the host knows no group -1");
	assert_not_found("carol", "4294967295", "the host knows no group 4294967295");
	assert_not_found("carol", "5,,6", "the host knows no group ''");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_user_is_found_by_name_or_number),
		TEST(a_number_without_an_account_needs_a_group),
		TEST(a_name_may_be_made_of_digits),
		TEST(what_is_no_user_is_nobody_and_never_the_superuser),
		TEST(whom_only_the_tree_knows_has_its_groups_there),
		TEST(whom_the_host_knows_has_the_groups_of_the_host),
		TEST(a_name_of_two_numbers_is_no_answer),
		TEST(the_tree_makes_nobody_the_superuser),
		TEST(odd_numbers_of_the_tree_are_nobodys),
		TEST(a_list_takes_the_place_of_the_groups),
		TEST(a_name_service_that_fails_knows_neither_yes_nor_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
