/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/report.h"
#include "common/report_word.h"
#include "said.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

static int
begin(void **state)
{
	int result = report_to_memory(state);

	report.program = "chroot-mounts";
	return result;
}

static void
a_report_begins_on_standard_error_with_warnings(void **state)
{
	struct report fresh;

	(void)state;
	report_init(&fresh, "chroot-enter");
	assert_string_equal(fresh.program, "chroot-enter");
	assert_null(fresh.subject);
	assert_int_equal(fresh.level, REPORT_WARNINGS);
	assert_int_equal(fresh.fd, STDERR_FILENO);
	assert_int_equal(fresh.errors, 0);
}

static void
an_error_says_who_what_why_and_what_mends_it(void **state)
{
	(void)state;
	assert_int_equal(report_error(&report, 0, "no root `%s`", "x"), -1);
	assert_string_equal(take_said(), "chroot-mounts: no root `x`\n");
	report.subject = "games";
	report_mend(&report, "chown %s /opt/games", "root:root");
	assert_int_equal(report_error(&report, EACCES, "cannot open %s", "/opt/games"), -1);
	assert_string_equal(take_said(), "chroot-mounts: games: cannot open /opt/games: Permission "
					 "denied; to mend it: chown root:root /opt/games\n");
	assert_int_equal(report.errors, 2);
}

static void
what_mends_is_said_once(void **state)
{
	(void)state;
	report_mend(&report, "reboot");
	report_error(&report, 0, "a");
	report_error(&report, 0, "b");
	assert_string_equal(
		take_said(), "chroot-mounts: a; to mend it: reboot\nchroot-mounts: b\n");
}

static void
the_level_decides_what_is_said_and_never_silences_an_error(void **state)
{
	static const char *const expected[] = {
		[REPORT_ERRORS] = "chroot-mounts: e\n",
		[REPORT_WARNINGS] = "chroot-mounts: e\nchroot-mounts: w1\n",
		[REPORT_NOTES] = "chroot-mounts: e\nchroot-mounts: w1\nchroot-mounts: n2\n",
	};

	(void)state;
	for (enum report_level level = REPORT_ERRORS; level <= REPORT_NOTES; level++) {
		report.level = level;
		report_error(&report, 0, "e");
		report_warning(&report, "w%d", 1);
		report_note(&report, "n%d", 2);
		assert_string_equal(take_said(), expected[level]);
	}
	assert_int_equal(report.errors, 3);
}

static void
bytes_that_steer_a_terminal_are_written_in_octal(void **state)
{
	(void)state;
	report_error(&report, 0, "%s", "a\033[2J\nb\r\177\tc");
	assert_string_equal(take_said(), "chroot-mounts: a\\033[2J\\012b\\015\\177\\011c\n");
	/* C1 as UTF-8 writes it, and a letter that is none */
	report_error(&report, 0, "%s", "\302\233 \303\233");
	assert_string_equal(take_said(), "chroot-mounts: \\302\\233 \303\233\n");
	/* no UTF-8: a byte alone, a character cut short, one written too long */
	report_error(&report, 0, "%s", "\377 \342\202\254 \342\202 \300\257 \303");
	assert_string_equal(
		take_said(), "chroot-mounts: \\377 \342\202\254 \\342\\202 \\300\\257 \\303\n");
}

/* The first and the last of each row of The Unicode Standard, table 3-7, and their neighbours. */
static void
a_character_ends_where_unicode_says(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} characters[] = {
		{"\037", 0},
		{" ", 1},
		{"~", 1},
		{"\177", 0},
		{"\t", 1},
		{"\n", 1},
		{"\200", 0},
		{"\301\277", 0},
		{"\302\200", 0},
		{"\302\237", 0},
		{"\302\240", 2},
		{"\302\277", 2},
		{"\303\177", 0},
		{"\303\200", 2},
		{"\303\300", 0},
		{"\337\277", 2},
		{"\340\237\277", 0},
		{"\340\240\200", 3},
		{"\354\277\277", 3},
		{"\355\237\277", 3},
		{"\355\240\200", 0},
		{"\356\200\200", 3},
		{"\357\277\277", 3},
		{"\357\277\300", 0},
		{"\360\217\277\277", 0},
		{"\360\220\200\200", 4},
		{"\363\277\277\277", 4},
		{"\364\217\277\277", 4},
		{"\364\220\200\200", 0},
		{"\365\200\200\200", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++) {
		const char *text = characters[i].text;

		assert_int_equal(report_character_length((const unsigned char *)text, strlen(text)),
			characters[i].length);
		assert_int_equal(
			report_character_length((const unsigned char *)text, strlen(text) - 1),
			strlen(text) > 1 || characters[i].length == 0 ? 0 : characters[i].length);
	}
}

