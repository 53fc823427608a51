/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/membership.h"
#include "helper/process.h"
#include "said.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

#define ROOT 100 /* the id of `/` inside */

static struct membership membership;
static struct membership_root *root; /* the one that most tests are about */

/* What start made: a proc, and a tmpfs on a device with larger numbers. */
static int
add_root(const char *name, uint64_t namespace, uint64_t top)
{
	/* makedev is no constant */
	const struct membership_superblock made[] = {{.mount = top + 1, .device = makedev(0, 51)},
		{.mount = top + 2, .device = makedev(3, 4000)}};
	struct membership_root added = {.name = name, .namespace = namespace, .root_mount = top};

	added.superblocks = malloc(sizeof(made));
	assert_non_null(added.superblocks);
	memcpy(added.superblocks, made, sizeof(made));
	added.superblock_count = 2;
	return membership_add(&membership, &added);
}

static int
begin(void **state)
{
	(void)state;
	assert_int_equal(add_root("games", 11, ROOT), 0);
	root = &membership.roots[0];
	return 0;
}

static int
end(void **state)
{
	(void)state;
	membership_release(&membership);
	return 0;
}

static void
learn_of(int number, const char *text)
{
	cleanup_file FILE *stream = stream_of(text, strlen(text));

	assert_int_equal(membership_learn(&membership, number, stream), 0);
	assert_int_equal(membership_sort(&membership), 0);
}

static void
learn(const char *text)
{
	learn_of(0, text);
}

static void
assert_numbers(const struct numbers *numbers, const uint64_t *expected)
{
	const uint64_t *all = numbers->all;
	size_t length = 0;

	while (expected[length] != 0)
		length++;
	assert_int_equal(numbers->count, length);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(all[i], expected[i]);
}

#define assert_mounts(...) assert_numbers(&root->mounts, (const uint64_t[]){__VA_ARGS__, 0})
#define assert_devices(...) assert_numbers(&root->devices, (const uint64_t[]){__VA_ARGS__, 0})

static void
assert_no_devices(void)
{
	assert_int_equal(root->devices.count, 0);
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
	assert_int_equal(root->group, 0);
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
	assert_int_equal(root->group, 7);
	/* and what is none of its business is as it was */
	assert_int_equal(root->namespace, 11);
}

static void
nothing_is_learned_of_nothing(void **state)
{
	(void)state;
	learn("\n");
	assert_int_equal(root->mounts.count, 0);
	assert_no_devices();
	assert_int_equal(root->group, 0);
}

static void
without_marks_there_are_no_devices(void **state)
{
	(void)state;
	root->superblock_count = 0;
	learn("101 100 0:51 / /proc rw - proc proc rw\n");
	assert_mounts(101);
	assert_no_devices();
}

static void
only_as_many_marks_count_as_there_are(void **state)
{
	(void)state;
	root->superblock_count = 1;
	learn("101 100 0:51 / /a rw - proc proc rw\n102 100 3:4000 / /b rw - tmpfs x rw\n");
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
		assert_int_equal(root->mounts.count, 1);
		assert_no_devices();
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
	}
	learn("100 90 8:1 /shared:3 /shared:4 rw,shared:5 - ext4 shared:6 rw, shared:7\n");
	assert_mounts(ROOT);
	assert_int_equal(root->group, 0);
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
		assert_int_equal(root->group, cases[i].group);
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
	assert_int_equal(root->group, 7);
}

static void
a_stream_that_cannot_be_read_is_an_error_and_changes_nothing(void **state)
{
	cleanup_fd int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_file FILE *stream = fdopen(fd, "r");

	(void)state;
	assert_non_null(stream);
	steal_fd(&fd);
	learn("101 100 0:51 / /proc rw - proc proc rw\n");
	errno = 0;
	assert_int_equal(membership_learn(&membership, 0, stream), -1);
	assert_int_equal(errno, EISDIR);
	assert_devices(makedev(0, 51));
}

static void
what_is_learned_again_is_what_there_is_now(void **state)
{
	(void)state;
	learn("100 90 8:1 / / rw shared:7 - ext4 a rw\n101 100 0:51 / /proc rw - proc proc rw\n");
	learn("102 90 3:4000 / /run rw - tmpfs a rw\n");
	assert_mounts(102);
	assert_devices(makedev(3, 4000));
	assert_int_equal(membership_of_mount(&membership, 101), MEMBERSHIP_NONE);
	assert_int_equal(membership_of_mount(&membership, 102), 0);
	assert_int_equal(root->group, 0);
}

static void
without_a_mountinfo_what_was_learned_stays(void **state)
{
	(void)state;
	learn("101 100 0:51 / /proc rw - proc proc rw\n");
	assert_int_equal(membership_refresh(&membership, 0), 0);
	assert_devices(makedev(0, 51));
}

