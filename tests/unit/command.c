#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cleanup.h"
#include "command.h"
#include "said.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char folder[PATH_MAX / 2];

static const char *const files[] = {"one/script", "two/script", "two/plain", "one/plain",
	"one/text", "one/lost", "one/arguments"};

/* A file in the folder; two of them are what a PATH finds. */
static void
put(const char *name, const char *text, mode_t mode)
{
	char path[PATH_MAX];
	cleanup_fd int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
}

static int
make_folder(void **state)
{
	const char *where = getenv("TMPDIR");
	char path[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s/command.XXXXXX", where ? where : "/tmp");
	if (report_to_memory(state) != 0 || !mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/one", folder);
	if (mkdir(path, 0700) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/two", folder);
	return mkdir(path, 0700);
}

static int
remove_folder(void **state)
{
	static const char *const folders[] = {"one/folder", "one", "two"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
		rmdir(path);
	}
	report_close(state);
	return rmdir(folder);
}

/* "%" in a pattern stands for the folder. */
static const char *
in_folder(char *text, size_t size, const char *pattern)
{
	size_t length = 0;

	for (; *pattern != '\0' && length + 1 < size; pattern++) {
		if (*pattern == '%')
			length += (size_t)snprintf(text + length, size - length, "%s", folder);
		else
			text[length++] = *pattern;
	}
	text[length] = '\0';
	return text;
}

/* The status of a process that executes it, and what it wrote to standard output. */
static int
run(const char *file, const char *const *argv, const char *const *environment,
	const char *search_path, char *written, size_t size)
{
	char path[PATH_MAX], directories[PATH_MAX];
	cleanup_fd int output = memfd_create("output", MFD_CLOEXEC);
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		dup2(output, STDOUT_FILENO);
		_exit(command_execute(in_folder(path, sizeof(path), file), strings(argv),
			strings(environment),
			in_folder(directories, sizeof(directories), search_path), &report));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	read_back(output, written, size);
	return WEXITSTATUS(status);
}

static void
assert_fails(const char *file, const char *search_path, int status, const char *message)
{
	static const char *const argv[] = {"argv0", NULL};
	static const char *const environment[] = {NULL};
	char expected[PATH_MAX], written[64];

	assert_int_equal(
		run(file, argv, environment, search_path, written, sizeof(written)), status);
	assert_string_equal(take_said(), in_folder(expected, sizeof(expected), message));
	assert_string_equal(written, "");
}

static void
it_replaces_the_process_with_these_words_and_variables(void **state)
{
	static const char *const argv[] = {"0", "a b", "", "*", "\"", NULL};
	static const char *const environment[] = {"A=1 2", NULL};
	char written[256];

	(void)state;
	put("one/arguments",
		"#!/bin/sh\nprintf '<%s>' \"$#\" \"$@\" \"$A\" \"${HOME-none}\"\nexit 37\n", 0700);
	assert_int_equal(
		run("%/one/arguments", argv, environment, "", written, sizeof(written)), 37);
	assert_string_equal(written, "<4><a b><><*><\"><1 2><none>");
	assert_string_equal(take_said(), "");
}

static void
the_first_directory_that_has_it_counts(void **state)
{
	static const char *const argv[] = {"script", NULL};
	static const char *const environment[] = {NULL};
	char written[64];

	(void)state;
	put("one/script", "#!/bin/sh\nexit 1\n", 0700);
	put("two/script", "#!/bin/sh\nexit 2\n", 0700);
	assert_int_equal(
		run("script", argv, environment, "%/none:%/one:%/two", written, sizeof(written)),
		1);
	assert_int_equal(
		run("script", argv, environment, "%/two:%/one", written, sizeof(written)), 2);
	assert_string_equal(take_said(), "");
}

static void
one_that_may_not_be_executed_is_passed_over(void **state)
{
	static const char *const argv[] = {"script", NULL};
	static const char *const environment[] = {NULL};
	char written[64];

	(void)state;
	put("one/script", "#!/bin/sh\nexit 1\n", 0600);
	put("two/script", "#!/bin/sh\nexit 2\n", 0700);
	assert_int_equal(
		run("script", argv, environment, "%/one:%/two", written, sizeof(written)), 2);
	assert_string_equal(take_said(), "");
}

static void
what_no_directory_has_is_not_found(void **state)
{
	(void)state;
	put("one/plain", "", 0600);
	assert_fails("absent", "%/one:%/two:%/none:%/one/plain", COMMAND_NOT_FOUND,
		"test: absent: command not found\n");
	assert_fails("absent", "", COMMAND_NOT_FOUND, "test: absent: command not found\n");
	assert_fails("", "%/one", COMMAND_NOT_FOUND, "test: : command not found\n");
	assert_fails("%/one/absent", "%/one", COMMAND_NOT_FOUND,
		"test: %/one/absent: command not found\n");
	assert_fails("%/one/plain/absent", "", COMMAND_NOT_FOUND,
		"test: %/one/plain/absent: command not found\n");
}

static void
a_word_with_a_slash_is_looked_for_nowhere_else(void **state)
{
	(void)state;
	put("one/script", "#!/bin/sh\nexit 1\n", 0700);
	assert_fails("./script", "%/one", COMMAND_NOT_FOUND, "test: ./script: command not found\n");
}

static void
what_is_found_and_no_program_is_126(void **state)
{
	char path[PATH_MAX];

	(void)state;
	put("one/plain", "#!/bin/sh\nexit 1\n", 0600);
	put("two/plain", "#!/bin/sh\nexit 1\n", 0600);
	assert_fails("%/one/plain", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/plain: Permission denied\n");
	/* of several the first is named */
	assert_fails("plain", "%/one:%/two", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/plain: Permission denied\n");
	assert_int_equal(mkdir(in_folder(path, sizeof(path), "%/one/folder"), 0700), 0);
	assert_fails("%/one/folder", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/folder: Permission denied\n");
	assert_fails("%/one/folder/", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/folder/: Permission denied\n");
}

static void
a_missing_interpreter_is_said_as_such(void **state)
{
	(void)state;
	put("one/lost", "#!/nowhere/at/all\n", 0700);
	assert_fails("%/one/lost", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/lost: the interpreter it names is missing inside\n");
	assert_fails("lost", "%/two:%/one", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/lost: the interpreter it names is missing inside\n");
}

static void
no_shell_is_tried_for_what_the_kernel_refuses(void **state)
{
	(void)state;
	put("one/text", "exit 0\n", 0700);
	assert_fails("%/one/text", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/text: neither a program for this machine nor a script "
		"with #!\n");
	assert_fails("text", "%/one", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/text: neither a program for this machine nor a script "
		"with #!\n");
}

static void
an_endless_name_is_not_found_on_a_path(void **state)
{
	static const char *const argv[] = {"n", NULL};
	char name[PATH_MAX + 8];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(command_execute(name, strings(argv), strings(argv + 1), "/bin", &report),
		COMMAND_NOT_FOUND);
	take_said();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_replaces_the_process_with_these_words_and_variables),
		TEST(the_first_directory_that_has_it_counts),
		TEST(one_that_may_not_be_executed_is_passed_over),
		TEST(what_no_directory_has_is_not_found),
		TEST(a_word_with_a_slash_is_looked_for_nowhere_else),
		TEST(what_is_found_and_no_program_is_126),
		TEST(a_missing_interpreter_is_said_as_such),
		TEST(no_shell_is_tried_for_what_the_kernel_refuses),
		TEST(an_endless_name_is_not_found_on_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
