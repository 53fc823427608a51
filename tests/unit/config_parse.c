/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/config_parse.h"
#include "said.h"

#include <stdlib.h>
#include <string.h>

static char assignments[2 * CONFIG_FILE_SIZE]; /* "LINE KEY=VALUE", each with a newline */

/* Reads all of them, or those before an error. */
static int
read_bytes(const char *bytes, size_t size)
{
	struct config_parse parse;
	cleanup_file FILE *stream = stream_of(bytes, size);
	cleanup_file FILE *out = fmemopen(assignments, sizeof(assignments), "w");
	int found, result = config_parse_open(&parse, stream, "games", &report);

	assignments[0] = '\0';
	while (result == 0 && (found = config_parse_key(&parse)) != 0) {
		result = found < 0 ? -1 : config_parse_value(&parse);
		if (result == 0)
			fprintf(out, "%u %s=%s\n", parse.key_line, parse.key, parse.value);
	}
	config_parse_close(&parse);
	return result;
}

static void
assert_read(const char *text, const char *expected)
{
	assert_int_equal(read_bytes(text, strlen(text)), 0);
	assert_string_equal(take_said(), "");
	assert_string_equal(assignments, expected);
}

/* The one assignment is on the first line. */
static void
assert_users(const char *text, const char *value)
{
	char expected[256];

	snprintf(expected, sizeof(expected), "1 users=%s\n", value);
	assert_read(text, expected);
}

/* place_and_reason: "LINE: what is wrong" */
static void
assert_refused_bytes(const char *bytes, size_t size, const char *place_and_reason)
{
	char expected[1024];

	snprintf(expected, sizeof(expected), "test: games:%s\n", place_and_reason);
	assert_int_equal(read_bytes(bytes, size), -1);
	assert_string_equal(take_said(), expected);
}

static void
assert_refused(const char *text, const char *place_and_reason)
{
	assert_refused_bytes(text, strlen(text), place_and_reason);
}

static void
a_file_may_be_empty_or_only_comments(void **state)
{
	static const char *const texts[] = {"", "\n", "# a", "\t # a\\\n \t\n#b\n", "\n\n  "};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_read(texts[i], "");
}

static void
a_value_stands_bare_or_in_quotes(void **state)
{
	(void)state;
	assert_users("users=bob", "bob");
	assert_users(" \tusers=bob \t# friends", "bob");
	assert_users("users=aZ09_./:,@%+=-\n", "aZ09_./:,@%+=-");
	assert_users("users=\"bob alice\"\n", "bob alice");
	assert_users("users='bob alice' #x\n", "bob alice");
	assert_users("users=", "");
	assert_users("users= # nobody\n", "");
	assert_users("users=\"\"\n", "");
	assert_users("users=''\n", "");
	assert_users("users=\"bj\303\266rn \360\237\216\256\"", "bj\303\266rn \360\237\216\256");
	assert_users("users='\340\240\200 \364\217\277\277'", "\340\240\200 \364\217\277\277");
}

static void
a_quoted_value_keeps_its_lines(void **state)
{
	(void)state;
	assert_users("users=\"\nbob\n\talice\n\n\"", "\nbob\n\talice\n\n");
	assert_users("users='\nbob\n# no comment\n'", "\nbob\n# no comment\n");
}

static void
a_backslash_means_in_double_quotes_what_it_means_to_sh(void **state)
{
	(void)state;
	assert_users("users=\"\\\"\\\\\\$\\`\"", "\"\\$`");
	assert_users("users=\"a\\\nb\"", "ab");
	assert_users("users=\"a\\040b\\n\\'\\#\"", "a\\040b\\n\\'\\#");
	assert_users("users=\"\\\\\\\\040\"", "\\\\040");
	assert_users("users=\"\\\\\nb\"", "\\\nb");
	assert_users("users=\"it's\"", "it's");
}

static void
single_quotes_keep_all_as_it_is(void **state)
{
	(void)state;
	assert_users("users='$a `b` \"c\" \\d\\\ne \\\\'", "$a `b` \"c\" \\d\\\ne \\\\");
}

static void
a_line_number_is_where_the_assignment_begins(void **state)
{
	(void)state;
	assert_read("\n# a\nroot=/a\nusers=\"b\\\n\nc\"\nshell='/s'\n",
		"3 root=/a\n4 users=b\nc\n7 shell=/s\n");
}

/* The keys that there are, and how often each may be set, are the caller's business. */
static void
any_name_is_a_key(void **state)
{
	(void)state;
	assert_read("_a1=x\nA=y\n_a1=\nrc_need='z'", "1 _a1=x\n2 A=y\n3 _a1=\n4 rc_need=z\n");
}

