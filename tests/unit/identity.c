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
#include "enter/identity_become.h"
#include "said.h"

#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#define TO_JOIN (1U << CAP_SYS_ADMIN | 1U << CAP_SYS_CHROOT)
#define LAST_CAPABILITY 41U /* of the kernel below, which has one more than Linux 5.9 */

/* A kernel that keeps the rules of credentials(7) as far as this room leans on them. */
static struct {
	uid_t uids[3]; /* real, effective, saved */
	gid_t gids[3];
	gid_t groups[8];
	int group_count;
	unsigned effective, permitted;
	unsigned last_capability;
	bool keeps_capabilities, is_dumpable, has_no_new_privs;
} kernel;

/* Each call that changes something, a word and its arguments, with "; " behind it. */
static char calls[4096];

/* The call, counted from 1, that fails; 0 for none. The word of one that lies: it says that it did
 * and does nothing. */
static int failing;
static const char *lying;
static int made;

static const struct account *known; /* the one account of the host */
static const char *unanswered; /* a name for which the name service fails */
static uid_t unanswered_uid; /* a number likewise */

static const char *passwd_text, *group_text; /* of the tree; NULL for none */

int __wrap_setgroups(size_t count, const gid_t *groups);
int __wrap_setresgid(gid_t real, gid_t effective, gid_t saved);
int __wrap_setresuid(uid_t real, uid_t effective, uid_t saved);
int __wrap_getresuid(uid_t *real, uid_t *effective, uid_t *saved);
int __wrap_getresgid(gid_t *real, gid_t *effective, gid_t *saved);
uid_t __wrap_getuid(void);
gid_t __wrap_getgid(void);
int __wrap_getgroups(int size, gid_t *groups);
int __wrap___getgroups_chk(int size, gid_t *groups, size_t room);
int __wrap_prctl(int option, ...);
long __wrap_syscall(long number, ...);
int __wrap_host_account_by_name(struct account *account, const char *name);
int __wrap_host_account_by_uid(struct account *account, uid_t uid);
int __wrap_host_account_group(const char *name, gid_t *gid);
int __wrap_host_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count);

static const char *note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *
note(const char *format, ...)
{
	size_t begin = strlen(calls), length;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(calls + begin, sizeof(calls) - begin, format, arguments);
	va_end(arguments);
	length = strlen(calls);
	snprintf(calls + length, sizeof(calls) - length, "; ");
	return calls + begin;
}

enum answer { FAILS = -1, LIES = 0, DOES = 1 }; /* the first two are what the call returns */

/* What a call that was noted does, which the kernel would let or refuse. */
static enum answer
answer(const char *call, bool is_let)
{
	if (++made != failing) {
		if (lying && strncmp(call, lying, strlen(lying)) == 0)
			return LIES;
		if (is_let)
			return DOES;
	}
	errno = EPERM;
	return FAILS;
}

static bool
can(unsigned capability)
{
	return kernel.effective & 1U << capability;
}

int
__wrap_setgroups(size_t count, const gid_t *groups)
{
	enum answer given = answer(note("setgroups %zu", count), can(CAP_SETGID));

	if (given != DOES)
		return given;
	assert_in_range(count, 0, 8);
	memcpy(kernel.groups, groups, count * sizeof(*groups));
	kernel.group_count = (int)count;
	return 0;
}

int
__wrap_setresgid(gid_t real, gid_t effective, gid_t saved)
{
	enum answer given =
		answer(note("setresgid %u %u %u", real, effective, saved), can(CAP_SETGID));

	if (given != DOES)
		return given;
	memcpy(kernel.gids, (gid_t[]){real, effective, saved}, sizeof(kernel.gids));
	return 0;
}

static bool
is_own_uid(uid_t uid)
{
	return uid == kernel.uids[0] || uid == kernel.uids[1] || uid == kernel.uids[2];
}

int
__wrap_setresuid(uid_t real, uid_t effective, uid_t saved)
{
	enum answer given = answer(note("setresuid %u %u %u", real, effective, saved),
		can(CAP_SETUID) ||
			(is_own_uid(real) && is_own_uid(effective) && is_own_uid(saved)));

	if (given != DOES)
		return given;
	memcpy(kernel.uids, (uid_t[]){real, effective, saved}, sizeof(kernel.uids));
	if (effective != 0)
		kernel.effective = 0;
	if (real != 0 && effective != 0 && saved != 0 && !kernel.keeps_capabilities)
		kernel.permitted = 0;
	kernel.is_dumpable = true; /* fs.suid_dumpable=1 */
	return 0;
}

