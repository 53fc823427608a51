/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/record.h"
#include "helper/record_write.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* Who owns every file, as the record is told: so the tests need no superuser. */
static uid_t owner;

/* How much each write takes at most, and after how many of them there is no room. */
static size_t write_limit;
static int writes_left;

int __wrap_fstat(int fd, struct stat *found);
int __wrap_fstat64(int fd, struct stat *found);
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);

static int
look(int fd, struct stat *found)
{
	int result = fstatat(fd, "", found, AT_EMPTY_PATH);

	found->st_uid = owner;
	return result;
}

int
__wrap_fstat(int fd, struct stat *found)
{
	return look(fd, found);
}

/* what glibc makes of it under _FILE_OFFSET_BITS=64 */
int
__wrap_fstat64(int fd, struct stat *found)
{
	return look(fd, found);
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t size)
{
	if (writes_left == 0) {
		errno = ENOSPC;
		return -1;
	}
	writes_left--;
	return __real_write(fd, bytes, size < write_limit ? size : write_limit);
}

static char folder[PATH_MAX];
static int directory;

static int
make_folder(void **state)
{
	const char *where = getenv("TMPDIR");

	(void)state;
	owner = 0;
	write_limit = SIZE_MAX;
	writes_left = -1;
	snprintf(folder, sizeof(folder), "%s/record.XXXXXX", where ? where : "/tmp");
	if (!mkdtemp(folder))
		return -1;
	directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0;
}

static int
remove_folder(void **state)
{
	static const char *const files[] = {"record", "other", "record.unfinished"};

	(void)state;
	writes_left = -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		unlinkat(directory, files[i], 0);
	unlinkat(directory, "folder", AT_REMOVEDIR);
	close(directory);
	return rmdir(folder);
}

