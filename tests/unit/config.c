/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/config.h"
#include "said.h"

#include <stdlib.h>
#include <string.h>

/* How many allocations there are before one fails; less than 0: none does. */
static int allocations_left = -1;

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
char *__wrap_strndup(const char *text, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static bool
is_exhausted(void)
{
	if (allocations_left < 0)
		return false;
	return allocations_left == 0 || --allocations_left < 0;
}

char *
__wrap_strdup(const char *text)
{
	return is_exhausted() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t size)
{
	return is_exhausted() ? NULL : __real_strndup(text, size);
}

void *
__wrap_malloc(size_t size)
{
	return is_exhausted() ? NULL : __real_malloc(size);
}

static int
read_text(struct config_file *file, const char *text, enum config_kind kind)
{
	cleanup_file FILE *stream = stream_of(text, strlen(text));

	return config_read(file, stream, "games", kind, false, &report);
}

static void
assert_holds_nothing(const struct config_file *file)
{
	assert_null(file->path);
	for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
		assert_null(file->values[key].text);
		assert_null(file->values[key].source);
		assert_int_equal(file->values[key].line, 0);
	}
}

/* Only the key is set, to this, and nothing is said. */
static void
assert_value(enum config_kind kind, const char *text, enum config_key key, const char *expected)
{
	struct config_file file;

	assert_int_equal(read_text(&file, text, kind), 0);
	assert_string_equal(take_said(), "");
	for (enum config_key other = 0; other < CONFIG_KEYS; other++)
		if (other != key)
			assert_null(file.values[other].text);
	assert_non_null(file.values[key].text);
	assert_string_equal(file.values[key].text, expected);
	config_release(&file);
}

/* place_and_reason: "LINE: what is wrong" */
static void
assert_refused_in(const char *text, enum config_kind kind, const char *place_and_reason)
{
	struct config_file file;
	char expected[1024];

	snprintf(expected, sizeof(expected), "test: games:%s\n", place_and_reason);
	assert_int_equal(read_text(&file, text, kind), -1);
	assert_string_equal(take_said(), expected);
	assert_holds_nothing(&file);
}

static void
assert_refused(const char *text, const char *place_and_reason)
{
	assert_refused_in(text, CONFIG_INSTANCE, place_and_reason);
}

static void
assert_refused_in_service(const char *text, const char *place_and_reason)
{
	assert_refused_in(text, CONFIG_SERVICE, place_and_reason);
}

static void
a_value_is_held_with_its_line(void **state)
{
	struct config_file file;

	(void)state;
	assert_int_equal(
		read_text(&file, "\n# a\nusers=\"b\\\n\nc\"\nshell='/s'", CONFIG_INSTANCE), 0);
	assert_string_equal(file.path, "games");
	assert_string_equal(file.values[CONFIG_USERS].text, "b\nc");
	assert_string_equal(file.values[CONFIG_USERS].source, "b\\\n\nc");
	assert_int_equal(file.values[CONFIG_USERS].line, 3);
	assert_string_equal(file.values[CONFIG_SHELL].text, "/s");
	assert_null(file.values[CONFIG_SHELL].source);
	assert_int_equal(file.values[CONFIG_SHELL].line, 6);
	assert_null(file.values[CONFIG_ROOT].text);
	config_release(&file);
}

/* tests/unit/config_parse.c has the grammar itself. */
static void
a_file_with_an_error_is_refused_whole(void **state)
{
	(void)state;
	assert_refused("users=bob\nshell=$a", "2: `$` needs a shell; for the character itself, put "
					      "the value in single quotes");
	assert_refused("users=bob\nshell", "2: `shell` is not followed by `=`");
	assert_refused("users=bob\n\033", "2: control character \\033");
}

/* What is wrong first is said first. */
static void
a_key_is_refused_before_its_value(void **state)
{
	(void)state;
	assert_refused("nokey=$a", "1: unknown key `nokey`");
	assert_refused("roots=$a", "1: `roots` belongs in conf.d/chroot-mounts");
	assert_refused("users=a\nusers=$a", "2: `users` was set on line 1 already");
	assert_refused("shell=a b", "1: a value with blanks needs quotes");
}

