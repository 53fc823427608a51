#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cleanup.h"
#include "inside.h"
#include "said.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

#define ROOT 100 /* the id of `/` inside */

/* What start made: a proc, and a tmpfs on a device with larger numbers. */
static struct inside_mark marks[2];

static struct inside inside;

static int
begin(void **state)
{
	(void)state;
	/* makedev is no constant */
	marks[0] = (struct inside_mark){.mount = 101, .device = makedev(0, 51)};
	marks[1] = (struct inside_mark){.mount = 102, .device = makedev(3, 4000)};
	inside = (struct inside){.namespace = 11, .host = 12};
	return 0;
}

static int
end(void **state)
{
	(void)state;
	inside_release(&inside);
	return 0;
}

static void
learn(const char *text)
{
	cleanup_file FILE *stream = stream_of(text, strlen(text));

	assert_int_equal(
		inside_learn(&inside, stream, ROOT, marks, sizeof(marks) / sizeof(*marks)), 0);
}

static void
assert_numbers(const uint64_t *numbers, size_t count, const uint64_t *expected)
{
	size_t length = 0;

	while (expected[length] != 0)
		length++;
	assert_int_equal(count, length);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(numbers[i], expected[i]);
}

#define assert_mounts(...)                                                                         \
	assert_numbers(inside.mounts, inside.mount_count, (const uint64_t[]){__VA_ARGS__, 0})
#define assert_devices(...)                                                                        \
	assert_numbers(inside.devices, inside.device_count, (const uint64_t[]){__VA_ARGS__, 0})

static void
assert_no_devices(void)
{
	assert_int_equal(inside.device_count, 0);
}

/* The line is no mount; the two around it are. */
static void
assert_skipped(const char *line)
{
	char text[1024];

	snprintf(text, sizeof(text),
		"103 100 0:6 / /dev rw - devtmpfs dev rw\n%s\n104 100 0:7 / /sys rw - sysfs sys "
		"rw\n",
		line);
	learn(text);
	assert_mounts(103, 104);
	assert_no_devices();
	assert_int_equal(inside.group, 0);
	inside_release(&inside);
}

static void
each_mount_of_the_namespace_is_known_by_its_id(void **state)
{
	(void)state;
	learn("100 90 8:1 /opt/games / rw,relatime shared:7 master:1 - ext4 /dev/sda1 rw\n"
	      "101 100 0:51 / /proc rw,nosuid,nodev,noexec shared:8 - proc proc rw\n"
	      "102 100 3:4000 / /run/openrc rw shared:9 - tmpfs tmpfs rw,size=1024k\n"
	      "4294967297 100 0:6 / /dev rw shared:10 master:2 - devtmpfs udev rw");
	assert_mounts(100, 101, 102, 4294967297);
	assert_devices(makedev(0, 51), makedev(3, 4000));
	assert_int_equal(inside.group, 7);
	/* and what is none of its business is as it was */
	assert_int_equal(inside.namespace, 11);
	assert_int_equal(inside.host, 12);
	assert_int_equal(inside.stranger_count, 0);
}

static void
nothing_is_learned_of_nothing(void **state)
{
	(void)state;
	learn("\n");
	assert_int_equal(inside.mount_count, 0);
	assert_no_devices();
	assert_int_equal(inside.group, 0);
}

static void
without_marks_there_are_no_devices(void **state)
{
	char text[] = "101 100 0:51 / /proc rw - proc proc rw\n";
	cleanup_file FILE *stream = stream_of(text, strlen(text));

	(void)state;
	assert_int_equal(inside_learn(&inside, stream, ROOT, NULL, 0), 0);
	assert_mounts(101);
	assert_no_devices();
}

static void
only_as_many_marks_count_as_there_are(void **state)
{
	char text[] = "101 100 0:51 / /a rw - proc proc rw\n102 100 3:4000 / /b rw - tmpfs x rw\n";
	cleanup_file FILE *stream = stream_of(text, strlen(text));

	(void)state;
	assert_int_equal(inside_learn(&inside, stream, ROOT, marks, 1), 0);
	assert_mounts(101, 102);
	assert_devices(makedev(0, 51));
}

static void
a_mark_needs_both_its_mount_and_its_device(void **state)
{
	static const char *const lines[] = {
		"103 100 0:51 / /proc rw - proc proc rw\n", /* the device, at another mount */
		"101 100 0:52 / /proc rw - proc proc rw\n", /* the id, given to another */
		"101 100 51:0 / /proc rw - proc proc rw\n",
		"101 100 1:51 / /proc rw - proc proc rw\n",
		"101 100 3:4000 / /proc rw - proc proc rw\n", /* each a mark's, but not of one */
		"102 100 0:51 / /proc rw - proc proc rw\n",
		"1010 101 0:51 / /proc rw - proc proc rw\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		learn(lines[i]);
		assert_int_equal(inside.mount_count, 1);
		assert_no_devices();
		inside_release(&inside);
	}
}

static void
a_mark_that_is_somebodys_slave_is_not_what_start_made(void **state)
{
	static const char *const lines[] = {
		"101 100 0:51 / /proc rw master:3 - proc proc rw\n",
		"101 100 0:51 / /proc rw shared:5 master:3 - proc proc rw\n",
		"101 100 0:51 / /proc rw shared:5 master:3 propagate_from:2 - proc proc rw\n",
		"101 100 0:51 / /proc rw master:18446744073709551615 - proc proc rw\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		learn(lines[i]);
		assert_mounts(101);
		assert_no_devices();
		inside_release(&inside);
	}
}