static void
a_mountinfo_is_read_from_its_beginning_each_time(void **state)
{
	static const char text[] = "101 100 0:51 / /proc rw - proc proc rw\n";

	(void)state;
	root->mountinfo = stream_of(text, sizeof(text) - 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(membership_refresh(&membership, 0), 0);
		assert_mounts(101);
	}
}

static void
what_is_forgotten_leaves_the_namespace(void **state)
{
	(void)state;
	learn("100 90 8:1 / / rw shared:7 - ext4 a rw\n101 100 0:51 / /proc rw - proc proc rw\n");
	assert_true(membership_can_judge_mounts(&membership));
	membership_forget_mounts(&membership, 0);
	assert_int_equal(membership_sort(&membership), 0);
	assert_false(membership_can_judge_mounts(&membership));
	assert_int_equal(membership_of_mount(&membership, ROOT), MEMBERSHIP_NONE);
	assert_int_equal(root->superblock_count, 0);
	assert_int_equal(membership_of_namespace(&membership, 11), 0);
	membership_remove_root(&membership, 0);
	assert_int_equal(membership_sort(&membership), 0);
	assert_int_equal(membership_of_namespace(&membership, 11), MEMBERSHIP_NONE);
}

static void
listed_users_and_groups_are_their_roots(void **state)
{
	(void)state;
	assert_int_equal(add_root("other", 21, 200), 1);
	assert_int_equal(membership_list_user(&membership, 0, 1000), 0);
	assert_int_equal(membership_list_user(&membership, 0, 1001), 0);
	assert_int_equal(membership_list_group(&membership, 1, 3001), 0);
	assert_true(membership_has_user(&membership, 0, 1000));
	assert_true(membership_has_user(&membership, 0, 1001));
	assert_false(membership_has_user(&membership, 0, 1002));
	assert_false(membership_has_user(&membership, 1, 1000));
	assert_false(membership_has_group(&membership, 0, 1000));
	assert_true(membership_has_group(&membership, 1, 3001));
	assert_false(membership_has_group(&membership, 0, 3001));
	assert_false(membership_has_user(&membership, 1, 3001));
	membership_forget_mounts(&membership, 0);
	assert_false(membership_has_user(&membership, 0, 1000));
	assert_true(membership_has_group(&membership, 1, 3001));
}

static int
owner_of(const char *text)
{
	struct process_mount line;
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", text);
	assert_true(process_parse_mount(copy, &line));
	return membership_of_foreign_mount(&membership, &line);
}

/* A second root, known by its own numbers, and a third that nothing was learned of. */
static void
add_others(void)
{
	int other = add_root("other", 21, 200);

	assert_int_equal(other, 1);
	assert_int_equal(add_root("third", 31, 300), 2);
	root = &membership.roots[0];
	membership.roots[1].superblocks[0].device = makedev(0, 61);
	learn("100 90 8:1 / / rw shared:7 - ext4 a rw\n101 100 0:51 / /proc rw - proc proc rw\n");
	learn_of(1, "201 200 0:61 / /proc rw - proc proc rw\n"
		    "200 190 8:2 / / rw shared:5 - ext4 a rw\n");
}

static void
each_number_is_its_own_roots(void **state)
{
	(void)state;
	add_others();
	assert_int_equal(membership_of_namespace(&membership, 11), 0);
	assert_int_equal(membership_of_namespace(&membership, 21), 1);
	assert_int_equal(membership_of_namespace(&membership, 31), 2);
	assert_int_equal(membership_of_namespace(&membership, 12), MEMBERSHIP_NONE);
	assert_int_equal(membership_of_mount(&membership, 100), 0);
	assert_int_equal(membership_of_mount(&membership, 101), 0);
	assert_int_equal(membership_of_mount(&membership, 200), 1);
	assert_int_equal(membership_of_mount(&membership, 201), 1);
	assert_int_equal(membership_of_mount(&membership, 300), MEMBERSHIP_NONE);
	assert_int_equal(membership_of_mount(&membership, 0), MEMBERSHIP_NONE);
}

static void
a_mount_is_known_by_its_superblock_or_its_peers(void **state)
{
	(void)state;
	add_others();
	assert_int_equal(owner_of("9 8 0:51 / /proc rw - proc proc rw"), 0);
	assert_int_equal(owner_of("9 8 0:61 / /proc rw master:99 - proc proc rw"), 1);
	assert_int_equal(owner_of("9 8 8:1 / / rw shared:7 - ext4 a rw"), 0);
	assert_int_equal(owner_of("9 8 8:1 / / rw master:5 - ext4 a rw"), 1);
	assert_int_equal(owner_of("9 8 8:1 / / rw shared:99 master:7 - ext4 a rw"), 0);
	/* device and path alone, another's group, or none */
	assert_int_equal(owner_of("9 8 8:1 / / rw - ext4 a rw"), MEMBERSHIP_NONE);
	assert_int_equal(
		owner_of("9 8 8:2 / / rw shared:99 master:98 - ext4 a rw"), MEMBERSHIP_NONE);
	assert_int_equal(owner_of("9 8 0:61 / / rw propagate_from:7 - ext4 a rw"), 1);
	assert_int_equal(
		owner_of("9 8 8:2 / / rw master:98 propagate_from:7 - ext4 a rw"), MEMBERSHIP_NONE);
	assert_int_equal(owner_of("100 8 8:1 / / rw - ext4 a rw"), MEMBERSHIP_NONE);
}

