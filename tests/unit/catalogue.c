/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/syscalls.h"
#include "helper/catalogue.h"
#include "said.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define CONF_D SYSCONFDIR "/conf.d"

/* A folder that stands for SYSCONFDIR. */
static char folder[] = "/tmp/catalogue.XXXXXX";
static uid_t owner; /* of each file and directory in it, as the room is told */

/* The path in the folder for one of SYSCONFDIR; any other stays, since a libc that is linked
 * statically calls these functions, too. */
static const char *
moved(const char *path, char *room, size_t size)
{
	const size_t length = strlen(SYSCONFDIR);

	if (strncmp(path, SYSCONFDIR "/", length + 1) != 0)
		return path;
	snprintf(room, size, "%s%s", folder, path + length);
	return room;
}

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_lstat(const char *path, struct stat *found);
int __wrap_lstat64(const char *path, struct stat *found);
int __wrap_stat(const char *path, struct stat *found);
int __wrap_stat64(const char *path, struct stat *found);
int __wrap_fstat(int fd, struct stat *found);
int __wrap_fstat64(int fd, struct stat *found);

DIR *
__wrap_opendir(const char *path)
{
	char room[256];

	return __real_opendir(moved(path, room, sizeof(room)));
}

int
__wrap_open(const char *path, int flags, ...)
{
	char room[256];

	return __real_open(moved(path, room, sizeof(room)), flags);
}

int
__wrap_open64(const char *path, int flags, ...)
{
	return __wrap_open(path, flags);
}

/* By a call that is not wrapped. */
static int
look(int directory, const char *path, struct stat *found, int flags)
{
	struct statx known;

	if (statx(directory, path, flags, STATX_BASIC_STATS, &known) < 0)
		return -1;
	*found = (struct stat){.st_mode = known.stx_mode,
		.st_nlink = known.stx_nlink,
		.st_uid = owner,
		.st_size = (off_t)known.stx_size};
	return 0;
}

int
__wrap_lstat(const char *path, struct stat *found)
{
	char room[256];

	return look(AT_FDCWD, moved(path, room, sizeof(room)), found, AT_SYMLINK_NOFOLLOW);
}

int
__wrap_stat(const char *path, struct stat *found)
{
	char room[256];

	return look(AT_FDCWD, moved(path, room, sizeof(room)), found, 0);
}

int
__wrap_fstat(int fd, struct stat *found)
{
	return look(fd, "", found, AT_EMPTY_PATH);
}

/* what glibc makes of them under _FILE_OFFSET_BITS=64 */
int
__wrap_lstat64(const char *path, struct stat *found)
{
	return __wrap_lstat(path, found);
}

int
__wrap_stat64(const char *path, struct stat *found)
{
	return __wrap_stat(path, found);
}

int
__wrap_fstat64(int fd, struct stat *found)
{
	return __wrap_fstat(fd, found);
}

/* A path below the folder, good until the next call. */
static const char *
at(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
write_file(const char *name, const char *text)
{
	cleanup_file FILE *stream = fopen(at(name), "w");

	assert_non_null(stream);
	fputs(text, stream);
	assert_int_equal(fchmod(fileno(stream), 0644), 0);
}

static int
begin(void **state)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	owner = 0;
	return report_to_memory(state) != 0 || !mkdtemp(folder) || mkdir(at("conf.d"), 0755) < 0 ||
	       mkdir(at("init.d"), 0755) < 0 || mkdir(at("runlevels"), 0755) < 0;
}

static int
finish(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) != 0 || report_close(state) != 0;
}

static void
each_file_with_a_good_name_is_a_root(void **state)
{
	static const char *const files[] = {"chroot-mounts", "chroot-mounts.games",
		"chroot-mounts.demo", "chroot-mounts.games.bak", "chroot-mounts.bak",
		"chroot-mounts.", "chroot-mounts.Games", "chroot-mounts.-x", "chroot-mount.a",
		"network"};
	struct catalogue catalogue;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char name[64];

		snprintf(name, sizeof(name), "conf.d/%s", files[i]);
		write_file(name, "");
	}
	/* a link that leads nowhere is one, too */
	assert_int_equal(symlink("nowhere", at("init.d/chroot-mounts.games")), 0);
	assert_int_equal(catalogue_find(&catalogue, &report), 0);
	assert_int_equal(catalogue.count, 2);
	assert_string_equal(catalogue.entries[0].name, "demo");
	assert_false(catalogue.entries[0].has_symlink);
	assert_string_equal(catalogue.entries[1].name, "games");
	assert_true(catalogue.entries[1].has_symlink);
	assert_ptr_equal(catalogue_entry(&catalogue, "games"), &catalogue.entries[1]);
	assert_null(catalogue_entry(&catalogue, "game"));
	assert_null(catalogue_entry(&catalogue, "gamess"));
	assert_null(catalogue_entry(&catalogue,
		"a-name-that-is-longer-than-any-root-can-have-a-name-that-is-longer-than-any"));
	catalogue_release(&catalogue);
	assert_string_equal(take_said(), "");
}

