/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "enter/options.h"
#include "said.h"

#include <string.h>

#define WORDS_MAX 16

/* A command line: words that end with NULL behind the program's own. */
struct line {
	int count;
	char *words[WORDS_MAX + 1];
};

#define LINE(...) line_of((const char *const[]){"chroot-enter", __VA_ARGS__, NULL})

static struct line
line_of(const char *const *words)
{
	struct line line = {0};

	for (; *words; words++) {
		assert_true(line.count < WORDS_MAX);
		line.words[line.count++] = (char *)(uintptr_t)*words;
	}
	return line;
}

/* The answer to a line that is taken. */
static void
release(struct options *options)
{
	free(options->added);
	free(options->binds);
}

static struct options
taken(struct line *line)
{
	struct options options;

	assert_int_equal(options_read(&options, line->count, line->words, &report), 0);
	assert_string_equal(take_said(), "");
	return options;
}

static void
assert_refused(struct line line, const char *why)
{
	char expected[512];
	struct options options;

	assert_int_equal(options_read(&options, line.count, line.words, &report), -1);
	snprintf(expected, sizeof(expected), "test: %s; chroot-enter -h says what there is\n", why);
	assert_string_equal(take_said(), expected);
	release(&options);
}

static void
each_option_has_a_letter_and_a_name(void **state)
{
	struct line lines[] = {
		LINE("-ualice:players", "-Gaudio,video", "-d/srv", "-E", "-eA=1", "-b", "/a:/b",
			"--bind-ro", "/c", "games", "true"),
		LINE("--user=alice:players", "--groups", "audio,video", "--directory=/srv",
			"--keep-env", "--env=A=1", "--bind=/a:/b", "--bind-ro=/c", "games", "--",
			"true"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct options options = taken(&lines[i]);

		assert_string_equal(options.user, "alice:players");
		assert_string_equal(options.groups, "audio,video");
		assert_string_equal(options.directory, "/srv");
		assert_true(options.keeps_all);
		assert_int_equal(options.added_count, 1);
		assert_string_equal(options.added[0], "A=1");
		assert_int_equal(options.bind_count, 2);
		assert_string_equal(options.binds[0].word, "/a:/b");
		assert_false(options.binds[0].is_read_only);
		assert_string_equal(options.binds[1].word, "/c");
		assert_true(options.binds[1].is_read_only);
		assert_string_equal(options.root, "games");
		assert_string_equal(options.command[0], "true");
		assert_null(options.command[1]);
		assert_false(options.login || options.lists);
		release(&options);
	}
}

static void
without_a_command_it_is_a_shell(void **state)
{
	struct line line = LINE("-ls/bin/ash", "games", "--");
	struct options options = taken(&line);

	(void)state;
	assert_true(options.login);
	assert_string_equal(options.shell, "/bin/ash");
	assert_string_equal(options.root, "games");
	assert_null(options.command);
	release(&options);
}

static void
behind_the_root_all_words_are_the_commands(void **state)
{
	struct line lines[] = {LINE("games", "ls", "-u", "bob", "--", "-V"),
		LINE("games", "--", "-u", "bob", "-h"), LINE("--", "games", "--", "--")};
	const int begins[] = {2, 3, 4};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct options options = taken(&lines[i]);

		assert_string_equal(options.root, "games");
		assert_null(options.user);
		assert_ptr_equal(options.command, lines[i].words + begins[i]);
		release(&options);
	}
}

static void
a_list_stands_alone(void **state)
{
	struct line line = LINE("--list");
	struct options options = taken(&line);

	(void)state;
	assert_true(options.lists);
	assert_null(options.root);
	release(&options);
	assert_refused(LINE("--list", "games"), "--list stands alone");
	assert_refused(LINE("-E", "--list"), "--list stands alone");
}

static void
other_lines_are_refused(void **state)
{
	(void)state;
	assert_refused(LINE("-E"), "a root is missing");
	assert_refused(LINE("-Ed"), "a value is missing behind -Ed");
	assert_refused(LINE("-E", "--user"), "a value is missing behind --user");
	assert_refused(LINE("-E", "--login=yes", "games"), "--login=yes takes no value");
	assert_refused(LINE("-d", "", "games"), "-d wants an absolute path, not ''");
	assert_refused(LINE("-s", "sh", "games"), "-s wants an absolute path, not sh");
	assert_refused(LINE("-e", "=1", "games"), "-e wants NAME=VALUE, not =1");
	assert_refused(LINE("-G", "audio", "games"), "-G is for the user of -u");
	assert_refused(LINE("-l", "games", "true"), "-l is for a shell, not for a command");
}

