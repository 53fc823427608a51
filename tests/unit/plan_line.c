/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/config.h"
#include "helper/plan_line.h"
#include "helper/plan_options.h"
#include "said.h"

#include <stdlib.h>
#include <string.h>

static const struct config_setting by_default = {.key = CONFIG_MOUNTS};
static const struct config_place place = {.setting = &by_default, .report = &report};

/* Fills a line from one of fstab(5). */
static int
make_line(struct plan_mount *mount, const char *line)
{
	char fields[4][128];

	assert_int_equal(
		sscanf(line, "%127s %127s %127s %127s", fields[0], fields[1], fields[2], fields[3]),
		4);
	return plan_line_fill(mount, fields[0], fields[1], fields[2], fields[3], &place);
}

static void
assert_refused(const char *line, const char *message)
{
	struct plan_mount mount;
	char expected[512];

	assert_int_equal(make_line(&mount, line), -1);
	snprintf(expected, sizeof(expected), "test: the default of `mounts`: %s\n", message);
	assert_string_equal(take_said(), expected);
	plan_line_release(&mount);
}

static void
a_slash_at_the_end_of_a_path_means_nothing(void **state)
{
	struct plan_mount mount;

	(void)state;
	assert_int_equal(make_line(&mount, "/a/ /b/ none bind"), 0);
	assert_string_equal(mount.source, "/a");
	assert_string_equal(mount.target, "/b");
	plan_line_release(&mount);
	assert_int_equal(make_line(&mount, "/ /b none bind"), 0);
	assert_string_equal(mount.source, "/");
	plan_line_release(&mount);
}

static void
a_bind_that_cannot_be_one_is_refused(void **state)
{
	static const char *const sources[] = {"a", "a/b", "//a", "/a//b", "/a//", "/a/..", "/../a",
		"/./a", "/a/.", "/a/../b", "none"};

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		char line[64], message[128];
		/* one slash at the end means nothing */
		size_t length = strlen(sources[i]);

		if (sources[i][length - 1] == '/')
			length--;
		snprintf(line, sizeof(line), "%s /b none bind", sources[i]);
		snprintf(message, sizeof(message),
			"the source %.*s of a bind is no absolute path without ., .. and //",
			(int)length, sources[i]);
		assert_refused(line, message);
	}
	assert_refused("tmpfs /b tmpfs bind",
		"the source tmpfs of a bind is no absolute path without ., .. and //");
	assert_refused("/a /b none bind,size=1m", "the option size=1m has no meaning for a bind");
	assert_refused("/a /b ext4 bind", "a bind has no filesystem type: write none for ext4");
}

static void
a_filesystem_that_cannot_be_made_here_is_refused(void **state)
{
	static const char *const types[] = {"nfs", "nfs4", "cifs", "fuse", "fuse.sshfs", "fuseblk"};
	/* of type bind, but not a bind: what some write who think of mount --bind */
	static const char *const lines[] = {"/a /b none rslave", "/a /b bind ro",
		"/a /b bind defaults", "/a /b rbind rslave", "/a /b none defaults"};

	(void)state;
	assert_refused("tmpfs /b tmpfs x-live",
		"x-live is for binds: nothing of the host is below a new filesystem");
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_refused(lines[i],
			"/a is mounted on /b: as a bind (the option bind), or as which filesystem "
			"type?");
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		char line[64], message[128];

		snprintf(line, sizeof(line), "x /b %s ro", types[i]);
		snprintf(message, sizeof(message),
			"%s needs a mount program of its own: mount it on the host and bind it "
			"here",
			types[i]);
		assert_refused(line, message);
	}
}

/* Their options are those of a program that is not run here. */
static void
the_type_is_judged_before_the_options(void **state)
{
	(void)state;
	assert_refused("//server/share /b cifs user=alice,vers=3.0",
		"cifs needs a mount program of its own: mount it on the host and bind it here");
	assert_refused("server:/export /b nfs noauto,x-systemd.automount",
		"nfs needs a mount program of its own: mount it on the host and bind it here");
}

