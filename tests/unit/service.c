/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/service.h"
#include "said.h"

#include <errno.h>
#include <string.h>

static size_t copies; /* of strings that there is memory for */

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

char *
__wrap_strdup(const char *text)
{
	if (copies > 0) {
		copies--;
		return __real_strdup(text);
	}
	errno = ENOMEM;
	return NULL;
}

/* A service without a file of its own, on a machine where nothing was started. */
static int
find_names(struct service_names *names)
{
	static struct catalogue_entry entries[] = {
		{.name = "demo"}, {.name = "games", .has_symlink = true}, {.name = "zoo"}};
	struct service service = {.report = &report,
		.catalogue = {.entries = entries, .count = sizeof(entries) / sizeof(*entries)},
		.is_read = true,
		.is_good = true};

	return service_names(&service, false, names);
}

static void
the_service_handles_each_root_that_is_no_service_of_its_own(void **state)
{
	struct service_names names;

	(void)state;
	copies = 2;
	assert_int_equal(find_names(&names), 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.all[0], "demo");
	assert_string_equal(names.all[1], "zoo");
	service_names_release(&names);
	assert_string_equal(take_said(), "");
}

/* To handle some of them would look like handling all. */
static void
without_memory_for_the_name_of_each_root_there_is_none(void **state)
{
	struct service_names names;
	char expected[128];

	(void)state;
	copies = 1;
	assert_int_equal(find_names(&names), -1);
	assert_int_equal(names.count, 0);
	assert_null(names.all);
	snprintf(expected, sizeof(expected), "test: cannot list the roots: %s\n", strerror(ENOMEM));
	assert_string_equal(take_said(), expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_service_handles_each_root_that_is_no_service_of_its_own),
		cmocka_unit_test(without_memory_for_the_name_of_each_root_there_is_none),
	};

	return cmocka_run_group_tests(tests, report_to_memory, report_close);
}