static void
a_mark_may_be_shared_or_not(void **state)
{
	static const char *const lines[] = {
		"101 100 0:51 / /proc rw - proc proc rw\n",
		"101 100 0:51 / /proc rw shared:5 - proc proc rw\n",
		"101 100 0:51 / /proc rw unbindable - proc proc rw\n",
		"101 100 0:51 / /proc rw propagate_from:2 - proc proc rw\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		learn(lines[i]);
		assert_devices(makedev(0, 51));
		inside_release(&inside);
	}
}

static void
words_elsewhere_on_the_line_are_no_peer_groups(void **state)
{
	static const char *const lines[] = {
		"101 100 0:51 /master:3 /shared:5 rw - proc master:4 rw,master:6\n",
		"101 100 0:51 / /proc rw - proc master:4 rw\n",
		"101 100 0:51 / /a\\040master:3 rw - proc shared:4 rw\n",
		"101 100 0:51 / /proc rw xmaster:3 - proc proc rw\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		learn(lines[i]);
		assert_devices(makedev(0, 51));
		inside_release(&inside);
	}
	learn("100 90 8:1 /shared:3 /shared:4 rw,shared:5 - ext4 shared:6 rw, shared:7\n");
	assert_mounts(ROOT);
	assert_int_equal(inside.group, 0);
}

static void
the_group_is_that_of_the_root_alone(void **state)
{
	static const struct {
		const char *text;
		uint64_t group;
	} cases[] = {
		{"100 90 8:1 / / rw shared:7 - ext4 a rw\n", 7},
		{"100 90 8:1 / / rw shared:7 master:9 - ext4 a rw\n", 7},
		/* whose slave it is, others are too */
		{"100 90 8:1 / / rw master:9 - ext4 a rw\n", 0},
		{"100 90 8:1 / / rw master:9 propagate_from:3 - ext4 a rw\n", 0},
		{"100 90 8:1 / / rw - ext4 a rw\n", 0},
		{"100 90 8:1 / / rw unbindable - ext4 a rw\n", 0},
		/* another that stands at `/`, below it, or has a like number */
		{"99 90 8:1 / / rw shared:7 - ext4 a rw\n", 0},
		{"101 100 8:1 / /a rw shared:7 - ext4 a rw\n", 0},
		{"1000 90 8:1 / / rw shared:7 - ext4 a rw\n", 0},
		{"99 90 8:1 / / rw shared:6 - ext4 a rw\n"
		 "100 90 8:1 / / rw shared:7 - ext4 a rw\n"
		 "101 100 8:1 / /a rw shared:8 - ext4 a rw\n",
			7},
		{"99 90 8:1 / / rw shared:6 - ext4 a rw\n"
		 "100 90 8:1 / / rw - ext4 a rw\n"
		 "101 100 8:1 / /a rw shared:8 - ext4 a rw\n",
			0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		learn(cases[i].text);
		assert_int_equal(inside.group, cases[i].group);
		inside_release(&inside);
	}
}

static void
odd_lines_are_skipped(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"mounts",
		"101",
		"101 100",
		"101 100 0:51",
		"101 100 0:51 /",
		"101 100 0:51 / /proc",
		"101 100 0 / /proc rw - proc proc rw",
		"101 100 0-51 / /proc rw - proc proc rw",
		"101 100 :51 / /proc rw - proc proc rw",
		"101 x 0:51 / /proc rw - proc proc rw",
		"x 100 0:51 / /proc rw - proc proc rw",
		"100 90 x:1 / / rw shared:7 - ext4 a rw",
		"- proc proc rw",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_skipped(lines[i]);
}

static void
a_long_line_is_read_whole(void **state)
{
	cleanup_free char *text = malloc(100000);
	char *to = text;

	(void)state;
	assert_non_null(text);
	to += sprintf(to, "101 100 0:51 / /");
	memset(to, 'x', 50000);
	sprintf(to + 50000,
		" rw shared:8 master:3 - proc proc rw\n100 90 8:1 / / rw shared:7 - ext4 a rw\n");
	learn(text);
	assert_mounts(101, ROOT);
	assert_no_devices();
	assert_int_equal(inside.group, 7);
}

static void
a_stream_that_cannot_be_read_is_an_error(void **state)
{
	cleanup_fd int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_file FILE *stream = fdopen(fd, "r");

	(void)state;
	assert_non_null(stream);
	steal_fd(&fd);
	errno = 0;
	assert_int_equal(inside_learn(&inside, stream, ROOT, marks, 1), -1);
	assert_int_equal(errno, EISDIR);
}

static void
what_is_forgotten_leaves_the_namespace(void **state)
{
	(void)state;
	learn("100 90 8:1 / / rw shared:7 - ext4 a rw\n101 100 0:51 / /proc rw - proc proc rw\n");
	assert_devices(makedev(0, 51));
	inside_forget(&inside);
	assert_int_equal(inside.group, 0);
	assert_int_equal(inside.device_count, 0);
	assert_int_equal(inside.mount_count, 0);
	assert_null(inside.devices);
	assert_null(inside.mounts);
	assert_int_equal(inside.namespace, 11);
	assert_int_equal(inside.host, 12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_mount_of_the_namespace_is_known_by_its_id),
		TEST(nothing_is_learned_of_nothing),
		TEST(without_marks_there_are_no_devices),
		TEST(only_as_many_marks_count_as_there_are),
		TEST(a_mark_needs_both_its_mount_and_its_device),
		TEST(a_mark_that_is_somebodys_slave_is_not_what_start_made),
		TEST(a_mark_may_be_shared_or_not),
		TEST(words_elsewhere_on_the_line_are_no_peer_groups),
		TEST(the_group_is_that_of_the_root_alone),
		TEST(odd_lines_are_skipped),
		TEST(a_long_line_is_read_whole),
		TEST(a_stream_that_cannot_be_read_is_an_error),
		TEST(what_is_forgotten_leaves_the_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
