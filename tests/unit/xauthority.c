/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "enter/xauthority.h"
#include "folder.h"
#include "said.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* The home and the runtime directory of each test. */
static char home[64], runtime[64];
static struct xauthority xauthority;

static int
make_directories(void **state)
{
	(void)state;
	strcpy(home, "/tmp/authority-home-XXXXXX");
	strcpy(runtime, "/tmp/authority-runtime-XXXXXX");
	xauthority = (struct xauthority){0};
	return mkdtemp(home) && mkdtemp(runtime) ? 0 : -1;
}

static int
remove_directories(void **state)
{
	(void)state;
	xauthority_release(&xauthority);
	return folder_remove(home) | folder_remove(runtime);
}

/* A path below a directory; as many at a time as a test needs. */
static const char *
at(const char *directory, const char *name)
{
	static char paths[8][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, PATH_MAX, "%s/%s", directory, name);
	return path;
}

static void
fill(const char *path, const void *text, size_t size)
{
	cleanup_file FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, size, stream), size);
}

static void
write_cookie(const char *cookie)
{
	fill(at(home, ".Xauthority"), cookie, strlen(cookie));
}

/* What the root shows in its place is another file. */
static void
hide(void)
{
	assert_int_equal(rename(at(home, ".Xauthority"), at(home, "hidden")), 0);
}

static const char *
show(void)
{
	return xauthority_show(&xauthority, home, runtime, "games", &report);
}

static ino_t
inode_of(const char *path)
{
	struct stat found;

	assert_int_equal(lstat(path, &found), 0);
	return found.st_ino;
}

static void
assert_holds(const char *path, const char *expected)
{
	char text[256];
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat found;

	assert_true(fd >= 0);
	assert_string_equal(read_back(fd, text, sizeof(text)), expected);
	assert_int_equal(fstat(fd, &found), 0);
	assert_true(S_ISREG(found.st_mode));
	assert_int_equal(found.st_mode & 07777, 0600);
	assert_int_equal(found.st_uid, geteuid());
}

/* What lies there is not taken, and the user is told why. */
static void
assert_not_taken(const char *path)
{
	xauthority_read(&xauthority, path, NULL);
	assert_true(xauthority.is_there);
	assert_int_equal(xauthority.error, EINVAL);
	/* not shown */
	xauthority.inode++;
	assert_null(xauthority_show(&xauthority, home, runtime, "games", &report));
	assert_non_null(strstr(take_said(), "not a file of your own of at most 64 KiB"));
	assert_int_equal(rmdir(runtime), 0);
	assert_int_equal(mkdir(runtime, 0700), 0);
	xauthority_release(&xauthority);
}

/* A failure is said with these words, and nothing is left. */
static void
assert_failure(const char *directory, const char *words)
{
	assert_null(xauthority_show(&xauthority, home, directory, "games", &report));
	take_said();
	assert_non_null(strstr(said, "inside games"));
	assert_non_null(strstr(said, at(home, ".Xauthority")));
	assert_non_null(strstr(said, words));
}

static void
assert_nothing_to_do(void)
{
	assert_null(show());
	assert_string_equal(take_said(), "");
	assert_int_equal(rmdir(runtime), 0);
	assert_int_equal(mkdir(runtime, 0700), 0);
}

static void
the_variable_names_the_file(void **state)
{
	(void)state;
	fill(at(home, "cookies"), "a\0b", 3);
	write_cookie("another");
	xauthority_read(&xauthority, at(home, "cookies"), home);
	assert_true(xauthority.is_there);
	assert_int_equal(xauthority.error, 0);
	assert_int_equal(xauthority.size, 3);
	assert_memory_equal(xauthority.text, "a\0b", 3);
}

static void
without_it_the_file_is_in_the_home(void **state)
{
	(void)state;
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	assert_true(xauthority.is_there);
	assert_int_equal(xauthority.size, 6);
	assert_memory_equal(xauthority.text, "cookie", 6);
}

static void
where_there_is_none_nothing_is_done(void **state)
{
	static const char *const variables[] = {"", ".Xauthority", "/nowhere/at/all"};

	(void)state;
	write_cookie("cookie");
	assert_int_equal(chdir(home), 0);
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		xauthority_read(&xauthority, variables[i], home);
		assert_false(xauthority.is_there);
		assert_nothing_to_do();
	}
	xauthority_read(&xauthority, NULL, NULL);
	assert_false(xauthority.is_there);
	assert_nothing_to_do();
	assert_int_equal(chdir("/"), 0);
}

