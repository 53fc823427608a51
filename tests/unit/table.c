/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/table.h"
#include "said.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

static const struct table_column columns[] = {{.name = "ROOT"},
	{.name = "PROCESSES", .is_number = true}, {.name = "LIVE", .is_yes_no = true}};

static char printed[8192];

static int
print_to(struct table *table, int fd)
{
	cleanup_fd int own = dup(STDOUT_FILENO);
	int result;

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	result = table_print(table, &report);
	dup2(own, STDOUT_FILENO);
	clearerr(stdout);
	return result;
}

/* Blanks at the end of a line are the library's own affair. */
static const char *
trim(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		while (*from == '\n' && to > text && to[-1] == ' ')
			to--;
		*to++ = *from;
	}
	*to = '\0';
	return text;
}

/* Prints the table, and lets it go. */
static const char *
print(struct table *table)
{
	cleanup_fd int fd = memfd_create("output", MFD_CLOEXEC);

	assert_int_equal(print_to(table, fd), 0);
	table_free(table);
	assert_string_equal(take_said(), "");
	read_back(fd, printed, sizeof(printed));
	return trim(printed);
}

static struct table *
make(bool json)
{
	struct table *table = table_new("roots", columns, 3, json, &report);

	assert_non_null(table);
	return table;
}

static void
add(struct table *table, const char *root, const char *processes, const char *live)
{
	const char *const cells[] = {root, processes, live};

	assert_int_equal(table_add(table, cells, &report), 0);
}

static void
rows_are_columns_of_text(void **state)
{
	struct table *table = make(false);

	(void)state;
	add(table, "games", "7", "yes");
	add(table, "build32", "1234567890", NULL);
	assert_string_equal(print(table), "ROOT     PROCESSES LIVE\n"
					  "games            7 yes\n"
					  "build32 1234567890\n");
}

static void
json_has_numbers_and_truth_and_null(void **state)
{
	struct table *table = make(true);

	(void)state;
	add(table, "games", "7", "yes");
	add(table, "a \"quoted\" one", "0", "no");
	add(table, "b", NULL, "no");
	add(table, "c", "1", NULL);
	/* blanks between them are the library's own affair */
	print(table);
	for (char *from = printed, *to = printed; (*to = *from) != '\0'; from++)
		if (!strchr(" \n", *from))
			to++;
	assert_string_equal(printed,
		"{\"roots\":[{\"root\":\"games\",\"processes\":7,\"live\":true},"
		"{\"root\":\"a\\\"quoted\\\"one\",\"processes\":0,\"live\":false},"
		"{\"root\":\"b\",\"processes\":null,\"live\":false},"
		"{\"root\":\"c\",\"processes\":1,\"live\":null}]}");
}

static void
an_empty_table_is_silence_as_text_and_an_empty_list_in_json(void **state)
{
	(void)state;
	assert_string_equal(print(make(false)), "");
	assert_string_equal(print(make(true)), "{\"roots\": []}\n");
}

static void
a_long_cell_stays_whole(void **state)
{
	struct table *table = make(false);
	char path[1024];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	setenv("COLUMNS", "20", 1);
	add(table, path, "1", "no");
	assert_non_null(strstr(print(table), path));
	unsetenv("COLUMNS");
}

static void
what_steers_a_terminal_is_not_printed(void **state)
{
	struct table *table = make(false);

	(void)state;
	add(table, "a\033[2Jb\nc", "1", "no");
	assert_string_equal(print(table), "ROOT           PROCESSES LIVE\n"
					  "a\\x1b[2Jb\\x0ac         1 no\n");
}

/* A library without the locale would print \303 as \xc3. */
static void
letters_beyond_ascii_are_whole_and_bad_bytes_are_not_printed(void **state)
{
	struct table *table = make(false);

	(void)state;
	add(table, "f\303\274r", "1", "no");
	add(table, "a\233b\302\233c", "1", "no");
	assert_string_equal(print(table), "ROOT            PROCESSES LIVE\n"
					  "f\303\274r                     1 no\n"
					  "a\\x9bb\\xc2\\x9bc         1 no\n");
}

static void
a_full_disk_is_an_error(void **state)
{
	cleanup_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct table *table = make(false);

	(void)state;
	assert_true(full >= 0);
	add(table, "games", "7", "yes");
	assert_int_equal(print_to(table, full), -1);
	table_free(table);
	assert_string_equal(
		take_said(), "test: cannot write to standard output: No space left on device\n");
}

static void
no_table_may_be_freed(void **state)
{
	(void)state;
	table_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_are_columns_of_text),
		TEST(json_has_numbers_and_truth_and_null),
		TEST(an_empty_table_is_silence_as_text_and_an_empty_list_in_json),
		TEST(a_long_cell_stays_whole),
		TEST(what_steers_a_terminal_is_not_printed),
		TEST(letters_beyond_ascii_are_whole_and_bad_bytes_are_not_printed),
		TEST(a_full_disk_is_an_error),
		TEST(no_table_may_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