static void
put_bytes(const char *bytes, size_t size)
{
	cleanup_fd int fd =
		openat(directory, "record", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(__real_write(fd, bytes, size), size);
}

static void
assert_unreadable(int error)
{
	struct record record;

	errno = 0;
	assert_int_equal(record_read(&record, directory, "record"), -1);
	assert_int_equal(errno, error);
	assert_null(record.text);
	record_release(&record);
}

static void
assert_bytes_unreadable(const char *bytes, size_t size)
{
	put_bytes(bytes, size);
	assert_unreadable(EBADMSG);
}

static void
the_first_string_is_the_version(void **state)
{
	static const char expected[] = "version=2\0root=/opt/games\0uid=1000";
	struct record record = {0};

	(void)state;
	assert_int_equal(record_add(&record, "root", "/opt/games"), 0);
	assert_int_equal(record_add_number(&record, "uid", 1000), 0);
	assert_int_equal(record.size, sizeof(expected));
	assert_memory_equal(record.text, expected, sizeof(expected));
	record_release(&record);
	assert_null(record.text);
	assert_int_equal(record.size, 0);
}

static void
what_is_written_is_read_back_whole(void **state)
{
	struct record record = {0};
	struct record back;
	struct stat found;

	(void)state;
	write_limit = 7;
	assert_int_equal(record_add(&record, "mounts", "a\nb = \"c\"\n\tä"), 0);
	assert_int_equal(record_add(&record, "shell", ""), 0);
	assert_int_equal(record_add_number(&record, "mount", UINT64_MAX), 0);
	assert_int_equal(record_write(&record, directory, "record"), 0);
	assert_int_equal(fstatat(directory, "record", &found, 0), 0);
	assert_int_equal(found.st_mode & 07777, 0600);
	assert_int_equal(record_read(&back, directory, "record"), 0);
	assert_int_equal(back.size, record.size);
	assert_memory_equal(back.text, record.text, record.size);
	assert_string_equal(record_value(&back, "mounts"), "a\nb = \"c\"\n\tä");
	record_release(&record);
	record_release(&back);
}

static void
a_record_replaces_the_one_before_it(void **state)
{
	struct record record = {0};
	struct record back;

	(void)state;
	assert_int_equal(record_add(&record, "path", "/usr/bin:/bin:/usr/local/bin"), 0);
	assert_int_equal(record_write(&record, directory, "record"), 0);
	record_release(&record);
	assert_int_equal(record_add(&record, "path", "/bin"), 0);
	assert_int_equal(record_write(&record, directory, "record"), 0);
	assert_int_equal(record_read(&back, directory, "record"), 0);
	assert_string_equal(record_value(&back, "path"), "/bin");
	assert_int_equal(faccessat(directory, "record.unfinished", F_OK, 0), -1);
	record_release(&record);
	record_release(&back);
}

static void
a_full_filesystem_leaves_the_old_record(void **state)
{
	struct record record = {0};
	struct record back;

	(void)state;
	assert_int_equal(record_add(&record, "path", "/old"), 0);
	assert_int_equal(record_write(&record, directory, "record"), 0);
	record_release(&record);
	assert_int_equal(record_add(&record, "path", "/new"), 0);
	write_limit = 12;
	writes_left = 1;
	assert_int_equal(record_write(&record, directory, "record"), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(faccessat(directory, "record.unfinished", F_OK, 0), -1);
	assert_int_equal(record_read(&back, directory, "record"), 0);
	assert_string_equal(record_value(&back, "path"), "/old");
	record_release(&record);
	record_release(&back);
}

static void
what_an_interrupted_start_left_is_no_part_of_it(void **state)
{
	struct record record = {0};
	struct record back;

	(void)state;
	put_bytes("version=2\0path=/left/over/from/a/crash", 39);
	assert_int_equal(renameat(directory, "record", directory, "record.unfinished"), 0);
	assert_int_equal(record_add(&record, "path", "/new"), 0);
	assert_int_equal(record_write(&record, directory, "record"), 0);
	assert_int_equal(record_read(&back, directory, "record"), 0);
	assert_int_equal(back.size, record.size);
	record_release(&record);
	record_release(&back);
}

static void
no_record_is_no_record(void **state)
{
	(void)state;
	assert_unreadable(ENOENT);
}

static void
a_doubtful_file_is_not_believed(void **state)
{
	static const char good[] = "version=2\0uid=0";

	(void)state;
	put_bytes(good, sizeof(good));
	owner = 1000;
	assert_unreadable(EPERM);
	owner = 0;
	assert_int_equal(fchmodat(directory, "record", 0620, 0), 0);
	assert_unreadable(EPERM);
	assert_int_equal(fchmodat(directory, "record", 0602, 0), 0);
	assert_unreadable(EPERM);
	assert_int_equal(fchmodat(directory, "record", 0600, 0), 0);
	assert_int_equal(renameat(directory, "record", directory, "other"), 0);
	assert_int_equal(symlinkat("other", directory, "record"), 0);
	assert_unreadable(ELOOP);
	assert_int_equal(unlinkat(directory, "record", 0), 0);
	assert_int_equal(mkfifoat(directory, "record", 0600), 0);
	assert_unreadable(EPERM);
}

static void
a_folder_is_no_record(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(mkdirat(directory, "folder", 0700), 0);
	assert_int_equal(record_read(&record, directory, "folder"), -1);
	assert_int_equal(errno, EPERM);
}

static void
what_start_did_not_write_is_no_record(void **state)
{
	static const char *const texts[] = {"uid=0", "version=", "version=01", "version=1a",
		"version=-1", "version=4294967296", " version=2", "Version=2", "version"};
	static char large[RECORD_SIZE + 1] = "version=1";

	(void)state;
	assert_bytes_unreadable("", 0);
	assert_bytes_unreadable("", 1);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_bytes_unreadable(texts[i], strlen(texts[i]) + 1);
	/* cut off before the NUL of its last string */
	assert_bytes_unreadable("version=2\0uid=1000", 17);
	assert_bytes_unreadable(large, sizeof(large));
}

static void
a_record_of_another_version_is_known_as_one(void **state)
{
	static const char later[] = "version=3\0uid=0\0service=chroot-mounts.games";
	struct record record;

	(void)state;
	put_bytes(later, sizeof(later));
	assert_int_equal(record_read(&record, directory, "record"), -1);
	assert_int_equal(errno, EPROTO);
	assert_string_equal(record_value(&record, "service"), "chroot-mounts.games");
	record_release(&record);
}

static void
a_record_has_a_largest_size(void **state)
{
	/* version=2, a=, two NUL */
	static char value[RECORD_SIZE - 10 - 3 + 1];
	struct record record = {0};
	struct record back;

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	assert_int_equal(record_add(&record, "ab", value), -1);
	assert_int_equal(errno, E2BIG);
	assert_int_equal(record_add(&record, "a", value), 0);
	assert_int_equal(record.size, RECORD_SIZE);
	assert_int_equal(record_add(&record, "", ""), -1);
	assert_int_equal(errno, E2BIG);
	assert_int_equal(record_write(&record, directory, "record"), 0);
	assert_int_equal(record_read(&back, directory, "record"), 0);
	assert_int_equal(back.size, RECORD_SIZE);
	record_release(&back);
	record_release(&record);
}

static void
every_value_of_a_key_is_found_in_order(void **state)
{
	struct record record = {0};
	const char *value;

	(void)state;
	record_add_number(&record, "uid", 1000);
	record_add(&record, "uidx", "0");
	record_add(&record, "set_env", "uid=0");
	record_add_number(&record, "uid", 1001);
	record_add(&record, "uid", "");
	value = record_next(&record, "uid", NULL);
	assert_string_equal(value, "1000");
	value = record_next(&record, "uid", value);
	assert_string_equal(value, "1001");
	value = record_next(&record, "uid", value);
	assert_string_equal(value, "");
	assert_null(record_next(&record, "uid", value));
	assert_null(record_next(&record, "ui", NULL));
	assert_string_equal(record_value(&record, "uid"), "1000");
	assert_string_equal(record_value(&record, "gid"), "");
	record_release(&record);
}

static void
an_empty_record_has_no_values(void **state)
{
	const struct record record = {0};

	(void)state;
	assert_null(record_next(&record, "uid", NULL));
	assert_string_equal(record_value(&record, "version"), "");
	assert_false(record_has_number(&record, "uid", 0));
}

static void
a_value_that_is_no_number_is_nobodys_uid(void **state)
{
	static const char *const values[] = {"", "-0", "+0", "00", " 0", "0 ", "0x0", "root"};
	struct record record = {0};
	uint64_t number = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		record_add(&record, "uid", values[i]);
	assert_false(record_has_number(&record, "uid", 0));
	assert_int_equal(record_number(&record, "uid", &number), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(number, 7);
	assert_int_equal(record_number(&record, "host", &number), -1);
	record_add_number(&record, "uid", 0);
	assert_true(record_has_number(&record, "uid", 0));
	assert_false(record_has_number(&record, "uid", UINT64_C(1) << 32));
	assert_int_equal(record_number(&record, "version", &number), 0);
	assert_int_equal(number, RECORD_VERSION);
	record_release(&record);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_string_is_the_version),
		TEST(what_is_written_is_read_back_whole),
		TEST(a_record_replaces_the_one_before_it),
		TEST(a_full_filesystem_leaves_the_old_record),
		TEST(what_an_interrupted_start_left_is_no_part_of_it),
		TEST(no_record_is_no_record),
		TEST(a_doubtful_file_is_not_believed),
		TEST(a_folder_is_no_record),
		TEST(what_start_did_not_write_is_no_record),
		TEST(a_record_of_another_version_is_known_as_one),
		TEST(a_record_has_a_largest_size),
		cmocka_unit_test(every_value_of_a_key_is_found_in_order),
		cmocka_unit_test(an_empty_record_has_no_values),
		cmocka_unit_test(a_value_that_is_no_number_is_nobodys_uid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
