/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/tickets.h"

#include <string.h>

static const struct tickets_directory *
directory_of_sudo(void)
{
	for (size_t i = 0; i < TICKETS_DIRECTORIES; i++)
		if (strcmp(tickets_directory(i)->path, "/run/sudo") == 0)
			return tickets_directory(i);
	fail_msg("sudo has a directory");
	return NULL;
}

static void
a_source_at_or_above_a_directory_shows_it(void **state)
{
	static const struct {
		const char *source, *below; /* NULL: it is not shown */
	} cases[] = {{"/", "/run/sudo"}, {"/run", "/sudo"}, {"/run/sudo", ""},
		{"/var/run", "/sudo"}, {"/var/run/sudo", ""}, {"/run/sud", NULL},
		{"/run/sudoers", NULL}, {"/ru", NULL}, {"/run/sudo/ts", NULL}, {"/run/user", NULL},
		{"/var", NULL}, {"/var/ru", NULL}, {"/var/runs", NULL}, {"/var/run/user", NULL},
		{"/srv/run", NULL}, {"/v", NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *below = tickets_below(directory_of_sudo(), cases[i].source);

		if (cases[i].below)
			assert_string_equal(below, cases[i].below);
		else
			assert_null(below);
	}
}

static void
a_source_inside_a_directory_is_a_part_of_it(void **state)
{
	static const char *const inside[] = {
		"/run/sudo/ts", "/run/sudo/ts/alice", "/var/run/sudo/ts"};
	static const char *const elsewhere[] = {"/", "/run", "/run/sudo", "/run/sudoers/ts",
		"/run/doas/ts", "/var/run/sudo", "/var/sudo/ts", "/srv/run/sudo/ts"};

	(void)state;
	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++)
		assert_true(tickets_contain(directory_of_sudo(), inside[i]));
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		assert_false(tickets_contain(directory_of_sudo(), elsewhere[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_at_or_above_a_directory_shows_it),
		cmocka_unit_test(a_source_inside_a_directory_is_a_part_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