int
__wrap_getresuid(uid_t *real, uid_t *effective, uid_t *saved)
{
	*real = kernel.uids[0];
	*effective = kernel.uids[1];
	*saved = kernel.uids[2];
	return 0;
}

int
__wrap_getresgid(gid_t *real, gid_t *effective, gid_t *saved)
{
	*real = kernel.gids[0];
	*effective = kernel.gids[1];
	*saved = kernel.gids[2];
	return 0;
}

uid_t
__wrap_getuid(void)
{
	return kernel.uids[0];
}

gid_t
__wrap_getgid(void)
{
	return kernel.gids[0];
}

int
__wrap_getgroups(int size, gid_t *groups)
{
	if (size == 0)
		return kernel.group_count;
	assert_true(size >= kernel.group_count);
	memcpy(groups, kernel.groups, (size_t)kernel.group_count * sizeof(*groups));
	return kernel.group_count;
}

/* The name that glibc gives getgroups at level 3 of FORTIFY (bits/unistd.h). */
int
__wrap___getgroups_chk(int size, gid_t *groups, size_t room)
{
	assert_true((size_t)size <= room / sizeof(*groups));
	return __wrap_getgroups(size, groups);
}

static int
set_flag(const char *word, bool *flag, bool value)
{
	enum answer given = answer(note("%s %d", word, value), true);

	if (given != DOES)
		return given;
	*flag = value;
	return 0;
}

static int
bounding(unsigned long capability)
{
	if (capability > kernel.last_capability) {
		errno = EINVAL;
		return -1;
	}
	if (capability > 1 && capability < kernel.last_capability)
		return 0; /* fewer words to compare */
	return answer(note("unbound %lu", capability), true) == FAILS ? -1 : 0;
}

int
__wrap_prctl(int option, ...)
{
	unsigned long value;
	va_list arguments;

	va_start(arguments, option);
	value = va_arg(arguments, int);
	va_end(arguments);
	switch (option) {
	case PR_CAPBSET_DROP:
		return bounding(value);
	case PR_SET_KEEPCAPS:
		return set_flag("keepcaps", &kernel.keeps_capabilities, value);
	case PR_SET_DUMPABLE:
		return set_flag("dumpable", &kernel.is_dumpable, value);
	case PR_SET_NO_NEW_PRIVS:
		return set_flag("no_new_privs", &kernel.has_no_new_privs, value);
	case PR_GET_NO_NEW_PRIVS:
		return kernel.has_no_new_privs;
	case PR_CAP_AMBIENT:
		assert_int_equal(value, PR_CAP_AMBIENT_CLEAR_ALL);
		return answer(note("ambient"), true) == FAILS ? -1 : 0;
	default:
		fail_msg("prctl %d", option);
		return -1;
	}
}

/* capset(2) as a room without libcap calls it. */
long
__wrap_syscall(long number, ...)
{
	const struct __user_cap_header_struct *header;
	const struct __user_cap_data_struct *data;
	enum answer given;
	va_list arguments;

	assert_int_equal(number, SYS_capset);
	va_start(arguments, number);
	header = va_arg(arguments, const struct __user_cap_header_struct *);
	data = va_arg(arguments, const struct __user_cap_data_struct *);
	va_end(arguments);
	assert_int_equal(header->version, _LINUX_CAPABILITY_VERSION_3);
	assert_int_equal(header->pid, 0);
	assert_int_equal(data[0].inheritable, 0);
	assert_int_equal(data[1].effective | data[1].permitted | data[1].inheritable, 0);
	given = answer(note("capset %x %x", data[0].effective, data[0].permitted),
		!(data[0].permitted & ~kernel.permitted || data[0].effective & ~data[0].permitted));
	if (given != DOES)
		return given;
	kernel.effective = data[0].effective;
	kernel.permitted = data[0].permitted;
	return 0;
}

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

