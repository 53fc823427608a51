/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/namespace.h"
#include "common/record.h"
#include "helper/record_read.h"
#include "helper/record_write.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

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

static void
a_mount_has_as_many_numbers_as_its_key(void **state)
{
	static const char expected[] = "version=2\0visible_mount=5:/a:b\0filesystem=5:6:/a:b\0"
				       "line=5:6:18446744073709551615:/a:b\0leaving=0:0:0:";
	const struct record_mount mount = {5, 6, UINT64_MAX, "/a:b"}, none = {.mount_point = ""};
	struct record record = {0};
	struct record_mount back;

	(void)state;
	assert_int_equal(
		record_add_mount(&record, "visible_mount", RECORD_VISIBLE_MOUNT, &mount), 0);
	assert_int_equal(record_add_mount(&record, "filesystem", RECORD_FILESYSTEM, &mount), 0);
	assert_int_equal(record_add_mount(&record, "line", RECORD_LINE, &mount), 0);
	assert_int_equal(record_add_mount(&record, "leaving", RECORD_LINE, &none), 0);
	assert_int_equal(record.size, sizeof(expected));
	assert_memory_equal(record.text, expected, sizeof(expected));
	assert_int_equal(record_parse_mount(record_value(&record, "visible_mount"),
				 RECORD_VISIBLE_MOUNT, &back),
		0);
	assert_int_equal(back.id, 5);
	assert_int_equal(back.device, 0);
	assert_string_equal(back.mount_point, "/a:b");
	assert_int_equal(
		record_parse_mount(record_value(&record, "filesystem"), RECORD_FILESYSTEM, &back),
		0);
	assert_int_equal(back.device, 6);
	assert_string_equal(back.mount_point, "/a:b");
	assert_int_equal(record_parse_mount(record_value(&record, "line"), RECORD_LINE, &back), 0);
	assert_int_equal(back.inode, UINT64_MAX);
	assert_string_equal(back.mount_point, "/a:b");
	assert_int_equal(
		record_parse_mount(record_value(&record, "leaving"), RECORD_LINE, &back), 0);
	assert_int_equal(back.id, 0);
	assert_string_equal(back.mount_point, "");
	record_release(&record);
}

static void
a_value_that_lacks_a_number_is_no_mount(void **state)
{
	static const char *const values[] = {"", "1", "1:2", "1:2:3", ":2:3:/a", "1::3:/a",
		"1:2:-3:/a", "1:2:03:/a", "1 :2:3:/a", "1:2:18446744073709551616:/a",
		"1:2:000000000000000000000:/a", "a:2:3:/a"};
	struct record_mount mount;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		errno = 0;
		assert_int_equal(record_parse_mount(values[i], RECORD_LINE, &mount), -1);
		assert_int_equal(errno, EBADMSG);
	}
}

static void
a_device_is_its_major_and_minor_number(void **state)
{
	static const char *const values[] = {
		"", "7", "7:", ":3", "7:3:", "07:3", "7:4294967296", "4294967296:3", "7:3 "};
	struct record record = {0};
	uint64_t device = 1;

	(void)state;
	assert_int_equal(record_add_device(&record, makedev(0, 31)), 0);
	assert_int_equal(record.size, 0);
	assert_int_equal(record_add_device(&record, makedev(259, 1048575)), 0);
	assert_string_equal(record_value(&record, "block_device"), "259:1048575");
	assert_int_equal(record_parse_device(record_value(&record, "block_device"), &device), 0);
	assert_int_equal(device, makedev(259, 1048575));
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		errno = 0;
		assert_int_equal(record_parse_device(values[i], &device), -1);
		assert_int_equal(errno, EBADMSG);
	}
	record_release(&record);
}

static void
an_account_is_known_by_its_number_and_name(void **state)
{
	struct record record = {0};

	(void)state;
	assert_int_equal(record_add(&record, "known_user", "bad"), 0);
	assert_int_equal(record_add(&record, "known_user", "01001:carol"), 0);
	assert_int_equal(record_add_account(&record, "known_user", 0, "root"), 0);
	assert_int_equal(record_add_account(&record, "known_user", UINT32_MAX, "alice"), 0);
	assert_string_equal(record_next(&record, "known_user",
				    record_next(&record, "known_user",
					    record_next(&record, "known_user",
						    record_value(&record, "known_user")))),
		"4294967295:alice");
	assert_true(record_has_account(&record, "known_user", 0, "root"));
	assert_true(record_has_account(&record, "known_user", UINT32_MAX, "alice"));
	assert_false(record_has_account(&record, "known_user", 0, "alice"));
	assert_false(record_has_account(&record, "known_user", 0, "roo"));
	assert_false(record_has_account(&record, "known_user", 0, ""));
	assert_false(record_has_account(&record, "known_user", 1001, "carol"));
	assert_false(record_has_account(&record, "known_group", 0, "root"));
	record_release(&record);
}

static void
a_record_is_copied_with_one_value_changed(void **state)
{
	struct record record = {0}, copy = {0};

	(void)state;
	assert_int_equal(record_add(&record, "service", "chroot-mounts"), 0);
	assert_int_equal(record_add(&record, "set_env", "A=1 B=2"), 0);
	assert_int_equal(record_add(&record, "service_extra_mounts", "x"), 0);
	assert_int_equal(record_copy(&copy, &record, "service", "chroot-mounts.games"), 0);
	assert_string_equal(record_value(&copy, "version"), record_value(&record, "version"));
	assert_null(record_next(&copy, "version", record_value(&copy, "version")));
	assert_string_equal(record_value(&copy, "service"), "chroot-mounts.games");
	assert_string_equal(record_value(&copy, "set_env"), "A=1 B=2");
	assert_string_equal(record_value(&copy, "service_extra_mounts"), "x");
	record_release(&record);
	record_release(&copy);
}

static void
a_copy_of_a_place_has_another_mount(void **state)
{
	const struct namespace_root place = {
		.device = UINT64_C(8) << 32 | 17, .inode = 2, .mount = 42};
	struct namespace_root other = place;
	struct record record = {0};

	(void)state;
	assert_int_equal(record_add_root(&record, &place), 0);
	assert_string_equal(record_value(&record, "device"), "34359738385");
	assert_true(record_has_root(&record, &place, false));
	other.mount++;
	assert_false(record_has_root(&record, &other, false));
	assert_true(record_has_root(&record, &other, true));
	other.inode++;
	assert_false(record_has_root(&record, &other, true));
	other = place;
	other.device++;
	assert_false(record_has_root(&record, &other, true));
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
		cmocka_unit_test(a_mount_has_as_many_numbers_as_its_key),
		cmocka_unit_test(a_value_that_lacks_a_number_is_no_mount),
		cmocka_unit_test(a_device_is_its_major_and_minor_number),
		cmocka_unit_test(an_account_is_known_by_its_number_and_name),
		cmocka_unit_test(a_record_is_copied_with_one_value_changed),
		cmocka_unit_test(a_copy_of_a_place_has_another_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
