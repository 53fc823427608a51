/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/mounts_attach.h"
#include "helper/mounts_make.h"
#include "helper/plan.h"
#include "said.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static char tree[] = "/srv/my tree";
static char done[256]; /* what was done, with a blank behind each */
static int missing; /* errno of a target that cannot be opened; 0 where it can */
static int making; /* errno of a target that cannot be made */
static mode_t mode; /* of the target */
static const char *called; /* the target, by the kernel */
static bool is_judged_bad;
static bool lacks_beneath; /* Linux before 6.5 */
static size_t names; /* usual ones that the tree has */

static void
note(const char *what)
{
	snprintf(done + strlen(done), sizeof(done) - strlen(done), "%s ", what);
}

int __wrap_root_open_target(const struct root *root, const char *path);
int __wrap_root_make_target(
	const struct root *root, const char *path, bool directory, mode_t target_mode);
const char *__wrap_root_name_of(const struct root *root, int fd, char *name, size_t size);
int __wrap_ownership_judge_target(const struct root *root, const char *path, int target,
	const uint64_t *foreign, size_t count, mode_t *found, struct report *said_to);
int __wrap_ownership_judge_way(const struct root *root, const char *path, const uint64_t *foreign,
	size_t count, struct report *said_to);
size_t __wrap_ownership_count_names(int top, const uid_t *user);
int __wrap_mount_attach(int fd, int target);
int __wrap_mount_attach_beneath(int fd, int on_top);
int __wrap_mount_take_off(int fd, int proc_fd);

int
__wrap_root_open_target(const struct root *root, const char *path)
{
	(void)root;
	(void)path;
	errno = missing;
	return missing ? -1 : open("/", O_PATH | O_CLOEXEC);
}

int
__wrap_root_make_target(
	const struct root *root, const char *path, bool directory, mode_t target_mode)
{
	char text[32];

	(void)root;
	(void)path;
	snprintf(text, sizeof(text), "make-%s-%o", directory ? "directory" : "file", target_mode);
	note(text);
	errno = making;
	if (!making)
		missing = 0;
	return making ? -1 : 0;
}

const char *
__wrap_root_name_of(const struct root *root, int fd, char *name, size_t size)
{
	(void)root;
	(void)fd;
	snprintf(name, size, "%s", called);
	return name;
}

int
__wrap_ownership_judge_target(const struct root *root, const char *path, int target,
	const uint64_t *foreign, size_t count, mode_t *found, struct report *said_to)
{
	(void)root;
	(void)path;
	(void)target;
	(void)foreign;
	(void)count;
	(void)said_to;
	note("judge");
	*found = mode;
	return is_judged_bad ? -1 : 0;
}

int
__wrap_ownership_judge_way(const struct root *root, const char *path, const uint64_t *foreign,
	size_t count, struct report *said_to)
{
	(void)root;
	(void)path;
	(void)foreign;
	(void)count;
	(void)said_to;
	note("judge-way");
	return is_judged_bad ? -1 : 0;
}

size_t
__wrap_ownership_count_names(int top, const uid_t *user)
{
	(void)top;
	assert_null(user);
	return names;
}

int
__wrap_mount_attach(int fd, int target)
{
	(void)fd;
	(void)target;
	note("attach");
	return 0;
}

int
__wrap_mount_attach_beneath(int fd, int on_top)
{
	(void)fd;
	(void)on_top;
	note("beneath");
	return lacks_beneath ? -1 : 0;
}

int
__wrap_mount_take_off(int fd, int proc_fd)
{
	(void)fd;
	(void)proc_fd;
	note("take-off");
	return 0;
}

static int
begin(void **state)
{
	done[0] = '\0';
	missing = making = 0;
	mode = S_IFDIR | 0755;
	called = "/b/c";
	names = 6;
	is_judged_bad = lacks_beneath = false;
	return report_to_memory(state);
}

/* A plan of one line of fstab(5) on a line that is above it, and what became of it. */
struct made {
	struct plan plan;
	struct mounts mounts;
	struct mounts_line lines[2];
	uint64_t ids[2];
	struct root root;
};