static void
an_unknown_key_is_named(void **state)
{
	char text[256] = "", expected[256];

	(void)state;
	assert_refused("\n\nuser=bob", "3: unknown key `user`");
	assert_refused("Users=bob", "1: unknown key `Users`");
	assert_refused("usersx=bob", "1: unknown key `usersx`");
	assert_refused("rc=bob", "1: unknown key `rc`");
	memset(text, 'a', 200);
	strcpy(text + 200, "=");
	snprintf(expected, sizeof(expected), "1: unknown key `%.80s`", text);
	assert_refused(text, expected);
}

static void
each_key_is_read_under_its_name(void **state)
{
	(void)state;
	assert_string_equal(config_key_name(CONFIG_EXTRA_MOUNTS), "extra_mounts");
	for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
		char text[64];

		snprintf(text, sizeof(text), "%s=", config_key_name(key));
		assert_value(key == CONFIG_ROOTS ? CONFIG_SERVICE : CONFIG_INSTANCE, text, key, "");
	}
}

/* tests/style/keys.t compares them with the page. */
static void
some_keys_need_a_restart(void **state)
{
	(void)state;
	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		assert_int_equal(config_needs_restart(key),
			key == CONFIG_ROOT || key == CONFIG_VISIBLE || key == CONFIG_ALLOW_SETUID);
}

static void
a_key_is_set_once(void **state)
{
	(void)state;
	assert_refused(
		"users=bob\nmounts=''\nusers=\"bob\"", "3: `users` was set on line 1 already");
	assert_refused("\nusers=\nusers=", "3: `users` was set on line 2 already");
}

static void
without_memory_nothing_is_held(void **state)
{
	static const char text[] = "users=\"bob\"\nstop_timeout=3\n";
	struct config_file file;
	int failures = 0;

	(void)state;
	for (int result = -1; result < 0; failures += result < 0) {
		cleanup_file FILE *stream = stream_of(text, sizeof(text) - 1);

		allocations_left = failures;
		result = config_read(&file, stream, "games", CONFIG_INSTANCE, false, &report);
		allocations_left = -1;
		if (result < 0) {
			assert_non_null(strstr(take_said(), "memory"));
			assert_holds_nothing(&file);
		}
	}
	/* linked statically, libc's own allocations are made to fail, too */
	assert_in_range(failures, 6, 13);
	config_release(&file);
}

static void
keys_of_openrc_are_parsed_and_passed_over(void **state)
{
	struct config_file file;
	static const char text[] = "rc_need=\"a\nb\"\nrc_need=c\nusers=bob\n";
	static const char warning[] = "` has no effect: OpenRC reads this file only if " SYSCONFDIR
				      "/init.d has a symlink of the same name\n";
	char expected[512];

	(void)state;
	assert_value(CONFIG_SERVICE, text, CONFIG_USERS, "bob");
	assert_int_equal(read_text(&file, text, CONFIG_INSTANCE), 0);
	snprintf(expected, sizeof(expected), "test: games:1: `rc_need%stest: games:3: `rc_need%s",
		warning, warning);
	assert_string_equal(take_said(), expected);
	assert_string_equal(file.values[CONFIG_USERS].text, "bob");
	config_release(&file);
	assert_refused(
		"rc_need=\"$a\"", "1: `$` needs a shell; write \\$ for the character itself");
	assert_refused("rc_need=a b", "1: a value with blanks needs quotes");
}

