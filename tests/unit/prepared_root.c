/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/namespace.h"
#include "helper/prepared_root.h"
#include "helper/process.h"
#include "helper/record_write.h"
#include "said.h"
#include "superuser/namespace_copy.h"

#define STARTED 4026532176 /* the PID namespace of the start */

static const char refusal[] =
	"test: was started in another PID namespace, so not every process inside is seen: use "
	"this command there, or in the machine's initial PID namespace\n";

static int
check(uint64_t recorded, uint64_t own)
{
	struct prepared_root prepared = {.folder = -1, .pin = -1};
	int result;

	assert_int_equal(record_add(&prepared.record, "root", "/opt/games"), 0);
	if (recorded != 0)
		assert_int_equal(record_add_number(&prepared.record, "pid_namespace", recorded), 0);
	result = prepared_root_check_pid_namespace(&prepared, own, &report);
	prepared_root_release(&prepared);
	return result;
}

static void
the_pid_namespace_of_the_start_passes(void **state)
{
	(void)state;
	assert_int_equal(check(STARTED, STARTED), 0);
	assert_string_equal(take_said(), "");
}

static void
the_initial_pid_namespace_passes(void **state)
{
	(void)state;
	assert_int_equal(check(STARTED, PROCESS_INITIAL_NAMESPACE), 0);
	assert_string_equal(take_said(), "");
}

static void
another_pid_namespace_is_refused(void **state)
{
	(void)state;
	assert_int_equal(check(STARTED, STARTED + 1), -1);
	assert_string_equal(take_said(), refusal);
	assert_int_equal(check(PROCESS_INITIAL_NAMESPACE, STARTED), -1);
	assert_string_equal(take_said(), refusal);
}

static void
a_record_that_names_none_passes(void **state)
{
	struct prepared_root prepared = {.folder = -1, .pin = -1};

	(void)state;
	assert_int_equal(check(0, STARTED), 0);
	/* and one that is lost */
	assert_int_equal(prepared_root_check_pid_namespace(&prepared, STARTED, &report), 0);
	assert_string_equal(take_said(), "");
}

int __wrap_namespace_visit(
	int fd, int host, int (*step)(void *data), void *data, bool *lost, struct report *report);

/* The namespace is the test's own, which any user is in already. */
int
__wrap_namespace_visit(
	int fd, int host, int (*step)(void *data), void *data, bool *lost, struct report *to)
{
	(void)fd;
	(void)host;
	(void)to;
	*lost = false;
	return step(data);
}

/* stop kills a process of a listed user for a working directory alone. */
static void
a_line_of_a_damaged_record_lists_nobody(void **state)
{
	cleanup_fd int own = namespace_open_own();
	struct prepared_root prepared = {.folder = -1, .pin = own};
	struct membership membership = {0};

	(void)state;
	assert_true(own >= 0);
	assert_int_equal(record_add(&prepared.record, "mount", "1"), 0);
	assert_int_equal(record_add(&prepared.record, "uid", "1000"), 0);
	assert_int_equal(record_add(&prepared.record, "uid", "100x"), 0);
	assert_int_equal(record_add(&prepared.record, "gid", "300x"), 0);
	assert_int_equal(record_add(&prepared.record, "gid", "3001"), 0);
	assert_int_equal(record_add(&prepared.record, "gid", "4294967296"), 0);
	assert_int_equal(
		prepared_root_add_membership(&prepared, own, "games", &membership, &report), 0);
	assert_int_equal(membership.roots[0].users.count, 1);
	assert_true(membership_has_user(&membership, 0, 1000));
	assert_int_equal(membership.roots[0].groups.count, 1);
	assert_true(membership_has_group(&membership, 0, 3001));
	membership_release(&membership);
	record_release(&prepared.record);
	assert_string_equal(take_said(), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_pid_namespace_of_the_start_passes),
		TEST(the_initial_pid_namespace_passes),
		TEST(another_pid_namespace_is_refused),
		TEST(a_record_that_names_none_passes),
		TEST(a_line_of_a_damaged_record_lists_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