/* A setuid program of the superuser that uid 1000 called. */
static int
call_setuid(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	memcpy(kernel.uids, (uid_t[]){1000, 0, 0}, sizeof(kernel.uids));
	memcpy(kernel.gids, (gid_t[]){100, 100, 100}, sizeof(kernel.gids));
	memcpy(kernel.groups, (gid_t[]){27, 44}, 2 * sizeof(gid_t));
	kernel.group_count = 2;
	kernel.last_capability = LAST_CAPABILITY;
	kernel.effective = kernel.permitted = ~0U;
	calls[0] = '\0';
	failing = made = 0;
	lying = NULL;
	known = NULL;
	unanswered = NULL;
	unanswered_uid = (uid_t)-1;
	passwd_text = group_text = NULL;
	return report_to_memory(state);
}

static gid_t bobs_groups[] = {200, 3000};
static const struct identity bob = {
	.uid = 1001, .gid = 200, .groups = bobs_groups, .group_count = 2};
static const struct identity alice = {.uid = 1000, .gid = 100};

/* The whole way down; how many steps of it were taken. */
static int
go_down(const struct identity *identity, bool sets_groups)
{
	if (identity_become(identity, sets_groups, &report) < 0)
		return 0;
	if (identity_arm(&report) < 0)
		return 1;
	return identity_let_go(identity, &report) < 0 ? 2 : 3;
}

static void
groups_go_before_group_before_user(void **state)
{
	const char *groups, *group, *user;

	(void)state;
	assert_int_equal(identity_become(&bob, true, &report), 0);
	groups = strstr(calls, "setgroups 2; ");
	group = strstr(calls, "setresgid 200 200 200; ");
	user = strstr(calls, "setresuid 1001 1001 1001; ");
	assert_non_null(groups);
	assert_non_null(group);
	assert_non_null(user);
	assert_true(groups < group);
	assert_true(group < user);
}

static void
the_way_down_is_these_calls_in_this_order(void **state)
{
	(void)state;
	assert_int_equal(go_down(&bob, true), 3);
	assert_string_equal(calls,
		/* become */
		"unbound 0; unbound 1; unbound 41; "
		"setgroups 2; setresgid 200 200 200; keepcaps 1; setresuid 1001 1001 1001; "
		"dumpable 0; keepcaps 0; capset 0 240000; ambient; no_new_privs 1; "
		/* arm */
		"capset 240000 240000; "
		/* let go, and try to come back */
		"capset 0 0; dumpable 0; "
		"capset 240000 240000; capset 0 80; setresuid 0 0 0; ");
	assert_string_equal(take_said(), "");
	assert_memory_equal(kernel.uids, ((uid_t[]){1001, 1001, 1001}), sizeof(kernel.uids));
	assert_memory_equal(kernel.gids, ((gid_t[]){200, 200, 200}), sizeof(kernel.gids));
	assert_int_equal(kernel.group_count, 2);
	assert_memory_equal(kernel.groups, bobs_groups, sizeof(bobs_groups));
	assert_int_equal(kernel.effective | kernel.permitted, 0);
	assert_true(kernel.has_no_new_privs);
	assert_false(kernel.is_dumpable);
	assert_false(kernel.keeps_capabilities);
}

static void
between_the_steps_there_are_only_the_two_capabilities_of_joining(void **state)
{
	(void)state;
	assert_int_equal(identity_become(&bob, true, &report), 0);
	assert_int_equal(kernel.effective, 0);
	assert_int_equal(kernel.permitted, TO_JOIN);
	assert_false(kernel.is_dumpable);
	assert_true(kernel.has_no_new_privs);
	assert_int_equal(identity_arm(&report), 0);
	assert_int_equal(kernel.effective, TO_JOIN);
	assert_int_equal(kernel.permitted, TO_JOIN);
}

/* A setuid program gets at most what is in the bounding set, and nothing under no_new_privs. */
static void
where_setuid_programs_work_only_what_would_stop_them_is_left_out(void **state)
{
	struct identity trusted = bob;

	(void)state;
	trusted.allows_setuid = true;
	assert_int_equal(go_down(&trusted, true), 3);
	assert_string_equal(calls, "setgroups 2; setresgid 200 200 200; keepcaps 1; "
				   "setresuid 1001 1001 1001; "
				   "dumpable 0; keepcaps 0; capset 0 240000; ambient; "
				   "capset 240000 240000; "
				   "capset 0 0; dumpable 0; "
				   "capset 240000 240000; capset 0 80; setresuid 0 0 0; ");
	assert_int_equal(kernel.effective | kernel.permitted, 0);
	assert_false(kernel.has_no_new_privs);
	assert_false(kernel.is_dumpable);
	kernel.uids[2] = 0;
	assert_int_equal(identity_let_go(&trusted, &report), -1);
	assert_string_equal(
		take_said(), "test: the privileges could be had back after they were dropped\n");
}