static void
a_path_that_is_too_long_names_no_file(void **state)
{
	static char path[2 * PATH_MAX];

	(void)state;
	memset(path, '/', sizeof(path) - 1);
	xauthority_read(&xauthority, path, NULL);
	assert_false(xauthority.is_there);
	xauthority_read(&xauthority, NULL, path);
	assert_false(xauthority.is_there);
}

static void
what_is_no_regular_file_is_not_taken(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(at(home, "fifo"), 0600), 0);
	assert_not_taken(at(home, "fifo"));
	assert_int_equal(mkdir(at(home, "directory"), 0700), 0);
	assert_not_taken(at(home, "directory"));
	assert_not_taken("/dev/zero");
	assert_int_equal(symlink("/dev/zero", at(home, "link")), 0);
	assert_not_taken(at(home, "link"));
}

static void
a_file_of_somebody_else_is_not_taken(void **state)
{
	(void)state;
	fill(at(home, "file"), "cookie", 6);
	if (geteuid() == 0) {
		assert_int_equal(chown(at(home, "file"), 1, 1), 0);
		assert_not_taken(at(home, "file"));
	} else {
		assert_not_taken("/etc/passwd");
	}
}

static void
a_file_has_64_kib_at_most(void **state)
{
	static char text[XAUTHORITY_SIZE + 1];

	(void)state;
	fill(at(home, "file"), text, sizeof(text));
	assert_not_taken(at(home, "file"));
	fill(at(home, "file"), text, sizeof(text) - 1);
	xauthority_read(&xauthority, at(home, "file"), NULL);
	assert_int_equal(xauthority.error, 0);
	assert_int_equal(xauthority.size, XAUTHORITY_SIZE);
}

static void
a_link_to_an_own_file_is_followed(void **state)
{
	(void)state;
	write_cookie("cookie");
	assert_int_equal(symlink(".Xauthority", at(home, "link")), 0);
	xauthority_read(&xauthority, at(home, "link"), NULL);
	assert_int_equal(xauthority.error, 0);
	assert_int_equal(xauthority.size, 6);
}

static void
no_descriptor_is_left(void **state)
{
	int before = dup(STDERR_FILENO), after;

	(void)state;
	close(before);
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	hide();
	assert_non_null(show());
	after = dup(STDERR_FILENO);
	close(after);
	assert_int_equal(after, before);
}

static void
a_file_that_is_shown_stays_where_it_is(void **state)
{
	(void)state;
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	assert_nothing_to_do();
	xauthority_release(&xauthority);
	/* so does one that nobody would take: who names /dev/null wants no cookie */
	xauthority_read(&xauthority, "/dev/null", NULL);
	assert_nothing_to_do();
}

static void
one_that_is_not_is_copied(void **state)
{
	const char *path;
	mode_t mask;

	(void)state;
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	hide();
	mask = umask(0777);
	path = show();
	umask(mask);
	assert_string_equal(take_said(), "");
	assert_string_equal(path, at(runtime, "chroot-enter.games.Xauthority"));
	assert_holds(path, "cookie");
	/* nothing unfinished beside it */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(runtime), 0);
	assert_int_equal(mkdir(runtime, 0700), 0);
}

static void
another_file_of_that_name_is_no_sight_of_it(void **state)
{
	(void)state;
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	hide();
	write_cookie("the root's own");
	assert_holds(show(), "cookie");
}

static void
the_home_inside_is_where_it_must_be_shown(void **state)
{
	(void)state;
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	assert_holds(xauthority_show(&xauthority, "/", runtime, "games", &report), "cookie");
	assert_string_equal(take_said(), "");
}

static void
a_copy_with_the_same_text_is_left_alone(void **state)
{
	ino_t inode;

	(void)state;
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	hide();
	inode = inode_of(show());
	assert_int_equal(inode_of(show()), inode);
}

static void
one_with_another_is_replaced_whole(void **state)
{
	const char *path = at(runtime, "chroot-enter.games.Xauthority");
	cleanup_fd int old = -1;
	char text[16];

	(void)state;
	fill(path, "cooki3", 6);
	old = open(path, O_RDONLY | O_CLOEXEC);
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	hide();
	assert_string_equal(show(), path);
	assert_holds(path, "cookie");
	/* who has it open reads on in the old one */
	assert_string_equal(read_back(old, text, sizeof(text)), "cooki3");
}