static void
a_live_line_that_hears_nothing_is_refused(void **state)
{
	static const char *const deaf[] = {"private", "rprivate", "rslave,private"};
	static const char *const unbindable[] = {"unbindable", "runbindable"};
	static const char *const live[] = {"", "shared,", "rslave,", "private,rslave,"};
	struct plan_mount mount;
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(deaf) / sizeof(*deaf); i++) {
		snprintf(line, sizeof(line), "/a /b none rbind,x-live,%s", deaf[i]);
		assert_refused(line, "x-live and private exclude each other: a private mount hears "
				     "nothing of the host");
	}
	for (size_t i = 0; i < sizeof(unbindable) / sizeof(*unbindable); i++) {
		snprintf(line, sizeof(line), "/a /b none %s,bind,x-live", unbindable[i]);
		assert_refused(line,
			"x-live and unbindable exclude each other: an unbindable mount "
			"hears nothing of the host");
	}
	for (size_t i = 0; i < sizeof(live) / sizeof(*live); i++) {
		snprintf(line, sizeof(line), "/a /b none rbind,%sx-live", live[i]);
		assert_int_equal(make_line(&mount, line), 0);
		assert_string_equal(take_said(), "");
		plan_line_release(&mount);
	}
}

static void
a_mount_point_that_is_no_plain_path_is_refused(void **state)
{
	static const char *const targets[] = {
		"b", "/b/..", "/../b", "/./b", "/b/.", "none", "//b", "/b//c", "///b"};

	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		char line[64], message[128];

		snprintf(line, sizeof(line), "/a %s none bind", targets[i]);
		snprintf(message, sizeof(message),
			"the mount point %s is no absolute path without ., .. and //", targets[i]);
		assert_refused(line, message);
	}
	/* one slash at the end means nothing, but not two */
	assert_refused("/a /b// none bind",
		"the mount point /b/ is no absolute path without ., .. and //");
}

static void
dots_in_a_name_are_only_letters(void **state)
{
	struct plan_mount mount;

	(void)state;
	assert_int_equal(make_line(&mount, "/... /.b/..c/d. none bind"), 0);
	assert_string_equal(mount.target, "/.b/..c/d.");
	plan_line_release(&mount);
}

static void
a_line_for_the_root_says_only_what_it_is(void **state)
{
	(void)state;
	assert_refused("/a / ext4 nofail",
		"the line for / takes no nofail, x-mount.mkdir and x-live: without it there is no "
		"root");
	assert_refused("/a / none bind,x-live",
		"the line for / takes no nofail, x-mount.mkdir and x-live: without it there is no "
		"root");
	assert_refused("/a / none bind,shared", "the line for / can be slave or private alone");
	assert_refused("overlay / overlay lowerdir=/a,upperdir=/u\\v,workdir=/w",
		"upperdir=/u\\v: the path has a backslash; name it by one without");
}

static void
what_asks_for_the_same_mount_is_told_by_its_fields(void **state)
{
	static const struct {
		const char *line;
		bool same;
	} rows[] = {
		{"/a /b none rbind,ro", true},
		{"/a /b none rbind,rshared,nofail", true},
		{"/a /b none bind", false},
		{"/a /b none rbind,x-live", false},
		{"/c /b none rbind", false},
		{"/a /c none rbind", false},
		{"/a /b ext4 ro", false},
	};
	struct plan_mount first, other;

	(void)state;
	assert_int_equal(make_line(&first, "/a /b none rbind"), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(make_line(&other, rows[i].line), 0);
		assert_int_equal(plan_line_is_same(&first, &other), rows[i].same);
		plan_line_release(&other);
	}
	plan_line_release(&first);
}

static void
a_field_that_is_not_there_has_a_default(void **state)
{
	struct plan_mount mount;

	(void)state;
	assert_int_equal(plan_line_fill(&mount, NULL, "/b", "tmpfs", NULL, &place), 0);
	assert_string_equal(mount.source, "none");
	assert_string_equal(mount.options_text, "");
	plan_line_release(&mount);
	assert_int_equal(plan_line_fill(&mount, "/a", NULL, NULL, "bind", &place), -1);
	assert_string_equal(take_said(),
		"test: the default of `mounts`: the mount point  is no absolute "
		"path without ., .. and //\n");
	plan_line_release(&mount);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_slash_at_the_end_of_a_path_means_nothing),
		TEST(a_bind_that_cannot_be_one_is_refused),
		TEST(a_filesystem_that_cannot_be_made_here_is_refused),
		TEST(the_type_is_judged_before_the_options),
		TEST(a_live_line_that_hears_nothing_is_refused),
		TEST(a_mount_point_that_is_no_plain_path_is_refused),
		TEST(dots_in_a_name_are_only_letters),
		TEST(a_line_for_the_root_says_only_what_it_is),
		TEST(what_asks_for_the_same_mount_is_told_by_its_fields),
		TEST(a_field_that_is_not_there_has_a_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