static void
one_who_enters_as_themselves_keeps_their_groups_untouched(void **state)
{
	(void)state;
	assert_int_equal(go_down(&alice, false), 3);
	assert_null(strstr(calls, "setgroups"));
	assert_int_equal(kernel.group_count, 2);
	assert_int_equal(kernel.groups[0], 27);
	assert_int_equal(kernel.groups[1], 44);
	assert_memory_equal(kernel.uids, ((uid_t[]){1000, 1000, 1000}), sizeof(kernel.uids));
}

static void
a_call_that_fails_ends_the_way_down(void **state)
{
	static const struct {
		const char *call; /* the last one that is made */
		int steps; /* taken before */
		const char *message;
	} cases[] = {
		{"unbound 0; ", 0,
			"cannot empty the bounding set of capabilities: Operation not permitted"},
		{"unbound 1; ", 0,
			"cannot empty the bounding set of capabilities: Operation not permitted"},
		{"unbound 41; ", 0,
			"cannot empty the bounding set of capabilities: Operation not permitted"},
		{"setgroups 2; ", 0, "cannot become user 1001, group 200: Operation not permitted"},
		{"setresgid 200 200 200; ", 0,
			"cannot become user 1001, group 200: Operation not permitted"},
		{"keepcaps 1; ", 0, "cannot become user 1001, group 200: Operation not permitted"},
		{"setresuid 1001 1001 1001; ", 0,
			"cannot become user 1001, group 200: Operation not permitted"},
		{"dumpable 0; ", 0, "cannot keep others from looking in: Operation not permitted"},
		{"keepcaps 0; ", 0, "cannot keep others from looking in: Operation not permitted"},
		{"capset 0 240000; ", 0, "cannot drop the capabilities: Operation not permitted"},
		{"ambient; ", 0, "cannot drop the capabilities: Operation not permitted"},
		{"no_new_privs 1; ", 0, "cannot set no_new_privs: Operation not permitted"},
		{"capset 240000 240000; ", 1,
			"cannot use the capabilities that joining needs: Operation not permitted"},
		{"capset 0 0; ", 2, "cannot drop the last capabilities: Operation not permitted"},
		{"dumpable 0; ", 2, "cannot drop the last capabilities: Operation not permitted"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[256];

		report_close(state);
		call_setuid(state);
		failing = (int)i + 1;
		assert_int_equal(go_down(&bob, true), cases[i].steps);
		assert_true(strlen(calls) >= strlen(cases[i].call));
		assert_string_equal(calls + strlen(calls) - strlen(cases[i].call), cases[i].call);
		snprintf(expected, sizeof(expected), "test: %s\n", cases[i].message);
		assert_string_equal(take_said(), expected);
	}
}

static void
a_drop_that_did_not_work_is_noticed(void **state)
{
	/* each says that it did what it did not do */
	static const char *const words[] = {"setresuid", "setresgid"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		report_close(state);
		call_setuid(state);
		lying = words[i];
		assert_int_equal(go_down(&bob, true), 2);
		assert_string_equal(take_said(),
			"test: the privileges could be had back after they were dropped\n");
	}
}

static void
a_bounding_set_that_ends_too_early_is_no_empty_one(void **state)
{
	(void)state;
	kernel.last_capability = CAP_CHECKPOINT_RESTORE - 1;
	assert_int_equal(identity_become(&bob, true, &report), -1);
	assert_string_equal(take_said(),
		"test: cannot empty the bounding set of capabilities: Invalid argument\n");
	kernel.last_capability = CAP_CHECKPOINT_RESTORE;
	assert_int_equal(identity_become(&bob, true, &report), 0);
	assert_string_equal(take_said(), "");
}

static void
no_new_privs_that_did_not_work_are_noticed(void **state)
{
	(void)state;
	lying = "no_new_privs";
	errno = 0;
	assert_int_equal(identity_become(&bob, true, &report), -1);
	assert_memory_equal(take_said(), "test: cannot set no_new_privs", 29);
}

static void
assert_way_back_is_noticed(void)
{
	assert_int_equal(identity_let_go(&bob, &report), -1);
	assert_string_equal(
		take_said(), "test: the privileges could be had back after they were dropped\n");
}

static void
prepare_to_let_go(void **state)
{
	report_close(state);
	call_setuid(state);
	assert_int_equal(identity_become(&bob, true, &report), 0);
	assert_int_equal(identity_arm(&report), 0);
}

static void
any_way_back_is_noticed(void **state)
{
	/* each way leaves everything else as it should be */
	for (int i = 0; i < 3; i++) {
		prepare_to_let_go(state);
		kernel.uids[i] = 0;
		assert_way_back_is_noticed();
		prepare_to_let_go(state);
		kernel.uids[i] = 1002;
		assert_way_back_is_noticed();
		prepare_to_let_go(state);
		kernel.gids[i] = 0;
		assert_way_back_is_noticed();
	}
	prepare_to_let_go(state);
	kernel.has_no_new_privs = false;
	assert_way_back_is_noticed();
	prepare_to_let_go(state);
	lying = "capset";
	assert_way_back_is_noticed();
	prepare_to_let_go(state);
	assert_int_equal(identity_let_go(&bob, &report), 0);
	assert_string_equal(take_said(), "");
}

static void
a_superuser_who_stays_one_takes_the_groups_alone(void **state)
{
	(void)state;
	assert_int_equal(identity_take_groups(&bob, &report), 0);
	assert_string_equal(calls, "setgroups 2; setresgid 200 200 200; ");
	failing = 3;
	assert_int_equal(identity_take_groups(&bob, &report), -1);
	assert_string_equal(take_said(),
		"test: cannot take the groups of user 1001: Operation not permitted\n");
	assert_string_equal(calls, "setgroups 2; setresgid 200 200 200; setgroups 2; ");
}

static void
the_caller_is_who_the_kernel_says(void **state)
{
	struct identity identity;

	(void)state;
	assert_int_equal(identity_find_caller(&identity, &report), 0);
	assert_int_equal(identity.uid, 1000);
	assert_int_equal(identity.gid, 100);
	assert_int_equal(identity.group_count, 2);
	assert_null(identity.name);
	assert_true(identity_has_group(&identity, 100));
	assert_true(identity_has_group(&identity, 27));
	assert_true(identity_has_group(&identity, 44));
	assert_false(identity_has_group(&identity, 0));
	identity_release(&identity);
	kernel.group_count = 0;
	assert_int_equal(identity_find_caller(&identity, &report), 0);
	assert_int_equal(identity.group_count, 0);
	assert_true(identity_has_group(&identity, 100));
	identity_release(&identity);
	assert_string_equal(calls, "");
}

static int
find_who(struct identity *identity, const char *words, const char *groups)
{
	struct naming naming;
	int result = identity_find_named(identity, &naming, words, groups, &report);

	if (result == 0)
		result = identity_settle(
			identity, &naming, passwd_text, group_text, "games", &report);
	naming_release(&naming);
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
		"neither the host nor games has an account with the number 2000, so which group?; "
		"to mend it: -u 2000:GROUP");
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

		snprintf(message, sizeof(message), "the host knows no user %s", words[i]);
		assert_unnamed(words[i], message);
		snprintf(text, sizeof(text), "%s:players", words[i]);
		assert_unnamed(text, message);
		snprintf(text, sizeof(text), "carol:%s", words[i]);
		snprintf(message, sizeof(message), "the host knows no group %s", words[i]);
		assert_unnamed(text, message);
	}
	assert_string_equal(calls, "");
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
	assert_not_found("carol", "5,,6", "the host knows no group ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, call_setuid, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(groups_go_before_group_before_user),
		TEST(the_way_down_is_these_calls_in_this_order),
		TEST(between_the_steps_there_are_only_the_two_capabilities_of_joining),
		TEST(where_setuid_programs_work_only_what_would_stop_them_is_left_out),
		TEST(one_who_enters_as_themselves_keeps_their_groups_untouched),
		TEST(a_call_that_fails_ends_the_way_down),
		TEST(a_drop_that_did_not_work_is_noticed),
		TEST(a_bounding_set_that_ends_too_early_is_no_empty_one),
		TEST(no_new_privs_that_did_not_work_are_noticed),
		TEST(any_way_back_is_noticed),
		TEST(a_superuser_who_stays_one_takes_the_groups_alone),
		TEST(the_caller_is_who_the_kernel_says),
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