static void
what_one_root_forgets_the_others_keep(void **state)
{
	(void)state;
	add_others();
	membership_forget_mounts(&membership, 0);
	assert_int_equal(membership_add_device(&membership, 0, makedev(0, 71)), 0);
	assert_int_equal(membership_sort(&membership), 0);
	assert_int_equal(owner_of("9 8 0:51 / /proc rw - proc proc rw"), MEMBERSHIP_NONE);
	assert_int_equal(owner_of("9 8 0:71 / /proc rw - proc proc rw"), 0);
	assert_int_equal(owner_of("9 8 0:61 / /proc rw - proc proc rw"), 1);
	membership_remove_root(&membership, 1);
	assert_int_equal(membership_sort(&membership), 0);
	assert_int_equal(membership_of_namespace(&membership, 21), MEMBERSHIP_NONE);
	assert_int_equal(owner_of("9 8 0:61 / /proc rw - proc proc rw"), MEMBERSHIP_NONE);
	assert_int_equal(membership_of_namespace(&membership, 11), 0);
	assert_int_equal(owner_of("9 8 0:71 / /proc rw - proc proc rw"), 0);
}

/* Each alone: what was found before must not answer for what is there now. */
static void
a_change_of_one_kind_alone_is_found(void **state)
{
	(void)state;
	learn("100 90 8:1 / / rw shared:7 - ext4 a rw\n101 100 0:51 / /proc rw - proc proc rw\n");
	learn("100 90 8:1 / / rw shared:8 - ext4 a rw\n101 100 0:51 / /proc rw - proc proc rw\n");
	assert_int_equal(owner_of("9 8 8:1 / / rw shared:8 - ext4 a rw"), 0);
	assert_int_equal(owner_of("9 8 8:1 / / rw shared:7 - ext4 a rw"), MEMBERSHIP_NONE);
	learn("100 90 8:1 / / rw shared:8 - ext4 a rw\n102 100 0:6 / /dev rw - tmpfs a rw\n"
	      "101 100 0:51 / /proc rw - proc proc rw\n");
	assert_int_equal(membership_of_mount(&membership, 102), 0);
	learn("100 90 8:1 / / rw shared:8 - ext4 a rw\n102 100 3:4000 / /run rw - tmpfs a rw\n"
	      "101 100 0:51 / /proc rw master:2 - proc proc rw\n");
	assert_int_equal(owner_of("9 8 0:51 / /proc rw - proc proc rw"), MEMBERSHIP_NONE);
	assert_int_equal(owner_of("9 8 3:4000 / /run rw - tmpfs a rw"), 0);
}

void *__wrap_reallocarray(void *pointer, size_t count, size_t size);
void *__real_reallocarray(void *pointer, size_t count, size_t size);

static int allocations_left = -1; /* before one fails; below 0: none does */

void *
__wrap_reallocarray(void *pointer, size_t count, size_t size)
{
	if (allocations_left == 0)
		return NULL;
	allocations_left -= allocations_left > 0;
	return __real_reallocarray(pointer, count, size);
}

/* A root of which half is known would let processes inside go unseen. */
static void
without_memory_nothing_counts_as_sorted(void **state)
{
	(void)state;
	add_others();
	for (int left = 0; left < MEMBERSHIP_KINDS; left++) {
		membership.is_sorted = false;
		allocations_left = left;
		assert_int_equal(membership_sort(&membership), -1);
		assert_false(membership.is_sorted);
		allocations_left = -1;
	}
	assert_int_equal(membership_sort(&membership), 0);
	assert_int_equal(membership_of_mount(&membership, 201), 1);
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
		TEST(a_stream_that_cannot_be_read_is_an_error_and_changes_nothing),
		TEST(what_is_learned_again_is_what_there_is_now),
		TEST(without_a_mountinfo_what_was_learned_stays),
		TEST(a_mountinfo_is_read_from_its_beginning_each_time),
		TEST(what_is_forgotten_leaves_the_namespace),
		TEST(listed_users_and_groups_are_their_roots),
		TEST(each_number_is_its_own_roots),
		TEST(a_mount_is_known_by_its_superblock_or_its_peers),
		TEST(what_one_root_forgets_the_others_keep),
		TEST(a_change_of_one_kind_alone_is_found),
		TEST(without_memory_nothing_counts_as_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