static void
a_symlink_in_init_d_silences_the_warning(void **state)
{
	struct config_file file;
	static const char text[] = "rc_need=net\n";
	cleanup_file FILE *stream = stream_of(text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(config_read(&file, stream, "games", CONFIG_INSTANCE, true, &report), 0);
	assert_string_equal(take_said(), "");
	config_release(&file);
}

static void
root_and_roots_have_their_own_files(void **state)
{
	(void)state;
	assert_value(CONFIG_SERVICE, "roots='games build'", CONFIG_ROOTS, "games build");
	assert_refused("roots=games", "1: `roots` belongs in conf.d/chroot-mounts");
	assert_value(CONFIG_INSTANCE, "root=/opt/games", CONFIG_ROOT, "/opt/games");
	assert_refused_in_service("root=/opt/games",
		"1: `root` belongs in conf.d/chroot-mounts.NAME: one tree cannot be every root's");
}

static void
a_path_is_absolute_and_plain(void **state)
{
	static const char *const wrong[] = {"opt", "/opt//", "/opt//games", "/./opt", "/opt/..",
		"//", "/opt/../games", "/.", ".", "/a\nb", "/a\tb"};

	(void)state;
	assert_value(CONFIG_INSTANCE, "root='/opt/my games/...'", CONFIG_ROOT, "/opt/my games/...");
	assert_value(CONFIG_INSTANCE, "root=/.a/..b/c..", CONFIG_ROOT, "/.a/..b/c..");
	assert_value(CONFIG_INSTANCE, "root=/opt/games/", CONFIG_ROOT, "/opt/games/");
	assert_refused("\nroot=/", "2: `root` is `/`, the host's own tree");
	assert_refused("shell=/", "1: `shell`: `/` is not an absolute path without `.`, `..` and "
				  "`//` that names a file");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct config_file file;
		char text[64];

		snprintf(text, sizeof(text), "root='%s'", wrong[i]);
		assert_int_equal(read_text(&file, text, CONFIG_INSTANCE), -1);
		assert_non_null(strstr(take_said(), "games:1: `root`: `"));
		assert_non_null(strstr(said, "` is not an absolute path"));
		snprintf(text, sizeof(text), "shell='%s'", wrong[i]);
		assert_int_equal(read_text(&file, text, CONFIG_INSTANCE), -1);
		assert_non_null(strstr(take_said(), "games:1: `shell`: `"));
	}
}

static void
path_holds_absolute_directories(void **state)
{
	(void)state;
	assert_value(CONFIG_INSTANCE, "path=/bin:/:/opt/bin", CONFIG_PATH, "/bin:/:/opt/bin");
	assert_refused("path=/bin::/sbin", "1: `path`: `` is not an absolute path without `.`, "
					   "`..` and `//`");
	assert_refused("path=/bin:bin", "1: `path`: `bin` is not an absolute path without `.`, "
					"`..` and `//`");
}

static void
yes_and_no_are_spelled_so(void **state)
{
	(void)state;
	assert_value(CONFIG_SERVICE, "visible=no", CONFIG_VISIBLE, "no");
	assert_value(CONFIG_INSTANCE, "allow_setuid='yes'", CONFIG_ALLOW_SETUID, "yes");
	assert_refused("visible=YES", "1: `visible`: `YES` is not yes or no");
	assert_refused("allow_setuid=1", "1: `allow_setuid`: `1` is not yes or no");
}

static void
stop_timeout_is_a_whole_number_up_to_an_hour(void **state)
{
	static const char *const wrong[] = {
		"3601", "-1", "+1", "010", "' 1'", "1s", "1.5", "0x1", "18446744073709551626"};

	(void)state;
	assert_value(CONFIG_INSTANCE, "stop_timeout=0", CONFIG_STOP_TIMEOUT, "0");
	assert_value(CONFIG_INSTANCE, "stop_timeout=\"3600\"", CONFIG_STOP_TIMEOUT, "3600");
	assert_refused("stop_timeout=ten",
		"1: `stop_timeout`: `ten` is not a whole number of seconds from 0 to 3600");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct config_file file;
		char text[64];

		snprintf(text, sizeof(text), "stop_timeout=%s", wrong[i]);
		assert_int_equal(read_text(&file, text, CONFIG_INSTANCE), -1);
		assert_non_null(strstr(take_said(), "is not a whole number"));
	}
}

static void
a_personality_has_a_known_name(void **state)
{
	(void)state;
	assert_value(CONFIG_INSTANCE, "personality=linux32", CONFIG_PERSONALITY, "linux32");
	assert_value(CONFIG_INSTANCE, "personality=linux64", CONFIG_PERSONALITY, "linux64");
	assert_refused("personality=i386", "1: `personality`: `i386` is not linux32 or linux64");
}