static void
a_long_message_is_still_one_line(void **state)
{
	char text[1000], expected[8 * sizeof(text)];

	(void)state;
	memset(text, '\n', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	report.subject = text;
	report_error(&report, 0, "%s", text);
	for (size_t i = 0; i < 2 * (sizeof(text) - 1); i++)
		memcpy(expected + 4 * i, "\\012", 5);
	take_said();
	assert_int_equal(strlen(said), strlen("chroot-mounts: : \n") + strlen(expected));
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

static void
errno_is_kept(void **state)
{
	(void)state;
	errno = ENOTTY;
	close(report.fd);
	report.fd = -1;
	report_error(&report, EACCES, "e");
	assert_int_equal(errno, ENOTTY);
	report_warning(&report, "w");
	assert_int_equal(errno, ENOTTY);
	report_mend(&report, "m");
	assert_int_equal(errno, ENOTTY);
	report_error(&report, 0, "the command is freed with it");
	report.fd = memfd_create("report", MFD_CLOEXEC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, report_close)

static void
a_path_in_a_command_is_one_word(void **state)
{
	(void)state;
	assert_string_equal(report_word(&report, "/opt/games-1.0_x"), "/opt/games-1.0_x");
	assert_string_equal(report_word(&report, "/opt/my tree"), "'/opt/my tree'");
	assert_string_equal(report_word(&report, "/a;reboot"), "'/a;reboot'");
	assert_string_equal(report_word(&report, "/it's"), "'/it'\\''s'");
	assert_string_equal(report_word(&report, ""), "''");
	report_error(&report, 0, "the words end with it");
	assert_null(report.words);
}

/* The longest path there is, of quotes alone, twice. */
static void
a_command_is_said_whole_however_long_it_is(void **state)
{
	char path[4096], quoted[4 * sizeof(path)] = "'", expected[3 * sizeof(quoted)];

	(void)state;
	memset(path, '\'', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	for (size_t i = 0; i < sizeof(path) - 1; i++)
		memcpy(quoted + 1 + 4 * i, "'\\''", 4);
	memcpy(quoted + 1 + 4 * (sizeof(path) - 1), "'", 2);
	snprintf(expected, sizeof(expected), "chroot-mounts: a; to mend it: rm %s && touch %s\n",
		quoted, quoted);
	report_mend(&report, "rm %s && touch %s", report_word(&report, path),
		report_word(&report, path));
	report_error(&report, 0, "a");
	assert_string_equal(take_said(), expected);
}

void *__wrap_malloc(size_t size);
void *__real_malloc(size_t size);

static bool has_no_memory;

void *
__wrap_malloc(size_t size)
{
	return has_no_memory ? NULL : __real_malloc(size);
}

static void
without_memory_an_error_is_said_and_no_part_of_a_command(void **state)
{
	(void)state;
	has_no_memory = true;
	report_mend(&report, "rm %s", report_word(&report, "/a b"));
	report_error(&report, 0, "a");
	report_mend(&report, "rm -rf /a/b");
	report_error(&report, 0, "b");
	has_no_memory = false;
	assert_string_equal(take_said(), "chroot-mounts: a\nchroot-mounts: b\n");
	report_mend(&report, "rm %s", report_word(&report, "/a b"));
	report_error(&report, 0, "c");
	assert_string_equal(take_said(), "chroot-mounts: c; to mend it: rm '/a b'\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_begins_on_standard_error_with_warnings),
		TEST(an_error_says_who_what_why_and_what_mends_it),
		TEST(what_mends_is_said_once),
		TEST(the_level_decides_what_is_said_and_never_silences_an_error),
		TEST(bytes_that_steer_a_terminal_are_written_in_octal),
		TEST(a_character_ends_where_unicode_says),
		TEST(a_long_message_is_still_one_line),
		TEST(errno_is_kept),
		TEST(a_path_in_a_command_is_one_word),
		TEST(a_command_is_said_whole_however_long_it_is),
		TEST(without_memory_an_error_is_said_and_no_part_of_a_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