static void
without_the_directory_there_is_no_root(void **state)
{
	struct catalogue catalogue;

	(void)state;
	assert_int_equal(rmdir(at("conf.d")), 0);
	assert_int_equal(catalogue_find(&catalogue, &report), 0);
	assert_int_equal(catalogue.count, 0);
	assert_null(catalogue_entry(&catalogue, "games"));
	catalogue_release(&catalogue);
	assert_string_equal(take_said(), "");
}

/* Reads the file of the root `games`. */
static int
read_games(struct config_file *file)
{
	struct catalogue catalogue;
	int result;

	assert_int_equal(catalogue_find(&catalogue, &report), 0);
	result = catalogue_read(&catalogue, "games", file, &report);
	catalogue_release(&catalogue);
	return result;
}

static void
assert_refused(const char *message)
{
	static const struct config_file nothing;
	struct config_file file;
	char expected[512];

	assert_int_equal(read_games(&file), -1);
	assert_memory_equal(&file, &nothing, sizeof(file));
	snprintf(expected, sizeof(expected), "test: %s\n", message);
	assert_string_equal(take_said(), expected);
}

static void
the_file_of_a_root_is_read(void **state)
{
	struct config_file file;

	(void)state;
	write_file("conf.d/chroot-mounts.games", "root=/opt/games\n");
	assert_int_equal(read_games(&file), 0);
	assert_string_equal(file.path, CONF_D "/chroot-mounts.games");
	assert_string_equal(file.values[CONFIG_ROOT].text, "/opt/games");
	config_release(&file);
	assert_string_equal(take_said(), "");
}

static void
a_symlink_in_init_d_makes_the_keys_of_openrc_count(void **state)
{
	struct config_file file;

	(void)state;
	write_file("conf.d/chroot-mounts.games", "rc_need=net\n");
	assert_int_equal(read_games(&file), 0);
	config_release(&file);
	assert_non_null(strstr(take_said(), "`rc_need` has no effect"));
	assert_int_equal(symlink("chroot-mounts", at("init.d/chroot-mounts.games")), 0);
	assert_int_equal(read_games(&file), 0);
	config_release(&file);
	assert_string_equal(take_said(), "");
}

static void
a_root_without_a_file_is_refused(void **state)
{
	(void)state;
	assert_refused(
		"no such root is configured; chroot-mounts add games DIRECTORY writes its file");
}

static void
a_root_that_is_called_like_a_runlevel_is_refused(void **state)
{
	(void)state;
	write_file("conf.d/chroot-mounts.games", "root=/opt/games\n");
	assert_int_equal(mkdir(at("runlevels/games"), 0755), 0);
	assert_refused(CONF_D
		"/chroot-mounts.games bears a runlevel's name, so OpenRC reads it in place "
		"of " CONF_D "/chroot-mounts in that runlevel; give the file another ending");
}

static void
a_file_that_another_user_could_write_is_refused(void **state)
{
	static const char mend[] =
		"; to mend it: chown root:root " CONF_D "/chroot-mounts.games && chmod go-w " CONF_D
		"/chroot-mounts.games";
	char expected[512];

	(void)state;
	write_file("conf.d/chroot-mounts.games", "root=/opt/games\n");
	assert_int_equal(chmod(at("conf.d/chroot-mounts.games"), 0664), 0);
	snprintf(expected, sizeof(expected),
		"%s belongs to user 0 and has mode 0664; only the superuser may be able to write "
		"to it%s",
		CONF_D "/chroot-mounts.games", mend);
	assert_refused(expected);
	assert_int_equal(chmod(at("conf.d/chroot-mounts.games"), 0602), 0);
	assert_int_equal(read_games(&(struct config_file){0}), -1);
	assert_non_null(strstr(take_said(), "mode 0602"));
}