static void
what_stands_in_its_place_is_not_followed(void **state)
{
	const char *path = at(runtime, "chroot-enter.games.Xauthority");

	(void)state;
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	hide();
	/* the text is the same, so the look behind the link would find nothing to do */
	assert_int_equal(symlink(at(home, "hidden"), path), 0);
	assert_string_equal(show(), path);
	assert_holds(path, "cookie");
	assert_int_not_equal(inode_of(path), inode_of(at(home, "hidden")));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_string_equal(show(), path);
	assert_holds(path, "cookie");
}

static void
what_a_killed_entry_left_is_no_obstacle(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "chroot-enter.games.Xauthority.%d", (int)getpid());
	assert_int_equal(symlink(at(home, "target"), at(runtime, name)), 0);
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	hide();
	assert_holds(show(), "cookie");
	assert_int_equal(access(at(home, "target"), F_OK), -1);
	assert_int_equal(access(at(runtime, name), F_OK), -1);
}

static void
the_runtime_directory_is_the_users_alone(void **state)
{
	static const char words[] = "XDG_RUNTIME_DIR names no directory there";
	static char endless[PATH_MAX];

	(void)state;
	memset(endless, '/', sizeof(endless) - 1);
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	hide();
	assert_failure(NULL, words);
	assert_failure("", words);
	assert_int_equal(chdir(runtime), 0);
	assert_failure(".", words);
	assert_int_equal(chdir("/"), 0);
	assert_failure("/nowhere/at/all", words);
	assert_failure(at(home, "hidden"), words);
	assert_failure(endless, words);
	assert_failure("/tmp", words);
	assert_int_equal(chmod(runtime, 0770), 0);
	assert_failure(runtime, words);
	if (geteuid() == 0) {
		assert_int_equal(chmod(runtime, 0700), 0);
		assert_int_equal(chown(runtime, 1, 1), 0);
	}
	assert_failure(runtime, words);
	assert_int_equal(rmdir(runtime), 0);
	assert_int_equal(mkdir(runtime, 0700), 0);
}

static void
a_limit_on_files_ends_nothing(void **state)
{
	static char text[16384];
	struct rlimit before, low;

	(void)state;
	fill(at(home, ".Xauthority"), text, sizeof(text));
	xauthority_read(&xauthority, NULL, home);
	hide();
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	/* enough for what is said */
	low = (struct rlimit){.rlim_cur = 8192, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	assert_failure(runtime, "File too large");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(rmdir(runtime), 0);
	assert_int_equal(mkdir(runtime, 0700), 0);
	assert_non_null(show());
}

static void
a_place_that_cannot_be_taken_is_left(void **state)
{
	(void)state;
	write_cookie("cookie");
	xauthority_read(&xauthority, NULL, home);
	hide();
	assert_int_equal(mkdir(at(runtime, "chroot-enter.games.Xauthority"), 0700), 0);
	assert_failure(runtime, "Is a directory");
	assert_int_equal(rmdir(at(runtime, "chroot-enter.games.Xauthority")), 0);
	/* the unfinished one is gone too */
	assert_int_equal(rmdir(runtime), 0);
	assert_int_equal(mkdir(runtime, 0700), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directories, remove_directories)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_variable_names_the_file),
		TEST(without_it_the_file_is_in_the_home),
		TEST(where_there_is_none_nothing_is_done),
		TEST(a_path_that_is_too_long_names_no_file),
		TEST(what_is_no_regular_file_is_not_taken),
		TEST(a_file_of_somebody_else_is_not_taken),
		TEST(a_file_has_64_kib_at_most),
		TEST(a_link_to_an_own_file_is_followed),
		TEST(no_descriptor_is_left),
		TEST(a_file_that_is_shown_stays_where_it_is),
		TEST(one_that_is_not_is_copied),
		TEST(another_file_of_that_name_is_no_sight_of_it),
		TEST(the_home_inside_is_where_it_must_be_shown),
		TEST(a_copy_with_the_same_text_is_left_alone),
		TEST(one_with_another_is_replaced_whole),
		TEST(what_stands_in_its_place_is_not_followed),
		TEST(what_a_killed_entry_left_is_no_obstacle),
		TEST(the_runtime_directory_is_the_users_alone),
		TEST(a_limit_on_files_ends_nothing),
		TEST(a_place_that_cannot_be_taken_is_left),
	};

	return cmocka_run_group_tests_name("authority", tests, report_to_memory, report_close);
}
