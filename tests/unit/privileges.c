/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/identity.h"
#include "enter-as/groups.h"
#include "enter/privileges.h"
#include "said.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#define TO_READ (1U << CAP_DAC_READ_SEARCH)
#define TO_JOIN (TO_READ | 1U << CAP_SYS_ADMIN | 1U << CAP_SYS_CHROOT)

/* A kernel that keeps the rules of credentials(7) as far as this room leans on them. */
static struct {
	uid_t uids[3]; /* real, effective, saved */
	gid_t gids[3];
	gid_t groups[8];
	int group_count;
	unsigned effective, permitted;
	bool keeps_capabilities, is_dumpable, has_no_new_privs;
} kernel;

/* Each call that changes something, a word and its arguments, with "; " behind it. */
static char calls[4096];

/* The call, counted from 1, that fails; 0 for none. The word of one that lies: it says that it did
 * and does nothing. */
static int failing;
static const char *lying;
static int made;

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

int
__wrap_prctl(int option, ...)
{
	unsigned long value;
	va_list arguments;

	va_start(arguments, option);
	value = va_arg(arguments, int);
	va_end(arguments);
	switch (option) {
	case PR_SET_KEEPCAPS:
		return set_flag("keepcaps", &kernel.keeps_capabilities, value);
	case PR_SET_DUMPABLE:
		return set_flag("dumpable", &kernel.is_dumpable, value);
	case PR_SET_NO_NEW_PRIVS:
		return set_flag("no_new_privs", &kernel.has_no_new_privs, value);
	case PR_GET_NO_NEW_PRIVS:
		return kernel.has_no_new_privs;
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

/* A setuid program of the superuser that uid 1000 called. */
static int
call_setuid(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	memcpy(kernel.uids, (uid_t[]){1000, 0, 0}, sizeof(kernel.uids));
	memcpy(kernel.gids, (gid_t[]){100, 100, 100}, sizeof(kernel.gids));
	memcpy(kernel.groups, (gid_t[]){27, 44}, 2 * sizeof(gid_t));
	kernel.group_count = 2;
	kernel.effective = kernel.permitted = ~0U;
	calls[0] = '\0';
	failing = made = 0;
	lying = NULL;
	return report_to_memory(state);
}

static gid_t bobs_groups[] = {200, 3000};
static const struct identity bob = {
	.uid = 1001, .gid = 200, .groups = bobs_groups, .group_count = 2};
static const struct identity alice = {.uid = 1000, .gid = 100};

static int
become(const struct identity *identity, bool sets_groups)
{
	if (sets_groups && groups_take(identity, &report) < 0)
		return -1;
	return privileges_become(identity, &report);
}

/* The whole way down; how many steps of it were taken. */
static int
go_down(const struct identity *identity, bool sets_groups)
{
	if (become(identity, sets_groups) < 0)
		return 0;
	if (privileges_raise(PRIVILEGES_TO_READ) < 0 || privileges_lower() < 0 ||
		privileges_raise(PRIVILEGES_TO_JOIN) < 0)
		return 1;
	return privileges_let_go(identity, &report) < 0 ? 2 : 3;
}

static void
groups_go_before_group_before_user(void **state)
{
	const char *groups, *group, *user;

	(void)state;
	assert_int_equal(become(&bob, true), 0);
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
		"setgroups 2; setresgid 200 200 200; setresgid 200 200 200; keepcaps 1; setresuid "
		"1001 1001 1001; "
		"dumpable 0; keepcaps 0; capset 0 240004; "
		/* raise and lower */
		"capset 4 240004; capset 0 240004; capset 240004 240004; "
		/* let go, and try to come back */
		"no_new_privs 1; capset 0 0; dumpable 0; "
		"capset 240004 240004; capset 0 80; setresuid 0 0 0; ");
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
after_the_drop_a_capability_is_effective_only_while_it_is_raised(void **state)
{
	(void)state;
	assert_int_equal(become(&bob, true), 0);
	assert_int_equal(kernel.effective, 0);
	assert_int_equal(kernel.permitted, TO_JOIN);
	assert_false(kernel.is_dumpable);
	assert_int_equal(privileges_raise(PRIVILEGES_TO_READ), 0);
	assert_int_equal(kernel.effective, TO_READ);
	errno = ENOENT;
	assert_int_equal(privileges_lower(), 0);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(kernel.effective, 0);
	assert_int_equal(kernel.permitted, TO_JOIN);
	assert_int_equal(privileges_raise(PRIVILEGES_TO_JOIN), 0);
	assert_int_equal(kernel.effective, TO_JOIN);
	failing = made + 1;
	errno = 0;
	assert_int_equal(privileges_lower(), -1);
	assert_int_equal(errno, EPERM);
}

/* A setuid program gets at most what is in the bounding set, and nothing under no_new_privs. */
static void
where_setuid_programs_work_only_what_would_stop_them_is_left_out(void **state)
{
	struct identity trusted = bob;

	(void)state;
	trusted.allows_setuid = true;
	assert_int_equal(go_down(&trusted, true), 3);
	assert_string_equal(calls,
		"setgroups 2; setresgid 200 200 200; setresgid 200 200 200; keepcaps 1; "
		"setresuid 1001 1001 1001; "
		"dumpable 0; keepcaps 0; capset 0 240004; "
		"capset 4 240004; capset 0 240004; capset 240004 240004; "
		"capset 0 0; dumpable 0; "
		"capset 240004 240004; capset 0 80; setresuid 0 0 0; ");
	assert_int_equal(kernel.effective | kernel.permitted, 0);
	assert_false(kernel.has_no_new_privs);
	assert_false(kernel.is_dumpable);
	kernel.uids[2] = 0;
	assert_int_equal(privileges_let_go(&trusted, &report), -1);
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
		const char *message; /* NULL where the caller reports it */
	} cases[] = {
		{"setgroups 2; ", 0,
			"cannot take the groups of user 1001: Operation not permitted"},
		{"setresgid 200 200 200; ", 0,
			"cannot take the groups of user 1001: Operation not permitted"},
		{"setresgid 200 200 200; ", 0,
			"cannot become user 1001, group 200: Operation not permitted"},
		{"keepcaps 1; ", 0, "cannot become user 1001, group 200: Operation not permitted"},
		{"setresuid 1001 1001 1001; ", 0,
			"cannot become user 1001, group 200: Operation not permitted"},
		{"dumpable 0; ", 0, "cannot clear PR_SET_DUMPABLE: Operation not permitted"},
		{"keepcaps 0; ", 0, "cannot clear PR_SET_DUMPABLE: Operation not permitted"},
		{"capset 0 240004; ", 0, "cannot drop the capabilities: Operation not permitted"},
		{"capset 4 240004; ", 1, NULL},
		{"capset 0 240004; ", 1, NULL},
		{"capset 240004 240004; ", 1, NULL},
		{"no_new_privs 1; ", 2, "cannot set no_new_privs: Operation not permitted"},
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
		snprintf(expected, sizeof(expected), "test: %s\n",
			cases[i].message ? cases[i].message : "");
		assert_string_equal(take_said(), cases[i].message ? expected : "");
	}
}

static void
a_drop_that_did_not_work_is_noticed(void **state)
{
	/* each says that it did what it did not do */
	static const char *const words[] = {"setresuid", "setresgid", "no_new_privs"};

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
assert_way_back_is_noticed(void)
{
	assert_int_equal(privileges_let_go(&bob, &report), -1);
	assert_string_equal(
		take_said(), "test: the privileges could be had back after they were dropped\n");
}

static void
prepare_to_let_go(void **state)
{
	report_close(state);
	call_setuid(state);
	assert_int_equal(become(&bob, true), 0);
	assert_int_equal(privileges_raise(PRIVILEGES_TO_JOIN), 0);
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
	lying = "capset";
	assert_way_back_is_noticed();
	prepare_to_let_go(state);
	assert_int_equal(privileges_let_go(&bob, &report), 0);
	assert_string_equal(take_said(), "");
}

static void
a_superuser_who_stays_one_takes_the_groups_alone(void **state)
{
	(void)state;
	assert_int_equal(groups_take(&bob, &report), 0);
	assert_string_equal(calls, "setgroups 2; setresgid 200 200 200; ");
	failing = 3;
	assert_int_equal(groups_take(&bob, &report), -1);
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
	free(identity.groups);
	kernel.group_count = 0;
	assert_int_equal(identity_find_caller(&identity, &report), 0);
	assert_int_equal(identity.group_count, 0);
	assert_true(identity_has_group(&identity, 100));
	free(identity.groups);
	assert_string_equal(calls, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, call_setuid, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(groups_go_before_group_before_user),
		TEST(the_way_down_is_these_calls_in_this_order),
		TEST(after_the_drop_a_capability_is_effective_only_while_it_is_raised),
		TEST(where_setuid_programs_work_only_what_would_stop_them_is_left_out),
		TEST(one_who_enters_as_themselves_keeps_their_groups_untouched),
		TEST(a_call_that_fails_ends_the_way_down),
		TEST(a_drop_that_did_not_work_is_noticed),
		TEST(any_way_back_is_noticed),
		TEST(a_superuser_who_stays_one_takes_the_groups_alone),
		TEST(the_caller_is_who_the_kernel_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