static void
a_directory_that_another_user_owns_is_refused(void **state)
{
	(void)state;
	write_file("conf.d/chroot-mounts.games", "root=/opt/games\n");
	owner = 4711;
	assert_refused(CONF_D
		" belongs to user 4711 and has mode 0755; only the superuser may be able to write "
		"to it; to mend it: chown root:root " CONF_D " && chmod go-w " CONF_D);
	owner = 0;
	assert_int_equal(chmod(at("conf.d"), 0757), 0);
	assert_int_equal(read_games(&(struct config_file){0}), -1);
	assert_non_null(strstr(take_said(), CONF_D " belongs to user 0"));
}

#define FILE_OF_GAMES CONF_D "/chroot-mounts.games"
#define COPY                                                                                       \
	"cp " FILE_OF_GAMES " " FILE_OF_GAMES ".new && mv " FILE_OF_GAMES ".new " FILE_OF_GAMES    \
	" # if you trust what is in it"

static void
a_link_to_a_file_is_refused(void **state)
{
	char target[256];

	(void)state;
	write_file("conf.d/other", "root=/opt/games\n");
	assert_int_equal(symlink("other", at("conf.d/chroot-mounts.games")), 0);
	assert_refused(CONF_D
		"/chroot-mounts.games is a symbolic link, which is not followed; to mend it: " COPY);
	assert_int_equal(unlink(at("conf.d/chroot-mounts.games")), 0);
	snprintf(target, sizeof(target), "%s", at("conf.d/chroot-mounts.games"));
	assert_int_equal(link(at("conf.d/other"), target), 0);
	assert_refused(CONF_D "/chroot-mounts.games has another name too (a hard link), so who "
			      "writes it is not certain; to mend it: " COPY);
}

/* A FIFO would hold the process that opens it. */
static void
what_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(at("conf.d/chroot-mounts.games"), 0644), 0);
	assert_refused(CONF_D "/chroot-mounts.games is not a regular file");
}

static void
the_file_of_the_service_may_be_missing(void **state)
{
	static const struct config_file nothing;
	struct catalogue catalogue;

	(void)state;
	assert_int_equal(catalogue_find(&catalogue, &report), 0);
	assert_int_equal(catalogue_read_service(&catalogue, &report), 0);
	assert_memory_equal(&catalogue.service, &nothing, sizeof(nothing));
	write_file("conf.d/chroot-mounts", "roots=games\n");
	assert_int_equal(catalogue_read_service(&catalogue, &report), 0);
	assert_string_equal(catalogue.service.values[CONFIG_ROOTS].text, "games");
	catalogue_release(&catalogue);
	assert_string_equal(take_said(), "");
}

static void
a_text_is_read_in_place_of_a_file_to_be(void **state)
{
	struct catalogue catalogue;
	struct config_file file;

	(void)state;
	write_file("conf.d/chroot-mounts.demo", "root=/opt/demo\n");
	write_file("conf.d/chroot-mounts.zoo", "root=/opt/zoo\n");
	assert_int_equal(catalogue_find(&catalogue, &report), 0);
	assert_int_equal(
		catalogue_propose(&catalogue, "games", "root=/opt/proposed\n", &report), 0);
	assert_int_equal(catalogue_read(&catalogue, "games", &file, &report), 0);
	assert_string_equal(file.path, CONF_D "/chroot-mounts.games");
	assert_string_equal(file.values[CONFIG_ROOT].text, "/opt/proposed");
	config_release(&file);
	assert_int_equal(catalogue_read(&catalogue, "zoo", &file, &report), 0);
	assert_string_equal(file.values[CONFIG_ROOT].text, "/opt/zoo");
	config_release(&file);
	catalogue.proposed = NULL;
	write_file("conf.d/chroot-mounts.games", "root=/opt/written\n");
	assert_int_equal(catalogue_read(&catalogue, "games", &file, &report), 0);
	assert_string_equal(file.values[CONFIG_ROOT].text, "/opt/written");
	config_release(&file);
	catalogue_release(&catalogue);
	assert_string_equal(take_said(), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_file_with_a_good_name_is_a_root),
		TEST(without_the_directory_there_is_no_root),
		TEST(the_file_of_a_root_is_read),
		TEST(a_symlink_in_init_d_makes_the_keys_of_openrc_count),
		TEST(a_root_without_a_file_is_refused),
		TEST(a_root_that_is_called_like_a_runlevel_is_refused),
		TEST(a_file_that_another_user_could_write_is_refused),
		TEST(a_directory_that_another_user_owns_is_refused),
		TEST(a_link_to_a_file_is_refused),
		TEST(what_is_no_file_is_refused),
		TEST(the_file_of_the_service_may_be_missing),
		TEST(a_text_is_read_in_place_of_a_file_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
