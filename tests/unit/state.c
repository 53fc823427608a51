/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/record.h"
#include "helper/lock.h"
#include "helper/state.h"
#include "said.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX / 4];
static int directory;

/* How often the pin is mounted still, as the room is told; how often it asked; with the record
 * there. */
static int pinned, asked, asked_too_early;

int __wrap_umount2(const char *path, int flags);

int
__wrap_umount2(const char *path, int flags)
{
	assert_string_equal(path, STATE_DIRECTORY "/games/ns");
	assert_true(flags & UMOUNT_NOFOLLOW);
	asked++;
	asked_too_early += faccessat(directory, "games/record", F_OK, 0) == 0;
	if (pinned > 0) {
		pinned--;
		return 0;
	}
	errno = EINVAL;
	return -1;
}

/* How often the holder of a lock takes its file away; how often it is waited for. */
static int taken_away, waits;

int __wrap_lock_wait(int fd, time_t end);
int __real_lock_wait(int fd, time_t end);

int
__wrap_lock_wait(int fd, time_t end)
{
	int result = __real_lock_wait(fd, end);

	waits++;
	if (taken_away > 0) {
		taken_away--;
		unlinkat(directory, "games.lock", 0);
	}
	return result;
}

static void
put_file(const char *path)
{
	int fd = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static bool
is_there(const char *path)
{
	return faccessat(directory, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int
begin(void **state)
{
	const char *where = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";

	(void)state;
	pinned = asked = asked_too_early = 0;
	taken_away = waits = 0;
	snprintf(folder, sizeof(folder), "%s/state.XXXXXX", where);
	if (!mkdtemp(folder))
		return -1;
	directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0;
}

/* A test that leaves something else fails here. */
static int
finish(void **state)
{
	(void)state;
	close(directory);
	return rmdir(folder);
}

static void
a_folder_is_made_only_where_that_is_asked_for(void **state)
{
	cleanup_fd int none = state_open_folder(directory, "games", false);
	cleanup_fd int made = -1, again = -1;
	struct stat found;

	(void)state;
	assert_int_equal(none, -1);
	assert_int_equal(errno, ENOENT);
	made = state_open_folder(directory, "games", true);
	assert_true(made >= 0);
	assert_int_equal(fstat(made, &found), 0);
	assert_int_equal(found.st_mode & 077, 0);
	again = state_open_folder(directory, "games", true);
	assert_true(again >= 0);
	assert_int_equal(state_remove_folder(directory, "games"), 0);
}

static void
a_link_is_no_folder(void **state)
{
	(void)state;
	assert_int_equal(symlinkat(".", directory, "games"), 0);
	assert_int_equal(state_open_folder(directory, "games", false), -1);
	assert_int_equal(state_open_folder(directory, "games", true), -1);
	assert_int_equal(state_remove_folder(directory, "games"), -1);
	assert_int_equal(asked, 0);
	unlinkat(directory, "games", 0);
}

static void
a_file_is_no_folder(void **state)
{
	(void)state;
	put_file("games");
	assert_int_equal(state_open_folder(directory, "games", false), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(state_open_folder(directory, "games", true), -1);
	unlinkat(directory, "games", 0);
}

static void
a_pin_is_taken_off_as_often_as_it_is_mounted_and_after_the_records(void **state)
{
	(void)state;
	for (int times = 0; times < 3; times++) {
		assert_int_equal(mkdirat(directory, "games", 0700), 0);
		put_file("games/ns");
		put_file("games/record");
		put_file("games/record.unfinished");
		put_file("games/record.stopping");
		pinned = times;
		asked = 0;
		assert_int_equal(state_remove_folder(directory, "games"), 0);
		assert_int_equal(pinned, 0);
		assert_int_equal(asked, times + 1);
		assert_int_equal(asked_too_early, 0);
		assert_false(is_there("games"));
	}
}

static void
a_folder_that_is_not_there_is_removed_already(void **state)
{
	(void)state;
	assert_int_equal(state_remove_folder(directory, "games"), 0);
	assert_int_equal(asked, 0);
}

static void
a_folder_that_holds_something_else_stays(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(directory, "games", 0700), 0);
	put_file("games/other");
	assert_int_equal(state_remove_folder(directory, "games"), -1);
	assert_int_equal(errno, ENOTEMPTY);
	assert_true(is_there("games/other"));
	unlinkat(directory, "games/other", 0);
	assert_int_equal(state_remove_folder(directory, "games"), 0);
}

static void
a_lock_is_busy_until_its_holder_closes_it(void **state)
{
	bool is_busy = true;
	int held;

	(void)state;
	assert_int_equal(state_try_lock(directory, "games", &is_busy), -1);
	assert_int_equal(errno, ENOENT);
	assert_false(is_busy);
	held = state_lock(directory, "games", NULL);
	assert_true(held >= 0);
	assert_int_equal(state_try_lock(directory, "games", &is_busy), -1);
	assert_true(is_busy);
	/* another root's is another lock */
	assert_int_equal(state_try_lock(directory, "demo", &is_busy), -1);
	assert_false(is_busy);
	close(held);
	held = state_try_lock(directory, "games", &is_busy);
	assert_true(held >= 0);
	assert_false(is_busy);
	state_unlock_for_good(directory, "games");
	assert_int_equal(state_try_lock(directory, "games", &is_busy), -1);
	assert_int_equal(errno, ENOENT);
	close(held);
}

/* Else two commands had the lock, each of a file of its own. */
static void
a_lock_whose_file_was_taken_away_is_taken_again(void **state)
{
	cleanup_fd int held = -1;
	struct stat opened, named;

	(void)state;
	taken_away = 2;
	held = state_lock(directory, "games", NULL);
	assert_true(held >= 0);
	assert_int_equal(waits, 3);
	assert_int_equal(fstat(held, &opened), 0);
	assert_int_equal(fstatat(directory, "games.lock", &named, 0), 0);
	assert_int_equal(opened.st_ino, named.st_ino);
	state_unlock_for_good(directory, "games");
}

static void
a_lock_that_cannot_be_had_is_an_error(void **state)
{
	assert_int_equal(report_to_memory(state), 0);
	assert_int_equal(mkdirat(directory, "games.lock", 0700), 0);
	assert_int_equal(state_lock(directory, "games", &report), -1);
	assert_string_equal(
		take_said(), "test: cannot lock " STATE_DIRECTORY "/games.lock: Is a directory\n");
	unlinkat(directory, "games.lock", AT_REMOVEDIR);
	report_close(state);
}

static void
the_names_are_those_of_folders_that_a_root_can_have(void **state)
{
	char **names;
	size_t count;

	(void)state;
	assert_int_equal(state_names(directory, &names, &count), 0);
	assert_int_equal(count, 0);
	free(names);
	mkdirat(directory, "games", 0700);
	mkdirat(directory, "demo", 0700);
	mkdirat(directory, "Not a name", 0700);
	put_file("games.lock");
	/* asked twice: it begins at the beginning */
	for (int again = 0; again < 2; again++) {
		assert_int_equal(state_names(directory, &names, &count), 0);
		assert_int_equal(count, 2);
		assert_true(strcmp(names[0], "games") == 0 || strcmp(names[1], "games") == 0);
		assert_true(strcmp(names[0], "demo") == 0 || strcmp(names[1], "demo") == 0);
		free(names[0]);
		free(names[1]);
		free(names);
	}
	unlinkat(directory, "games.lock", 0);
	unlinkat(directory, "games", AT_REMOVEDIR);
	unlinkat(directory, "demo", AT_REMOVEDIR);
	unlinkat(directory, "Not a name", AT_REMOVEDIR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_folder_is_made_only_where_that_is_asked_for),
		TEST(a_link_is_no_folder),
		TEST(a_file_is_no_folder),
		TEST(a_pin_is_taken_off_as_often_as_it_is_mounted_and_after_the_records),
		TEST(a_folder_that_is_not_there_is_removed_already),
		TEST(a_folder_that_holds_something_else_stays),
		TEST(a_lock_is_busy_until_its_holder_closes_it),
		TEST(a_lock_whose_file_was_taken_away_is_taken_again),
		TEST(a_lock_that_cannot_be_had_is_an_error),
		TEST(the_names_are_those_of_folders_that_a_root_can_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
