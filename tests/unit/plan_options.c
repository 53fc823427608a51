/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/syscalls.h"
#include "helper/config.h"
#include "helper/plan_line.h"
#include "helper/plan_options.h"
#include "said.h"

#include <stdlib.h>
#include <string.h>

static const struct config_setting by_default = {.key = CONFIG_MOUNTS};
static const struct config_place place = {.setting = &by_default, .report = &report};

/* The filesystem's own options are these. */
static void
assert_options(const struct plan_mount *mount, const char *expected)
{
	char text[256] = "";

	for (char **option = mount->options; option && *option; option++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			text[0] == '\0' ? "" : " ", *option);
	assert_string_equal(text, expected);
}

/* Reads the options of a line as fstab(5) has it; they are all that is judged. */
static int
make_line(struct plan_mount *mount, const char *line)
{
	*mount = (struct plan_mount){0};
	assert_int_equal(sscanf(line, "%ms %ms %ms %ms", &mount->source, &mount->target,
				 &mount->type, &mount->options_text),
		4);
	return plan_options_take(mount, &place);
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
each_word_of_a_mount_sets_or_clears_its_own_bits(void **state)
{
	static const struct {
		const char *words;
		uint64_t set, clear;
	} cases[] = {
		{"bind,ro", MOUNT_ATTR_RDONLY, MOUNT_ATTR_RDONLY},
		{"bind,rw", 0, MOUNT_ATTR_RDONLY},
		{"bind,nosuid", MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOSUID},
		{"bind,suid", 0, MOUNT_ATTR_NOSUID},
		{"bind,nodev", MOUNT_ATTR_NODEV, MOUNT_ATTR_NODEV},
		{"bind,dev", 0, MOUNT_ATTR_NODEV},
		{"bind,noexec", MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOEXEC},
		{"bind,exec", 0, MOUNT_ATTR_NOEXEC},
		{"bind,nodiratime", MOUNT_ATTR_NODIRATIME, MOUNT_ATTR_NODIRATIME},
		{"bind,diratime", 0, MOUNT_ATTR_NODIRATIME},
		{"bind,nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW},
		{"bind,noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
		{"bind,atime", 0, MOUNT_ATTR__ATIME},
		{"bind,relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
		{"bind,strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
		{"bind,noatime,strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
		{"bind,ro,rw", 0, MOUNT_ATTR_RDONLY},
		{"bind,nosuid,ro", MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY,
			MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY},
		{"bind,defaults,auto,_netdev,comment=a,x-gvfs-hide", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char line[128];
		struct plan_mount mount;

		snprintf(line, sizeof(line), "/a /b none %s 0 0", cases[i].words);
		assert_int_equal(make_line(&mount, line), 0);
		assert_string_equal(take_said(), "");
		assert_true(mount.is_bind);
		assert_false(mount.is_recursive);
		assert_int_equal(mount.set, cases[i].set);
		assert_int_equal(mount.clear, cases[i].clear);
		assert_int_equal(mount.propagation, 0);
		assert_options(&mount, "");
		plan_line_release(&mount);
	}
}

static void
each_word_of_propagation_is_understood(void **state)
{
	static const struct {
		const char *words;
		uint64_t propagation;
		bool is_recursive, propagates_below;
	} cases[] = {
		{"bind", 0, false, false},
		{"rbind", 0, true, false},
		{"bind,slave", MS_SLAVE, false, false},
		{"bind,rslave", MS_SLAVE, false, true}, /* rbind alone says what comes along */
		{"rbind,slave", MS_SLAVE, true, false},
		{"rbind,rshared", MS_SHARED, true, true},
		{"bind,shared", MS_SHARED, false, false},
		{"rbind,rprivate", MS_PRIVATE, true, true},
		{"bind,private", MS_PRIVATE, false, false},
		{"rbind,runbindable", MS_UNBINDABLE, true, true},
		{"bind,unbindable", MS_UNBINDABLE, false, false},
		{"rbind,rslave,private", MS_PRIVATE, true, false},
		{"rbind,private,rslave", MS_SLAVE, true, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char line[128];
		struct plan_mount mount;

		snprintf(line, sizeof(line), "/a /b none %s", cases[i].words);
		assert_int_equal(make_line(&mount, line), 0);
		assert_true(mount.is_bind);
		assert_int_equal(mount.is_recursive, cases[i].is_recursive);
		assert_int_equal(mount.propagation, cases[i].propagation);
		assert_int_equal(mount.propagates_below, cases[i].propagates_below);
		assert_int_equal(mount.set | mount.clear, 0);
		plan_line_release(&mount);
	}
}

static void
the_words_of_this_suite_are_understood(void **state)
{
	struct plan_mount mount;

	(void)state;
	assert_int_equal(make_line(&mount, "/a /b bind rbind,nofail,x-live,x-mount.mkdir=1770"), 0);
	assert_true(mount.may_fail);
	assert_true(mount.is_live);
	assert_true(mount.makes_target);
	assert_int_equal(mount.target_mode, 01770);
	plan_line_release(&mount);
	assert_int_equal(make_line(&mount, "/a /b none bind"), 0);
	assert_false(mount.may_fail);
	assert_false(mount.is_live);
	assert_false(mount.makes_target);
	plan_line_release(&mount);
}

static void
what_is_no_word_of_a_mount_goes_to_its_filesystem(void **state)
{
	struct plan_mount mount;

	(void)state;
	assert_int_equal(
		make_line(&mount, "tmpfs /t tmpfs size=1m,ro,huge=never,sync,noswap,mode=1777"), 0);
	assert_false(mount.is_bind);
	assert_options(&mount, "size=1m huge=never sync noswap mode=1777");
	assert_int_equal(mount.set, MOUNT_ATTR_RDONLY);
	plan_line_release(&mount);
}

static void
a_doubtful_option_is_refused(void **state)
{
	(void)state;
	assert_refused(
		"/a /b none bind,x-mount.mkdir=9", "x-mount.mkdir=9: not a mode such as 0755");
	assert_refused("/a /b none bind,x-mount.mkdir=", "x-mount.mkdir=: not a mode such as 0755");
	assert_refused("/a /b none bind,x-mount.mkdir=+755",
		"x-mount.mkdir=+755: not a mode such as 0755");
	assert_refused("/a /b none bind,x-mount.mkdir=10000",
		"x-mount.mkdir=10000: not a mode such as 0755");
	assert_refused("/a /b none bind,x-systemd.automount", "unknown option x-systemd.automount");
	assert_refused("/a /b none bind,X-live", "unknown option X-live");
	assert_refused("/a /b none bind,x-lively", "unknown option x-lively");
	assert_refused("/a /b none bind,remount", "remount: a plan only makes mounts");
	assert_refused("/a /b ext4 uhelper=a", "the option uhelper=a is not understood here");
	assert_refused("/a /b none bind,noauto", "the option noauto is not understood here");
}

/* mount(8) would let users mount it; libmount's table has nosuid and more in what they stand for */
static void
a_word_about_who_may_mount_is_refused(void **state)
{
	static const char *const words[] = {"user", "users", "owner", "group", "user=a"};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char line[64], message[64];

		snprintf(line, sizeof(line), "tmpfs /b tmpfs nosuid,%s,size=1m", words[i]);
		snprintf(
			message, sizeof(message), "the option %s is not understood here", words[i]);
		assert_refused(line, message);
		snprintf(line, sizeof(line), "/a /b none bind,%s", words[i]);
		assert_refused(line, message);
	}
}

static void
a_quote_that_is_not_closed_is_refused(void **state)
{
	static const char *const words[] = {"bind,context=\"a", "\"", "context=\"a,bind",
		"bind,ro,\"nosuid", "bind,context=\"a\",x=\"b"};
	struct plan_mount mount;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char line[64], message[128];

		snprintf(line, sizeof(line), "/a /b none %s", words[i]);
		snprintf(message, sizeof(message),
			"the options %s cannot be read: is a quote open?", words[i]);
		assert_refused(line, message);
	}
	/* a closed one holds a comma */
	assert_int_equal(make_line(&mount, "x /b tmpfs context=\"a,nosuid\",size=1m"), 0);
	assert_string_equal(take_said(), "");
	assert_options(&mount, "context=\"a,nosuid\" size=1m");
	assert_int_equal(mount.set, 0);
	plan_line_release(&mount);
}

static void
a_loop_device_is_asked_for_by_words(void **state)
{
	struct plan_mount mount;

	(void)state;
	assert_int_equal(make_line(&mount, "/a /b auto ro,loop,offset=512,sizelimit=4096"), 0);
	assert_options(&mount, "loop offset=512 sizelimit=4096");
	plan_line_release(&mount);
	assert_true(plan_options_is_loop("loop"));
	assert_true(plan_options_is_loop("offset=1"));
	assert_false(plan_options_is_loop("loopy"));
	assert_false(plan_options_is_loop("loop=/dev/loop3"));
}

static void
assert_paths(const char *line, const char *expected)
{
	struct plan_mount mount;
	char text[256] = "", **paths;

	assert_int_equal(make_line(&mount, line), 0);
	assert_int_equal(plan_options_paths(&mount, &paths), 0);
	for (char **path = paths; *path; path++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			text[0] == '\0' ? "" : " ", *path);
	assert_string_equal(text, expected);
	plan_options_paths_release(paths);
	plan_line_release(&mount);
}

static void
the_paths_that_the_line_for_the_top_names_are_listed(void **state)
{
	(void)state;
	assert_paths("overlay / overlay lowerdir=/a:b/c::/d,upperdir=/u,workdir=/w,index=on",
		"/a b/c /d /u /w");
	assert_paths("overlay / overlay lowerdir+=/a,datadir+=b", "/a b");
	/* a colon and a backslash of a path's own */
	assert_paths("overlay / overlay lowerdir=/a\\:b:/c\\\\:/d", "/a:b /c\\ /d");
	/* an option that is called like one of an overlay's is none elsewhere, but paths are paths
	 */
	assert_paths("/dev/a / btrfs device=/dev/b,workdir=w,subvol=/x", "/dev/b");
	assert_paths("/srv/a.img / ext4 loop,ro", "");
}

static void
an_option_names_a_layer_by_its_whole_key(void **state)
{
	(void)state;
	assert_true(plan_options_is_layer("upperdir=/u"));
	assert_true(plan_options_is_layer("lowerdir+=/a"));
	assert_false(plan_options_is_layer("lowerdir=/a"));
	assert_false(plan_options_is_layer("upperdirs=/u"));
	assert_false(plan_options_is_layer("upper=/u"));
}

static void
a_proc_line_inherits_what_it_does_not_name(void **state)
{
	static const char *const names[] = {"hidepid", "gid", "subset"};
	static const struct {
		const char *words, *options;
	} cases[] = {
		{"hidepid=0", "hidepid=0 gid=26 subset=pid"},
		{"gid=5", "gid=5 hidepid=2 subset=pid"},
		{"subset=", "subset= hidepid=2 gid=26"},
		{"subset=pid", "subset=pid hidepid=2 gid=26"},
		{"subset=pid,hidepid=0", "subset=pid hidepid=0 gid=26"},
		{"gid=0,hidepid=0", "gid=0 hidepid=0 subset=pid"},
		{"gid=0,subset=pid,hidepid=0", "gid=0 subset=pid hidepid=0"},
		/* names that only begin or end alike */
		{"gidx=1,xhidepid=0,sub=pid",
			"gidx=1 xhidepid=0 sub=pid hidepid=2 gid=26 subset=pid"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char line[64];
		struct plan_mount mount;

		snprintf(line, sizeof(line), "proc /proc proc nosuid,%s", cases[i].words);
		assert_int_equal(make_line(&mount, line), 0);
		for (size_t name = 0; name < 3; name++)
			assert_int_equal(plan_options_inherit(&mount, names[name],
						 "rw,hidepid=2,gid=26,subset=pid"),
				0);
		assert_true(strlen(mount.options_text) >= strlen(cases[i].words));
		assert_options(&mount, cases[i].options);
		plan_line_release(&mount);
	}
}

static void
what_the_host_does_not_set_is_not_inherited(void **state)
{
	static const char *const options[] = {"rw", "", "rw,hidepid", "rw,xhidepid=2"};

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		struct plan_mount mount;

		assert_int_equal(make_line(&mount, "proc /proc proc nosuid"), 0);
		assert_int_equal(plan_options_inherit(&mount, "hidepid", options[i]), 0);
		assert_options(&mount, "");
		assert_string_equal(mount.options_text, "nosuid");
		plan_line_release(&mount);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_word_of_a_mount_sets_or_clears_its_own_bits),
		TEST(each_word_of_propagation_is_understood),
		TEST(the_words_of_this_suite_are_understood),
		TEST(what_is_no_word_of_a_mount_goes_to_its_filesystem),
		TEST(a_doubtful_option_is_refused),
		TEST(a_word_about_who_may_mount_is_refused),
		TEST(a_quote_that_is_not_closed_is_refused),
		TEST(a_loop_device_is_asked_for_by_words),
		TEST(the_paths_that_the_line_for_the_top_names_are_listed),
		TEST(an_option_names_a_layer_by_its_whole_key),
		TEST(a_proc_line_inherits_what_it_does_not_name),
		TEST(what_the_host_does_not_set_is_not_inherited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