static void
a_description_is_one_line(void **state)
{
	(void)state;
	assert_value(CONFIG_INSTANCE, "description='For alice & bob, since 1998'",
		CONFIG_DESCRIPTION, "For alice & bob, since 1998");
	assert_value(CONFIG_SERVICE, "description=\"Spiele f\303\274r alle\"", CONFIG_DESCRIPTION,
		"Spiele f\303\274r alle");
	assert_value(CONFIG_INSTANCE, "description=\"written \\\non two\"", CONFIG_DESCRIPTION,
		"written on two");
	assert_refused("\ndescription='two\nlines'",
		"2: `description`: `two\\012lines` is not one line without tabs");
	assert_refused(
		"description='a\n'", "1: `description`: `a\\012` is not one line without tabs");
	assert_refused(
		"description='a\tb'", "1: `description`: `a\\011b` is not one line without tabs");
	assert_refused("description='\033[m'", "1: control character \\033");
}

static void
the_words_of_the_environment_keys_are_checked(void **state)
{
	(void)state;
	assert_value(CONFIG_INSTANCE, "set_env=' A=1\n\t_b2==x  C='", CONFIG_SET_ENV,
		" A=1\n\t_b2==x  C=");
	assert_refused("set_env='A=1 B'", "1: `set_env`: `B` is not of the form NAME=value");
	assert_refused("\nset_env='A=1 2=x'", "2: `set_env`: `2=x` is not of the form NAME=value");
	assert_refused("set_env='=x'", "1: `set_env`: `=x` is not of the form NAME=value");
	assert_refused("set_env='A-B=x'", "1: `set_env`: `A-B=x` is not of the form NAME=value");
	assert_value(CONFIG_INSTANCE, "pass_env='STEAM_* MANGOHUD'", CONFIG_PASS_ENV,
		"STEAM_* MANGOHUD");
	assert_refused("pass_env='A B?'",
		"1: `pass_env`: `B?` is not a variable's name or a pattern of "
		"letters, digits, `_` and `*`");
}

static void
the_words_of_roots_are_names_of_roots(void **state)
{
	static const char *const wrong[] = {"Games", "-u", "../x", "default", "bak", "example"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char text[64], expected[128];

		snprintf(text, sizeof(text), "roots='games %s'", wrong[i]);
		snprintf(expected, sizeof(expected),
			"1: `roots`: `%s` is not a name that a root can have (see "
			"chroot-mounts(5))",
			wrong[i]);
		assert_refused_in_service(text, expected);
	}
}

/* The merged configuration of two files, which stay for as long. */
static void
merge(struct config *config, struct config_file files[2], const char *root, const char *service)
{
	assert_int_equal(read_text(&files[0], root, CONFIG_INSTANCE), 0);
	assert_int_equal(read_text(&files[1], service, CONFIG_SERVICE), 0);
	config_merge(config, &files[0], &files[1]);
}

/* file: the one that sets it, NULL for the default */
static void
assert_setting(const struct config *config, enum config_key key, const char *text,
	const struct config_file *file)
{
	assert_int_equal(config->settings[key].key, key);
	assert_string_equal(config->settings[key].text, text);
	assert_ptr_equal(config->settings[key].file, file);
	assert_ptr_equal(config_value(config, key), config->settings[key].text);
}

/* What holds while no file sets the key. */
static const char *
default_of(enum config_key key)
{
	static const struct config_file nothing;
	struct config config;

	config_merge(&config, &nothing, &nothing);
	return config_value(&config, key);
}

static void
an_empty_value_stands_for_the_default(void **state)
{
	struct config_file files[2];
	struct config config;

	(void)state;
	merge(&config, files,
		"stop_timeout=\nroot=''\nmounts=\"\"\nvisible=\nset_env=\npath=\nusers=\n",
		"stop_timeout=20\nvisible=yes\nusers=bob\nroots=\n");
	assert_setting(&config, CONFIG_STOP_TIMEOUT, "10", NULL);
	assert_setting(&config, CONFIG_USERS, "", NULL);
	assert_setting(&config, CONFIG_MOUNTS, default_of(CONFIG_MOUNTS), NULL);
	assert_false(config_is_yes(&config, CONFIG_VISIBLE));
	config_release(&files[0]);
	config_release(&files[1]);
}