static void
make(struct made *made, const char *target, const char *words, bool is_directory)
{
	*made = (struct made){.lines = {{.fd = -1}, {.fd = -1, .is_directory = is_directory}},
		.ids = {7, 8},
		/* which has neither /above nor /b */
		.root = {.tree = AT_FDCWD, .proc_fd = -1, .path = tree}};
	assert_int_equal(plan_add(&made->plan, "/x", "/above", "none", "bind", &report), 0);
	assert_int_equal(plan_add(&made->plan, "/a", target, "none", words, &report), 0);
	made->mounts = (struct mounts){.lines = made->lines, .ids = made->ids, .count = 2};
}

static void
release(struct made *made)
{
	free(made->lines[1].mount_point);
	plan_release(&made->plan);
}

/* message: NULL for a line that can be attached, "" where the judge reports it */
static void
assert_attaches(const char *target, const char *words, bool is_directory, const char *steps,
	const char *message)
{
	struct made made;
	char expected[512] = "";

	make(&made, target, words, is_directory);
	assert_int_equal(mounts_attach_line(&made.mounts, &made.plan, 1, &made.root, &report),
		message ? -1 : 0);
	if (message && *message)
		snprintf(expected, sizeof(expected), "test: %s\n", message);
	assert_string_equal(take_said(), expected);
	assert_string_equal(done, steps);
	done[0] = '\0';
	release(&made);
}

static void
a_target_is_judged_before_it_is_covered(void **state)
{
	(void)state;
	assert_attaches("/b/c", "bind", true, "judge attach ", NULL);
	is_judged_bad = true;
	assert_attaches("/b/c", "bind", true, "judge ", "");
}

static void
a_mount_covers_what_is_of_its_kind(void **state)
{
	(void)state;
	assert_attaches("/b/c", "bind", false, "judge ",
		"cannot mount /a on /srv/my tree/b/c, which is a directory; to mend it: rmdir "
		"'/srv/my tree/b/c' && touch '/srv/my tree/b/c'");
	mode = S_IFREG | 0644;
	assert_attaches("/b/c", "bind", false, "judge attach ", NULL);
	assert_attaches("/b/c", "bind", true, "judge ",
		"cannot mount /a on /srv/my tree/b/c, which is a file; to mend it: rm '/srv/my "
		"tree/b/c' && mkdir '/srv/my tree/b/c'");
	mode = S_IFLNK | 0777;
	assert_attaches("/b/c", "bind", false, "judge attach ", NULL);
	assert_attaches("/b/c", "bind", true, "judge ",
		"cannot mount /a on /srv/my tree/b/c, which is a symbolic link; to mend it: rm "
		"'/srv/my tree/b/c' && mkdir '/srv/my tree/b/c'");
}

static void
a_missing_target_is_told_with_what_makes_it(void **state)
{
	char expected[512];

	(void)state;
	missing = ENOENT;
	snprintf(expected, sizeof(expected),
		"cannot open the mount point /srv/my tree/b/c: %s; to mend it: mkdir -p '/srv/my "
		"tree/b/c'",
		strerror(ENOENT));
	assert_attaches("/b/c", "bind", true, "", expected);
	snprintf(expected, sizeof(expected),
		"cannot open the mount point /srv/my tree/b/c: %s; to mend it: install -D "
		"-m 644 /dev/null '/srv/my tree/b/c'",
		strerror(ENOENT));
	assert_attaches("/b/c", "bind", false, "", expected);
	names = 0;
	snprintf(expected, sizeof(expected),
		"cannot open the mount point /srv/my tree/b/c of a directory that is no Linux "
		"tree, without bin, etc, lib, sbin, usr and var: %s",
		strerror(ENOENT));
	assert_attaches("/b/c", "bind", true, "", expected);
	names = 6;
	/* it is the host that lacks it */
	snprintf(expected, sizeof(expected),
		"cannot open the mount point /srv/my tree/above/c: %s; make it below "
		"the source of the line above it, or add nofail",
		strerror(ENOENT));
	assert_attaches("/above/c", "bind", true, "", expected);
	missing = EACCES;
	snprintf(expected, sizeof(expected), "cannot open the mount point /srv/my tree/b/c: %s",
		strerror(EACCES));
	assert_attaches("/b/c", "bind,nofail", true, "", expected);
}