static void
assert_misplaced(struct line line, const char *expected)
{
	struct options options;

	assert_int_equal(options_read(&options, line.count, line.words, &report), -1);
	assert_string_equal(take_said(), expected);
	release(&options);
}

static void
a_line_that_is_too_long_is_not_printed(void **state)
{
	static char many[5000];

	(void)state;
	memset(many, 'x', sizeof(many) - 1);
	assert_misplaced(
		LINE("games", "-l", many), "test: cannot run -l: options stand before the root\n");
	assert_misplaced(LINE("games", "-l", "a\nb"),
		"test: cannot run -l: options stand before the root\n");
}

static void
an_option_behind_the_root_is_moved_before_it(void **state)
{
	(void)state;
	assert_misplaced(LINE("games", "-l"),
		"test: cannot run -l: options stand before the root; to mend it: chroot-enter -l games\n");
	assert_misplaced(LINE("-E", "games", "--user", "a b", "-d/", "ls", "-l"),
		"test: cannot run --user: options stand before the root; to mend it: chroot-enter -E --user 'a b' -d/ games ls -l\n");
	assert_misplaced(LINE("games", "--help", "--", "it's"),
		"test: cannot run --help: options stand before the root; to mend it: chroot-enter --help -- games 'it'\\''s'\n");
	assert_misplaced(LINE("games", "-x", "ls"),
		"test: cannot run -x: a command that begins with - stands behind --\n");
	assert_misplaced(LINE("games", "-lu"),
		"test: cannot run -lu: a command that begins with - stands behind --\n");
	assert_misplaced(LINE("games", "-"),
		"test: cannot run -: a command that begins with - stands behind --\n");
	assert_misplaced(LINE("games", "--list"),
		"test: cannot run --list: a command that begins with - stands behind --\n");
	assert_misplaced(LINE("--", "games", "-l"),
		"test: cannot run -l: a command that begins with - stands behind --\n");
}

static void
what_is_unknown_is_seen(void **state)
{
	(void)state;
	assert_refused(LINE("--no=5", "games"), "unknown option --no=5");
	assert_refused(LINE("-Ex", "games"), "unknown option -x");
	assert_refused(LINE("-xE", "games"), "unknown option -x");
	assert_refused(LINE("-\x1b", "games"), "unknown option -\\033");
	assert_refused(LINE("-\xc3\xa4", "games"), "unknown option -\\303");
	assert_refused(LINE("-\xff", "games"), "unknown option -\\377");
}

static void
nothing_is_left_of_the_line_before(void **state)
{
	struct line line = LINE("-l", "games");
	struct options options;

	(void)state;
	assert_refused(LINE("-E", "-xll", "games"), "unknown option -x");
	options = taken(&line);
	assert_true(options.login);
	assert_false(options.keeps_all);
	release(&options);
}

static void
a_line_without_words_is_refused(void **state)
{
	char *words[] = {NULL};
	struct options options;

	(void)state;
	assert_int_equal(options_read(&options, 0, words, &report), -1);
	assert_string_equal(take_said(), "test: it was called without a name of its own\n");
	release(&options);
}

static void
help_and_version_go_to_standard_output(void **state)
{
	static const char *const words[][2] = {
		{"-h", "usage: chroot-enter "}, {"--version", "chroot-enter " VERSION "\n"}};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct line line = LINE("-E", words[i][0], "--nonsense");
		cleanup_fd int own = dup(STDOUT_FILENO);
		cleanup_fd int written = memfd_create("output", MFD_CLOEXEC);
		struct options options;
		char text[4096];
		int result;

		assert_true(own >= 0 && written >= 0);
		fflush(stdout);
		dup2(written, STDOUT_FILENO);
		result = options_read(&options, line.count, line.words, &report);
		dup2(own, STDOUT_FILENO);
		release(&options);
		assert_int_equal(result, 1);
		assert_string_equal(take_said(), "");
		assert_memory_equal(
			read_back(written, text, sizeof(text)), words[i][1], strlen(words[i][1]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_option_has_a_letter_and_a_name),
		cmocka_unit_test(without_a_command_it_is_a_shell),
		cmocka_unit_test(behind_the_root_all_words_are_the_commands),
		cmocka_unit_test(a_list_stands_alone),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(a_line_that_is_too_long_is_not_printed),
		cmocka_unit_test(an_option_behind_the_root_is_moved_before_it),
		cmocka_unit_test(what_is_unknown_is_seen),
		cmocka_unit_test(nothing_is_left_of_the_line_before),
		cmocka_unit_test(a_line_without_words_is_refused),
		cmocka_unit_test(help_and_version_go_to_standard_output),
	};

	return cmocka_run_group_tests(tests, report_to_memory, report_close);
}