static void
the_root_overrides_the_service_and_that_the_default(void **state)
{
	struct config_file files[2];
	struct config config;

	(void)state;
	merge(&config, files, "root=/opt/games\nusers=bob\nvisible=yes\n",
		"users=alice\ngroups=games\nstop_timeout=3\n");
	assert_setting(&config, CONFIG_ROOT, "/opt/games", &files[0]);
	assert_setting(&config, CONFIG_USERS, "bob", &files[0]);
	assert_setting(&config, CONFIG_GROUPS, "games", &files[1]);
	assert_setting(&config, CONFIG_STOP_TIMEOUT, "3", &files[1]);
	assert_setting(&config, CONFIG_PERSONALITY, "", NULL);
	assert_true(config_is_yes(&config, CONFIG_VISIBLE));
	assert_false(config_is_yes(&config, CONFIG_ALLOW_SETUID));
	config_release(&files[0]);
	config_release(&files[1]);
}

static void
a_file_that_is_not_there_sets_nothing(void **state)
{
	const struct config_file nothing = {0};
	struct config config;

	(void)state;
	config_merge(&config, &nothing, &nothing);
	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		assert_setting(&config, key, config_value(&config, key), NULL);
	assert_string_equal(config_value(&config, CONFIG_ROOT), "");
	assert_string_equal(config_value(&config, CONFIG_STOP_TIMEOUT), "10");
	assert_string_equal(config.service_extra_mounts.text, "");
	assert_null(config.service_extra_mounts.file);
}

/* The plan has the lines of both. */
static void
the_extra_lines_of_the_service_are_known_beside_those_of_the_root(void **state)
{
	static const struct {
		const char *root, *service, *both, *shared;
		int file; /* of the first, as in files; -1 for none */
	} cases[] = {
		{"extra_mounts=own", "extra_mounts=shared", "own", "shared", 0},
		{"", "extra_mounts=shared", "shared", "shared", 1},
		{"extra_mounts=", "extra_mounts=shared", "", "shared", -1},
		{"extra_mounts=own", "extra_mounts=", "own", "", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct config_file files[2];
		struct config config;

		merge(&config, files, cases[i].root, cases[i].service);
		assert_setting(&config, CONFIG_EXTRA_MOUNTS, cases[i].both,
			cases[i].file < 0 ? NULL : &files[cases[i].file]);
		assert_string_equal(config.service_extra_mounts.text, cases[i].shared);
		config_release(&files[0]);
		config_release(&files[1]);
	}
}

static void
release_is_fit_for_nothing(void **state)
{
	struct config_file file = {0};

	(void)state;
	config_release(&file);
	config_release(&file);
	assert_holds_nothing(&file);
}

static void
assert_error_line(const char *text, unsigned offset, unsigned line)
{
	struct config_file files[2];
	struct config config;
	char expected[128];

	merge(&config, files, text, "users=alice");
	snprintf(expected, sizeof(expected), "test: games:%u: no user `bob`\n", line);
	assert_int_equal(config_error(&(struct config_place){&config.settings[CONFIG_USERS], offset,
					      &report},
				 "no user `%s`", "bob"),
		-1);
	assert_string_equal(take_said(), expected);
	config_release(&files[0]);
	config_release(&files[1]);
}

static void
a_later_error_finds_its_line_in_the_file(void **state)
{
	(void)state;
	assert_error_line("\nusers=bob", 0, 2);
	assert_error_line("users='\na\nb'", 2, 3);
	assert_error_line("users=\"a\nb\nc\"", 1, 2);
	assert_error_line("users=\"\\\na\nb\"", 0, 2);
	assert_error_line("users=\"\\\na\nb\"", 1, 3);
	assert_error_line("users=\"a\\\nb\nc\"", 0, 1);
	assert_error_line("users=\"a\\\nb\n\\\nc\"", 1, 4);
	assert_error_line("users=\"a\\\\\nb\"", 1, 2);
	assert_error_line("users='a\\\nb'", 1, 2);
	assert_error_line("users=\"a\n\"", 1, 2);
	assert_error_line("users=\"a\\040\n\"", 9, 2);
}

static void
a_later_error_in_a_default_names_its_key(void **state)
{
	const struct config_file nothing = {0};
	struct config config;

	(void)state;
	config_merge(&config, &nothing, &nothing);
	assert_int_equal(
		config_error(&(struct config_place){&config.settings[CONFIG_MOUNTS], 2, &report},
			"no /run"),
		-1);
	assert_string_equal(take_said(), "test: the default of `mounts`: no /run\n");
}

/* Each line that is one `#` and then no blank is an assignment at its default. */
static char *
uncomment(const char *path)
{
	cleanup_file FILE *in = fopen(path, "r");
	cleanup_free char *line = NULL;
	size_t room = 0, size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!in)
		fail_msg("%s is not here: the tests run from the top of the source", path);
	while (getline(&line, &room, in) >= 0)
		fputs(line[0] == '#' && !strchr("# \t\n", line[1]) ? line + 1 : line, out);
	fclose(out);
	return text;
}