static void
a_line_with_nofail_is_passed_over_without_its_target(void **state)
{
	struct made made;

	(void)state;
	missing = ENOENT;
	make(&made, "/b/c", "bind,nofail", true);
	assert_int_equal(mounts_attach_line(&made.mounts, &made.plan, 1, &made.root, &report), 0);
	assert_int_equal(made.ids[1], 0);
	assert_string_equal(done, "");
	/* a check leaves it as it is */
	made.ids[1] = 8;
	assert_int_equal(mounts_check_line(&made.mounts, &made.plan, 1, &made.root, &report), 0);
	assert_int_equal(made.ids[1], 8);
	release(&made);
}

static void
a_target_is_made_once_the_way_to_it_is_judged(void **state)
{
	(void)state;
	missing = ENOENT;
	assert_attaches("/b/c", "bind,x-mount.mkdir", true,
		"judge-way make-directory-755 judge attach ", NULL);
	missing = ENOENT;
	mode = S_IFREG | 0644;
	assert_attaches(
		"/b/c", "bind,x-mount.mkdir", false, "judge-way make-file-644 judge attach ", NULL);
	missing = ENOENT;
	assert_attaches("/b/c", "bind,x-mount.mkdir=0700", false,
		"judge-way make-file-700 judge attach ", NULL);
	missing = ENOENT;
	is_judged_bad = true;
	assert_attaches("/b/c", "bind,x-mount.mkdir", true, "judge-way ", "");
}

static void
a_target_is_not_made_on_another_mount(void **state)
{
	(void)state;
	missing = ENOENT;
	making = EXDEV;
	assert_attaches("/b/c", "bind,x-mount.mkdir", true, "judge-way make-directory-755 ",
		"x-mount.mkdir makes nothing on another mount, and /srv/my tree/b/c leads onto "
		"one: make it there yourself");
}

static void
the_place_is_what_the_kernel_calls_the_target(void **state)
{
	struct made made;

	(void)state;
	called = "/b/real";
	make(&made, "/b/link", "bind", true);
	assert_int_equal(mounts_check_line(&made.mounts, &made.plan, 1, &made.root, &report), 0);
	assert_string_equal(made.lines[1].mount_point, "/b/real");
	assert_string_equal(done, "judge ");
	/* a name that nothing has */
	called = "?";
	assert_int_equal(mounts_check_line(&made.mounts, &made.plan, 1, &made.root, &report), -1);
	assert_null(made.lines[1].mount_point);
	assert_non_null(strstr(take_said(), "cannot find out where /srv/my tree/b/link is"));
	release(&made);
	/* right below the top no link can lead elsewhere */
	make(&made, "/b", "bind", true);
	assert_int_equal(mounts_check_line(&made.mounts, &made.plan, 1, &made.root, &report), 0);
	assert_string_equal(made.lines[1].mount_point, "/b");
	release(&made);
}

static void
a_mount_is_replaced_from_beneath_where_the_kernel_can(void **state)
{
	struct made made;

	(void)state;
	make(&made, "/b/c", "bind", true);
	assert_int_equal(
		mounts_replace_line(&made.mounts, &made.plan, 1, &made.root, -1, "/p/q", &report),
		0);
	assert_string_equal(done, "judge beneath take-off ");
	/* the kernel would name the source of the old one */
	assert_string_equal(made.lines[1].mount_point, "/p/q");
	done[0] = '\0';
	lacks_beneath = true;
	assert_int_equal(
		mounts_replace_line(&made.mounts, &made.plan, 1, &made.root, -1, "/p/q", &report),
		0);
	assert_string_equal(done, "judge beneath take-off judge attach ");
	assert_string_equal(take_said(), "");
	release(&made);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_target_is_judged_before_it_is_covered),
		TEST(a_mount_covers_what_is_of_its_kind),
		TEST(a_missing_target_is_told_with_what_makes_it),
		TEST(a_line_with_nofail_is_passed_over_without_its_target),
		TEST(a_target_is_made_once_the_way_to_it_is_judged),
		TEST(a_target_is_not_made_on_another_mount),
		TEST(the_place_is_what_the_kernel_calls_the_target),
		TEST(a_mount_is_replaced_from_beneath_where_the_kernel_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