static void
a_key_is_known_before_its_value_is_read(void **state)
{
	static const char text[] = "a=b\nnokey=$x\n";
	struct config_parse parse;
	cleanup_file FILE *stream = stream_of(text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(config_parse_open(&parse, stream, "games", &report), 0);
	assert_int_equal(config_parse_key(&parse), 1);
	assert_int_equal(config_parse_value(&parse), 0);
	assert_int_equal(config_parse_key(&parse), 1);
	assert_string_equal(parse.key, "nokey");
	assert_int_equal(parse.key_line, 2);
	assert_string_equal(take_said(), "");
	config_parse_close(&parse);
}

/* A later error is looked up in it. */
static void
the_source_of_a_value_is_kept_where_it_has_escapes(void **state)
{
	static const char text[] = "a=\"b\\\nc\\$\" # d\ne='f\\\ng'\nh=i\n";
	struct config_parse parse;
	cleanup_file FILE *stream = stream_of(text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(config_parse_open(&parse, stream, "games", &report), 0);
	assert_int_equal(config_parse_key(&parse), 1);
	assert_int_equal(config_parse_value(&parse), 0);
	assert_string_equal(parse.value, "bc$");
	assert_string_equal(parse.source, "b\\\nc\\$");
	for (int left = 2; left > 0; left--) {
		assert_int_equal(config_parse_key(&parse), 1);
		assert_int_equal(config_parse_value(&parse), 0);
		assert_null(parse.source);
	}
	assert_int_equal(config_parse_key(&parse), 0);
	assert_int_equal(config_parse_key(&parse), 0);
	config_parse_close(&parse);
}

static void
a_line_of_a_value_is_found_in_the_file(void **state)
{
	(void)state;
	assert_int_equal(config_parse_line(NULL, 3, 2), 5);
	assert_int_equal(config_parse_line("a\nb", 3, 1), 4);
	assert_int_equal(config_parse_line("\\\na\nb", 3, 0), 4);
	assert_int_equal(config_parse_line("a\\\nb\n\\\nc", 3, 1), 6);
	assert_int_equal(config_parse_line("a\\\\\nb", 3, 1), 4);
	assert_int_equal(config_parse_line("a\n", 3, 9), 4);
}

static void
what_needs_a_shell_is_refused(void **state)
{
	(void)state;
	assert_refused("users=$bob",
		"1: `$` needs a shell; for the character itself, put the value in "
		"single quotes");
	assert_refused("users=a`id`",
		"1: ``` needs a shell; for the character itself, put the value "
		"in single quotes");
	assert_refused(
		"users=\"a\n$b\"", "2: `$` needs a shell; write \\$ for the character itself");
	assert_refused(
		"users=\"`id`\"", "1: ``` needs a shell; write \\` for the character itself");
	assert_refused(
		"users=\"100$\"", "1: `$` needs a shell; write \\$ for the character itself");
	assert_refused(
		"export users=bob", "1: `export` is a command for a shell; write KEY=VALUE alone");
	assert_refused(
		"export users", "1: `export` is a command for a shell; write KEY=VALUE alone");
	assert_refused("users+=bob", "1: `+=` is not understood; write the whole value");
	assert_refused("users=bob; id", "1: a value with `;` needs quotes");
	assert_refused("users=bob&", "1: a value with `&` needs quotes");
	assert_refused("users=(bob)", "1: a value with `(` needs quotes");
	assert_refused("users=~bob", "1: a value with `~` needs quotes");
	assert_refused("users=b*", "1: a value with `*` needs quotes");
	assert_refused("users=a\\ b", "1: a value with `\\` needs quotes");
	assert_refused("users=bob#x", "1: a value with `#` needs quotes");
	assert_refused("users=bj\303\266rn", "1: a value with letters beyond ASCII needs quotes");
}

static void
two_words_need_quotes(void **state)
{
	(void)state;
	assert_refused("users=bob alice", "1: a value with blanks needs quotes");
	assert_refused("users=bob\tshell=",
		"1: two assignments on one line; write each on a line of its "
		"own");
	assert_refused("users=\"bob\" alice", "1: only a comment may follow a value");
	assert_refused("users='bob' ;", "1: only a comment may follow a value");
}

static void
blanks_around_the_equals_sign_are_refused(void **state)
{
	(void)state;
	assert_refused("\nusers = bob", "2: no blanks may stand around `=`");
	assert_refused("users= bob", "1: no blanks may stand around `=`");
	assert_refused("users= \"bob\"", "1: no blanks may stand around `=`");
	assert_refused("users =bob", "1: no blanks may stand around `=`");
}

static void
a_value_is_one_piece(void **state)
{
	(void)state;
	assert_refused("users=a\"b\"", "1: put the whole value inside one pair of quotes");
	assert_refused("users=a'b'", "1: put the whole value inside one pair of quotes");
	assert_refused("users=\"a\"b", "1: put the whole value inside one pair of quotes");
	assert_refused("users='a''b'", "1: put the whole value inside one pair of quotes");
	assert_refused("users=\"\"#x", "1: put the whole value inside one pair of quotes");
}

static void
an_open_quote_is_named_by_the_line_that_opened_it(void **state)
{
	(void)state;
	assert_refused("\nusers=\"bob\n\n", "4: the quote opened on line 2 is not closed");
	assert_refused("users='bob", "1: the quote opened on line 1 is not closed");
	assert_refused("users=\"bob\\", "1: the quote opened on line 1 is not closed");
	assert_refused("users=\"bob\nshell=\"/bin/sh\"\n",
		"2: the quote opened on line 1 ends here, and more follows it; is its closing "
		"quote "
		"missing?");
	assert_refused("users='bob\nshell=' /bin/sh'\n",
		"2: the quote opened on line 1 ends here, and more follows it; is its closing "
		"quote "
		"missing?");
}

static void
a_line_that_is_no_assignment_is_refused(void **state)
{
	static const char begins[] =
		"1: a line begins with a key, as in root=\"/opt/games\", or with `#`";

	(void)state;
	assert_refused("users", "1: `users` is not followed by `=`");
	assert_refused("users \t\n", "1: `users` is not followed by `=`");
	assert_refused("users[0]=bob", "1: `users` is not followed by `=`");
	assert_refused("=bob", begins);
	assert_refused("1users=bob", begins);
	assert_refused(". /etc/other", begins);
	assert_refused("\"users\"=bob", begins);
	assert_refused("\\\nusers=bob", begins);
	assert_refused("\357\273\277users=bob", begins);
}

static void
bytes_that_are_no_text_are_refused(void **state)
{
	static const char nul[] = "users=a\n#\0\n";
	static const char *const no_utf8[] = {"\200", "\300\257", "\303", "\303(", "\302\205",
		"\340\237\277", "\355\240\200", "\360\217\277\277", "\364\220\200\200",
		"\365\200\200\200", "\342\202", "\360\237\216"};

	(void)state;
	assert_refused_bytes(nul, sizeof(nul) - 1, "2: a NUL byte; this is not a text file");
	assert_refused("users=bob\r\n",
		"1: a carriage return; a newline alone ends a line here; to mend "
		"it: sed -i 's/\\r$//' games");
	assert_refused("users=\"\n\033[31m\"", "2: control character \\033");
	assert_refused("# \177", "1: control character \\177");
	assert_refused("\fusers=bob", "1: control character \\014");
	for (size_t i = 0; i < sizeof(no_utf8) / sizeof(*no_utf8); i++) {
		char text[32], expected[80];

		snprintf(text, sizeof(text), "users='%s'", no_utf8[i]);
		snprintf(expected, sizeof(expected),
			"1: byte \\%03o begins no printable UTF-8 character",
			(unsigned char)no_utf8[i][0]);
		assert_refused(text, expected);
	}
}

static void
a_file_of_64_kib_is_read_and_a_larger_one_is_not(void **state)
{
	cleanup_free char *text = malloc(CONFIG_FILE_SIZE + 1);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', CONFIG_FILE_SIZE + 1);
	memcpy(text, "users=", 6);
	assert_int_equal(read_bytes(text, CONFIG_FILE_SIZE), 0);
	assert_int_equal(strlen(assignments), strlen("1 \n") + CONFIG_FILE_SIZE);
	assert_refused_bytes(text, CONFIG_FILE_SIZE + 1, " larger than 64 KiB");
}

static void
a_stream_that_cannot_be_read_is_an_error(void **state)
{
	struct config_parse parse;
	cleanup_file FILE *stream = fopen("/", "r");
	char expected[128];

	(void)state;
	assert_non_null(stream);
	snprintf(expected, sizeof(expected), "test: games: cannot be read: %s\n", strerror(EISDIR));
	assert_int_equal(config_parse_open(&parse, stream, "games", &report), -1);
	assert_string_equal(take_said(), expected);
	config_parse_close(&parse);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_may_be_empty_or_only_comments),
		TEST(a_value_stands_bare_or_in_quotes),
		TEST(a_quoted_value_keeps_its_lines),
		TEST(a_backslash_means_in_double_quotes_what_it_means_to_sh),
		TEST(single_quotes_keep_all_as_it_is),
		TEST(a_line_number_is_where_the_assignment_begins),
		TEST(any_name_is_a_key),
		TEST(a_key_is_known_before_its_value_is_read),
		TEST(the_source_of_a_value_is_kept_where_it_has_escapes),
		TEST(a_line_of_a_value_is_found_in_the_file),
		TEST(what_needs_a_shell_is_refused),
		TEST(two_words_need_quotes),
		TEST(blanks_around_the_equals_sign_are_refused),
		TEST(a_value_is_one_piece),
		TEST(an_open_quote_is_named_by_the_line_that_opened_it),
		TEST(a_line_that_is_no_assignment_is_refused),
		TEST(bytes_that_are_no_text_are_refused),
		TEST(a_file_of_64_kib_is_read_and_a_larger_one_is_not),
		TEST(a_stream_that_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