static void
assert_shipped_value(const struct config_file *file, enum config_key key)
{
	if (key == CONFIG_ROOT) {
		assert_null(file->values[key].text);
		return;
	}
	if (!file->values[key].text)
		fail_msg("conf.d/chroot-mounts does not show %s", config_key_name(key));
	assert_string_equal(file->values[key].text, default_of(key));
}

static void
the_shipped_file_sets_nothing_and_shows_every_default(void **state)
{
	struct config_file file;
	cleanup_free char *text = uncomment("conf.d/chroot-mounts");
	cleanup_file FILE *shipped = fopen("conf.d/chroot-mounts", "r");

	(void)state;
	assert_int_equal(config_read(&file, shipped, "shipped", CONFIG_SERVICE, true, &report), 0);
	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		assert_null(file.values[key].text);
	config_release(&file);
	assert_int_equal(read_text(&file, text, CONFIG_SERVICE), 0);
	assert_string_equal(take_said(), "");
	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		assert_shipped_value(&file, key);
	config_release(&file);
}

static void
the_example_is_a_root_in_both_states(void **state)
{
	struct config_file file;
	cleanup_free char *text = uncomment("conf.d/games.example");
	cleanup_file FILE *shipped = fopen("conf.d/games.example", "r");

	(void)state;
	assert_non_null(shipped);
	assert_int_equal(config_read(&file, shipped, "games", CONFIG_INSTANCE, false, &report), 0);
	assert_string_equal(file.values[CONFIG_ROOT].text, "/opt/games");
	config_release(&file);
	assert_int_equal(read_text(&file, text, CONFIG_INSTANCE), 0);
	assert_string_equal(take_said(), "");
	config_release(&file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

static void
a_line_has_no_control_characters(void **state)
{
	static const char *const bad[] = {
		"a\nb", "a\tb", "\001", "a\177", "\377", "\303", "\302\205"};

	(void)state;
	assert_true(config_is_line(""));
	assert_true(config_is_line("/opt/my \"gam\303\251s\" $x"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(config_is_line(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_value_is_held_with_its_line),
		TEST(a_file_with_an_error_is_refused_whole),
		TEST(a_key_is_refused_before_its_value),
		TEST(an_unknown_key_is_named),
		TEST(each_key_is_read_under_its_name),
		TEST(some_keys_need_a_restart),
		TEST(a_key_is_set_once),
		TEST(without_memory_nothing_is_held),
		TEST(keys_of_openrc_are_parsed_and_passed_over),
		TEST(a_symlink_in_init_d_silences_the_warning),
		TEST(root_and_roots_have_their_own_files),
		TEST(a_path_is_absolute_and_plain),
		TEST(path_holds_absolute_directories),
		TEST(yes_and_no_are_spelled_so),
		TEST(stop_timeout_is_a_whole_number_up_to_an_hour),
		TEST(a_personality_has_a_known_name),
		TEST(a_description_is_one_line),
		TEST(the_words_of_the_environment_keys_are_checked),
		TEST(the_words_of_roots_are_names_of_roots),
		TEST(an_empty_value_stands_for_the_default),
		TEST(the_root_overrides_the_service_and_that_the_default),
		TEST(a_file_that_is_not_there_sets_nothing),
		TEST(the_extra_lines_of_the_service_are_known_beside_those_of_the_root),
		TEST(release_is_fit_for_nothing),
		TEST(a_later_error_finds_its_line_in_the_file),
		TEST(a_later_error_in_a_default_names_its_key),
		TEST(the_shipped_file_sets_nothing_and_shows_every_default),
		TEST(the_example_is_a_root_in_both_states),
		TEST(a_line_has_no_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
