/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/syscalls.h"
#include "helper/config.h"
#include "helper/plan.h"
#include "said.h"

#include <string.h>

static void
read_text(struct config_file *file, const char *text, const char *path, enum config_kind kind)
{
	cleanup_file FILE *stream = stream_of(text, strlen(text));

	assert_int_equal(config_read(file, stream, path, kind, false, &report), 0);
}

/* The plan of two files; NULL for one that is not there. */
static int
make_of(struct plan *plan, const char *instance, const char *service)
{
	struct config_file own = {0};
	struct config_file shared = {0};
	struct config config;
	int result;

	if (instance)
		read_text(&own, instance, "games", CONFIG_INSTANCE);
	if (service)
		read_text(&shared, service, "service", CONFIG_SERVICE);
	config_merge(&config, &own, &shared);
	result = plan_make(plan, &config, &report);
	config_release(&own);
	config_release(&shared);
	return result;
}

/* The plan of one line. */
static int
make_line(struct plan *plan, const char *line)
{
	char text[512];

	snprintf(text, sizeof(text), "root=/opt/games\nmounts='%s'\n", line);
	return make_of(plan, text, NULL);
}

/* The plan has one line, and the filesystem's own options in it are these. */
static void
assert_options(const struct plan_mount *mount, const char *expected)
{
	char text[256] = "";

	for (char **option = mount->options; option && *option; option++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			text[0] == '\0' ? "" : " ", *option);
	assert_string_equal(text, expected);
}

static void
assert_refused(const char *line, const char *message)
{
	char expected[512];
	struct plan plan;

	assert_int_equal(make_line(&plan, line), -1);
	snprintf(expected, sizeof(expected), "test: games:2: %s\n", message);
	assert_string_equal(take_said(), expected);
	assert_null(plan.mounts);
	assert_int_equal(plan.count, 0);
}

static void
without_a_file_the_plan_is_the_documented_one(void **state)
{
	static const struct {
		const char *source, *target, *type, *words, *options;
		bool is_bind, is_recursive, is_live, may_fail, makes_target;
		uint64_t set, clear, propagation;
	} lines[] = {
		{"/dev", "/dev", "none", "rbind,rslave", "", true, true, false, false, false, 0, 0,
			MS_SLAVE},
		{"/sys", "/sys", "none", "rbind,rslave", "", true, true, false, false, false, 0, 0,
			MS_SLAVE},
		{"/run", "/run", "none", "rbind,rslave,x-live", "", true, true, true, false, false,
			0, 0, MS_SLAVE},
		{"/tmp", "/tmp", "none", "rbind,rslave", "", true, true, false, false, false, 0, 0,
			MS_SLAVE},
		{"proc", "/proc", "proc", "nosuid,nodev,noexec", "", false, false, false, false,
			false, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
			MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0},
		{"tmpfs", "/run/openrc", "tmpfs", "nofail,mode=0755,size=1m", "mode=0755 size=1m",
			false, false, false, true, false, 0, 0, 0},
		{"/etc/resolv.conf", "/etc/resolv.conf", "none", "bind,ro,nofail,x-mount.mkdir", "",
			true, false, false, true, true, MOUNT_ATTR_RDONLY, MOUNT_ATTR_RDONLY, 0},
	};
	struct plan plan;

	(void)state;
	assert_int_equal(make_of(&plan, NULL, NULL), 0);
	assert_string_equal(take_said(), "");
	assert_int_equal(plan.count, sizeof(lines) / sizeof(*lines));
	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_mount *mount = &plan.mounts[i];

		assert_string_equal(mount->source, lines[i].source);
		assert_string_equal(mount->target, lines[i].target);
		assert_string_equal(mount->type, lines[i].type);
		assert_string_equal(mount->words, lines[i].words);
		assert_options(mount, lines[i].options);
		assert_int_equal(mount->is_bind, lines[i].is_bind);
		assert_int_equal(mount->is_recursive, lines[i].is_recursive);
		assert_int_equal(mount->is_live, lines[i].is_live);
		assert_int_equal(mount->may_fail, lines[i].may_fail);
		assert_int_equal(mount->makes_target, lines[i].makes_target);
		assert_int_equal(mount->target_mode, 0);
		assert_int_equal(mount->set, lines[i].set);
		assert_int_equal(mount->clear, lines[i].clear);
		assert_int_equal(mount->propagation, lines[i].propagation);
	}
	plan_release(&plan);
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
		struct plan plan;

		snprintf(line, sizeof(line), "/a /b none %s 0 0", cases[i].words);
		assert_int_equal(make_line(&plan, line), 0);
		assert_string_equal(take_said(), "");
		assert_int_equal(plan.count, 1);
		assert_true(plan.mounts[0].is_bind);
		assert_false(plan.mounts[0].is_recursive);
		assert_int_equal(plan.mounts[0].set, cases[i].set);
		assert_int_equal(plan.mounts[0].clear, cases[i].clear);
		assert_int_equal(plan.mounts[0].propagation, 0);
		assert_options(&plan.mounts[0], "");
		plan_release(&plan);
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
		struct plan plan;

		snprintf(line, sizeof(line), "/a /b none %s", cases[i].words);
		assert_int_equal(make_line(&plan, line), 0);
		assert_true(plan.mounts[0].is_bind);
		assert_int_equal(plan.mounts[0].is_recursive, cases[i].is_recursive);
		assert_int_equal(plan.mounts[0].propagation, cases[i].propagation);
		assert_int_equal(plan.mounts[0].propagates_below, cases[i].propagates_below);
		assert_int_equal(plan.mounts[0].set | plan.mounts[0].clear, 0);
		plan_release(&plan);
	}
}

static void
the_words_of_this_suite_are_understood(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_line(&plan, "/a /b bind rbind,nofail,x-live,x-mount.mkdir=1770"), 0);
	assert_true(plan.mounts[0].may_fail);
	assert_true(plan.mounts[0].is_live);
	assert_true(plan.mounts[0].makes_target);
	assert_int_equal(plan.mounts[0].target_mode, 01770);
	plan_release(&plan);
	assert_int_equal(make_line(&plan, "/a /b none bind"), 0);
	assert_false(plan.mounts[0].may_fail);
	assert_false(plan.mounts[0].is_live);
	assert_false(plan.mounts[0].makes_target);
	plan_release(&plan);
}

static void
what_is_no_word_of_a_mount_goes_to_its_filesystem(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(
		make_line(&plan, "tmpfs /t tmpfs size=1m,ro,huge=never,sync,noswap,mode=1777"), 0);
	assert_false(plan.mounts[0].is_bind);
	assert_options(&plan.mounts[0], "size=1m huge=never sync noswap mode=1777");
	assert_int_equal(plan.mounts[0].set, MOUNT_ATTR_RDONLY);
	plan_release(&plan);
}

static void
octal_escapes_stand_for_the_characters_that_fstab_lacks(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_line(&plan, "/my\\040games\\011x /g\\040h none bind"), 0);
	assert_string_equal(plan.mounts[0].source, "/my games\tx");
	assert_string_equal(plan.mounts[0].target, "/g h");
	plan_release(&plan);
}

static void
a_slash_at_the_end_of_a_path_means_nothing(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_line(&plan, "/a/ /b/ none bind"), 0);
	assert_string_equal(plan.mounts[0].source, "/a");
	assert_string_equal(plan.mounts[0].target, "/b");
	plan_release(&plan);
	assert_int_equal(make_line(&plan, "/ /b none bind"), 0);
	assert_string_equal(plan.mounts[0].source, "/");
	plan_release(&plan);
}

static void
blank_lines_and_comments_are_no_mounts(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_line(&plan, "\n \t\n# /a /b none bind\n\t/c /d none bind\n\n"), 0);
	assert_string_equal(take_said(), "");
	assert_int_equal(plan.count, 1);
	assert_string_equal(plan.mounts[0].source, "/c");
	plan_release(&plan);
}

static void
a_line_that_is_none_of_fstab_is_refused(void **state)
{
	(void)state;
	assert_refused("/a", "not a line of fstab(5): /a");
	assert_refused("/a /b", "not a line of fstab(5): /a /b");
	assert_refused("/a /b none bind x y", "not a line of fstab(5): /a /b none bind x y");
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
	struct plan plan;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		char line[64], message[128];

		snprintf(line, sizeof(line), "/a /b none %s", words[i]);
		snprintf(message, sizeof(message),
			"the options %s cannot be read: is a quote open?", words[i]);
		assert_refused(line, message);
	}
	/* a closed one holds a comma */
	assert_int_equal(make_line(&plan, "x /b tmpfs context=\"a,nosuid\",size=1m"), 0);
	assert_string_equal(take_said(), "");
	assert_options(&plan.mounts[0], "context=\"a,nosuid\" size=1m");
	assert_int_equal(plan.mounts[0].set, 0);
	plan_release(&plan);
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
	struct plan plan;
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
		assert_int_equal(make_line(&plan, line), 0);
		assert_string_equal(take_said(), "");
		plan_release(&plan);
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
a_line_for_the_root_stands_apart(void **state)
{
	static const char both[] = "root=/opt/games\nmounts='/dev /dev none rbind\n"
				   "LABEL=a / ext4 noatime\n/sys /sys none rbind'\n";
	struct plan plan;

	(void)state;
	assert_int_equal(make_of(&plan, both, NULL), 0);
	assert_int_equal(plan.count, 2);
	assert_string_equal(plan.mounts[1].target, "/sys");
	assert_non_null(plan.root);
	assert_string_equal(plan.root->source, "LABEL=a");
	assert_int_equal(plan.root->set, MOUNT_ATTR_NOATIME);
	plan_release(&plan);
	assert_null(plan.root);

	assert_int_equal(make_line(&plan, "/a // none bind,ro,private"), 0);
	assert_int_equal(plan.count, 0);
	assert_true(plan.root->is_bind);
	plan_release(&plan);
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
	assert_int_equal(make_of(&(struct plan){0},
				 "root=/a\nmounts='/a / none bind\n/b / none bind'\n", NULL),
		-1);
	assert_string_equal(take_said(), "test: games:3: there are two lines for /\n");
}

static void
a_loop_device_is_asked_for_by_words(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_line(&plan, "/a /b auto ro,loop,offset=512,sizelimit=4096"), 0);
	assert_options(&plan.mounts[0], "loop offset=512 sizelimit=4096");
	plan_release(&plan);
	assert_true(plan_is_loop_word("loop"));
	assert_true(plan_is_loop_word("offset=1"));
	assert_false(plan_is_loop_word("loopy"));
	assert_false(plan_is_loop_word("loop=/dev/loop3"));
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
	struct plan first, other;

	(void)state;
	assert_int_equal(make_line(&first, "/a /b none rbind"), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(make_line(&other, rows[i].line), 0);
		assert_int_equal(
			plan_is_same_mount(&first.mounts[0], &other.mounts[0]), rows[i].same);
		plan_release(&other);
	}
	assert_int_equal(plan_add(&first, "/x", "/y z", "tmpfs", "size=1m,ro", &report), 0);
	assert_int_equal(first.count, 2);
	assert_string_equal(first.mounts[1].target, "/y z");
	assert_options(&first.mounts[1], "size=1m");
	plan_release(&first);
	assert_true(plan_is_at_or_below("/a", "/a"));
	assert_true(plan_is_at_or_below("/a/b", "/a"));
	assert_false(plan_is_at_or_below("/ab", "/a"));
	assert_false(plan_is_at_or_below("/a", "/a/b"));
	assert_true(plan_is_at_or_below("/a", "/"));
	assert_true(plan_is_at_or_below("/a/b", "/"));
	assert_true(plan_is_at_or_below("/", "/"));
	assert_false(plan_is_at_or_below("/", "/a"));
	/* a place that is not known */
	assert_false(plan_is_at_or_below("", "/"));
}

static void
dots_in_a_name_are_only_letters(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_line(&plan, "/... /.b/..c/d. none bind"), 0);
	assert_string_equal(plan.mounts[0].target, "/.b/..c/d.");
	plan_release(&plan);
}

static void
nothing_is_made_below_another_line(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_of(&plan,
				 "mounts='/a /b none rbind\n"
				 "/c /b/c none bind,x-mount.mkdir'\n",
				 NULL),
		-1);
	assert_string_equal(take_said(),
		"test: games:2: x-mount.mkdir would make /b/c on the host, since it lies below "
		"another line\n");
	/* however deep it lies, and wherever the line above it is written */
	assert_int_equal(make_of(&plan,
				 "extra_mounts='/c /b/c/d none bind,x-mount.mkdir'\n"
				 "mounts='/x /x none bind\n/a /b none rbind\n/y /y none bind'\n",
				 NULL),
		-1);
	assert_string_equal(take_said(),
		"test: games:1: x-mount.mkdir would make /b/c/d on the host, since it lies below "
		"another line\n");
	/* without a file the documented lines are above it */
	assert_int_equal(
		make_of(&plan, "extra_mounts='tmpfs /run/openrc/x tmpfs x-mount.mkdir'\n", NULL),
		-1);
	assert_string_equal(take_said(),
		"test: games:1: x-mount.mkdir would make /run/openrc/x on the host, since it lies "
		"below another line\n");
	/* a neighbour with the same letters, the same place, and a line that comes later */
	assert_int_equal(make_of(&plan,
				 "mounts='/a /b none rbind\n"
				 "/c /bc none bind,x-mount.mkdir\n"
				 "/c /b none bind,x-mount.mkdir\n"
				 "/c /d/e none bind,x-mount.mkdir\n"
				 "/c /d none bind'\n",
				 NULL),
		0);
	assert_string_equal(take_said(), "");
	assert_int_equal(plan.count, 5);
	plan_release(&plan);
}

static void
what_lies_below_may_be_mounted_on_without_making_it(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(
		make_of(&plan, "mounts='/a /b none rbind\n/c /b/c/d none bind'\n", NULL), 0);
	assert_string_equal(take_said(), "");
	assert_int_equal(plan.count, 2);
	plan_release(&plan);
}

static void
extra_lines_of_the_service_and_then_the_root_come_last(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_of(&plan,
				 "extra_mounts='/own /o none bind'\n"
				 "mounts='/m /m none bind'\n",
				 "extra_mounts='/shared /s none bind'\n"
				 "mounts='/n /n none bind'\n"),
		0);
	assert_int_equal(plan.count, 3);
	assert_string_equal(plan.mounts[0].source, "/m");
	assert_string_equal(plan.mounts[1].source, "/shared");
	assert_string_equal(plan.mounts[2].source, "/own");
	plan_release(&plan);
	assert_int_equal(
		make_of(&plan, "root=/opt/games\n", "mounts='/n /n none bind\n/o /o none bind'\n"),
		0);
	assert_int_equal(plan.count, 2);
	plan_release(&plan);
	/* those of the service hold once, whatever the root says of its own */
	assert_int_equal(make_of(&plan, "mounts='/m /m none bind'\n",
				 "extra_mounts='/shared /s none bind'\n"),
		0);
	assert_int_equal(plan.count, 2);
	assert_string_equal(plan.mounts[1].source, "/shared");
	plan_release(&plan);
	assert_int_equal(make_of(&plan, "mounts='/m /m none bind'\nextra_mounts=\n",
				 "extra_mounts='/shared /s none bind'\n"),
		0);
	assert_int_equal(plan.count, 2);
	assert_string_equal(plan.mounts[1].source, "/shared");
	plan_release(&plan);
}

static void
an_error_is_said_at_the_line_where_it_stands(void **state)
{
	static const struct {
		const char *instance, *service, *where;
	} cases[] = {
		{"root=/opt/games\n\nmounts='/a /b none bind\n\n/c d none bind'\n", NULL,
			"games:5"},
		/* a backslash joins two lines of the file to one of the value */
		{"mounts=\"\\\n/a /b none bind\n/c d none bind\n\"\n", NULL, "games:3"},
		{"mounts=\"/a /b \\\nnone bind\n/c d none bind\"\n", NULL, "games:3"},
		{"mounts=\"/a\\\\040 /b none bind\n/c d none bind\"\n", NULL, "games:2"},
		{"root=/opt/games\n", "# a\nmounts='/a /b none bind\n/c d none bind'\n",
			"service:3"},
		{"mounts='/a /b none bind'\n", "extra_mounts='\n\n/c d none bind'\n", "service:3"},
		{"mounts='/a /b none bind'\nextra_mounts='\n/c d none bind'\n",
			"extra_mounts='/a /b none bind'\n", "games:3"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[256];
		struct plan plan;

		assert_int_equal(make_of(&plan, cases[i].instance, cases[i].service), -1);
		snprintf(expected, sizeof(expected),
			"test: %s: the mount point d is no absolute path without ., .. and //\n",
			cases[i].where);
		assert_string_equal(take_said(), expected);
		assert_int_equal(plan.count, 0);
	}
}

static void
a_fresh_proc_hides_what_the_host_hides(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_of(&plan, NULL, NULL), 0);
	assert_int_equal(plan_inherit_proc(&plan, "rw,gid=26,hidepid=invisible,subset=pid"), 0);
	assert_options(&plan.mounts[4], "hidepid=invisible gid=26 subset=pid");
	assert_options(&plan.mounts[5], "mode=0755 size=1m");
	assert_options(&plan.mounts[0], "");
	plan_release(&plan);
	assert_int_equal(make_of(&plan, NULL, NULL), 0);
	assert_int_equal(plan_inherit_proc(&plan, "rw"), 0);
	assert_int_equal(plan_inherit_proc(&plan, ""), 0);
	assert_options(&plan.mounts[4], "");
	plan_release(&plan);
}

static void
a_proc_line_inherits_what_it_does_not_name(void **state)
{
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
		struct plan plan;

		snprintf(line, sizeof(line), "proc /proc proc nosuid,%s", cases[i].words);
		assert_int_equal(make_line(&plan, line), 0);
		assert_int_equal(plan_inherit_proc(&plan, "rw,hidepid=2,gid=26,subset=pid"), 0);
		assert_options(&plan.mounts[0], cases[i].options);
		plan_release(&plan);
	}
}

static void
assert_paths(const char *line, const char *expected)
{
	struct plan plan;
	char text[256] = "", **paths;

	assert_int_equal(make_line(&plan, line), 0);
	assert_int_equal(plan_paths(plan.root, &paths), 0);
	for (char **path = paths; *path; path++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			text[0] == '\0' ? "" : " ", *path);
	assert_string_equal(text, expected);
	plan_paths_release(paths);
	plan_release(&plan);
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
	assert_refused("overlay / overlay lowerdir=/a,upperdir=/u\\v,workdir=/w",
		"upperdir=/u\\v: the path has a backslash; name it by one without");
}

static void
each_proc_line_inherits_for_itself(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_line(&plan, "proc /proc proc hidepid=0\n"
					  "x /p proc gid=5\n"
					  "tmpfs /t tmpfs size=1m"),
		0);
	assert_int_equal(plan_inherit_proc(&plan, "rw,hidepid=2,gid=26"), 0);
	assert_options(&plan.mounts[0], "hidepid=0 gid=26");
	assert_options(&plan.mounts[1], "gid=5 hidepid=2");
	assert_options(&plan.mounts[2], "size=1m");
	plan_release(&plan);
}

static void
a_bind_of_proc_inherits_nothing(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(make_line(&plan, "/proc /proc none rbind"), 0);
	assert_int_equal(plan_inherit_proc(&plan, "rw,hidepid=2"), 0);
	assert_options(&plan.mounts[0], "");
	plan_release(&plan);
}

/* The targets of a plan, in its order. */
static void
assert_targets(const struct plan *plan, const char *expected)
{
	char text[1024] = "";

	for (size_t i = 0; i < plan->count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			plan->mounts[i].target);
	assert_string_equal(text, expected);
}

/* A line for each directory of tickets, seen below a place. */
#define COVERS(place) place "/sudo " place "/doas " place "/faillock " place "/pam_timestamp"

static void
where_setuid_programs_work_the_hosts_tickets_are_covered(void **state)
{
	static const struct {
		const char *lines, *targets;
	} cases[] = {
		{"/run /run none rbind,rslave,x-live", "/run " COVERS("/run")},
		{"/run/ /var/run none bind,ro", "/var/run " COVERS("/var/run")},
		{"/ /host none rbind", "/host " COVERS("/host/run")},
		{"/var/run /run none rbind", "/run " COVERS("/run")},
		{"/run /a none bind\n/run /b none bind", "/a " COVERS("/a") " /b " COVERS("/b")},
		{"/run/sudo /t none bind", "/t /t"},
		{"/var/run/doas /t none bind,nofail", "/t /t"},
		/* a later line of the same place is the user's own will */
		{"/run /run none rbind\n/srv/t /run/sudo none bind",
			"/run " COVERS("/run") " /run/sudo"},
		/* what only begins or ends alike, what is elsewhere in /run, what is no bind */
		{"/run/sudoers /a none bind\n/ru /b none bind\n/srv/run /c none bind", "/a /b /c"},
		{"/run/user /run/user none rbind\n/var /var none rbind\n/var/runs /v none bind",
			"/run/user /var /v"},
		{"tmpfs /run tmpfs\n/dev /dev none rbind", "/run /dev"},
		/* the line for / stands apart */
		{"/run /run none rbind\n/srv/t / none bind", "/run " COVERS("/run")},
		{"/srv/t / none bind\n/run /run none rbind", "/run " COVERS("/run")},
		{"", "/dev /sys /run " COVERS("/run") " /tmp /proc /run/openrc /etc/resolv.conf"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[512];
		struct plan plan;

		snprintf(text, sizeof(text), "mounts='%s'\nallow_setuid=yes\n", cases[i].lines);
		assert_int_equal(make_of(&plan, text, NULL), 0);
		assert_string_equal(take_said(), "");
		assert_targets(&plan, cases[i].targets);
		plan_release(&plan);
	}
}

static void
a_cover_is_an_empty_filesystem_as_the_program_wants_its_directory(void **state)
{
	static const char *const modes[] = {"0711", "0700", "0755", "0700"};
	const uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	struct plan plan;

	(void)state;
	assert_int_equal(
		make_of(&plan, "mounts='/run /run none rbind'\nallow_setuid=yes\n", NULL), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		const struct plan_mount *mount = &plan.mounts[1 + i];
		char options[64];

		assert_false(mount->is_bind);
		assert_string_equal(mount->type, "tmpfs");
		assert_true(mount->may_fail); /* a bind without what is below shows no /run of / */
		assert_false(mount->makes_target);
		assert_int_equal(mount->set, attributes);
		snprintf(options, sizeof(options), "mode=%s size=1m", modes[i]);
		assert_options(mount, options);
	}
	plan_release(&plan);
}

static void
tickets_are_covered_wherever_the_line_and_the_key_stand(void **state)
{
	static const struct {
		const char *instance, *service, *targets;
	} cases[] = {
		{"mounts='/a /a none bind'\nextra_mounts='/run /o none bind'\nallow_setuid=yes\n",
			"extra_mounts='/run /s none bind'\n",
			"/a /s " COVERS("/s") " /o " COVERS("/o")},
		{"mounts='/run /o none bind'\n", "allow_setuid=yes\n", "/o " COVERS("/o")},
		{"mounts='/run /o none bind'\nallow_setuid=no\n", "allow_setuid=yes\n", "/o"},
		{"mounts='/run /o none bind'\n", NULL, "/o"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct plan plan;

		assert_int_equal(make_of(&plan, cases[i].instance, cases[i].service), 0);
		assert_targets(&plan, cases[i].targets);
		plan_release(&plan);
	}
}

static void
a_part_of_the_hosts_tickets_is_refused_where_setuid_programs_work(void **state)
{
	static const struct {
		const char *source, *directory;
	} cases[] = {{"/run/sudo/ts", "/run/sudo"}, {"/var/run/sudo/ts", "/run/sudo"},
		{"/run/faillock/alice", "/run/faillock"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[128], expected[256];
		struct plan plan;

		snprintf(text, sizeof(text), "mounts='\n%s /t none bind'\n", cases[i].source);
		assert_int_equal(make_of(&plan, text, NULL), 0);
		plan_release(&plan);
		assert_int_equal(make_of(&plan, text, "allow_setuid=yes\n"), -1);
		snprintf(expected, sizeof(expected),
			"test: games:2: cannot bind %s: allow_setuid=yes shows nothing of the "
			"host's %s\n",
			cases[i].source, cases[i].directory);
		assert_string_equal(take_said(), expected);
		assert_int_equal(plan.count, 0);
	}
}

/* The record has those that a start made as lines of their own. */
static void
a_line_of_a_record_brings_no_covers_along(void **state)
{
	struct plan plan = {0};

	(void)state;
	assert_int_equal(plan_add(&plan, "/run", "/run", "none", "rbind", &report), 0);
	assert_targets(&plan, "/run");
	plan_release(&plan);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_to_memory, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_file_the_plan_is_the_documented_one),
		TEST(each_word_of_a_mount_sets_or_clears_its_own_bits),
		TEST(each_word_of_propagation_is_understood),
		TEST(the_words_of_this_suite_are_understood),
		TEST(what_is_no_word_of_a_mount_goes_to_its_filesystem),
		TEST(octal_escapes_stand_for_the_characters_that_fstab_lacks),
		TEST(a_slash_at_the_end_of_a_path_means_nothing),
		TEST(blank_lines_and_comments_are_no_mounts),
		TEST(a_line_that_is_none_of_fstab_is_refused),
		TEST(a_doubtful_option_is_refused),
		TEST(a_word_about_who_may_mount_is_refused),
		TEST(a_quote_that_is_not_closed_is_refused),
		TEST(a_bind_that_cannot_be_one_is_refused),
		TEST(a_filesystem_that_cannot_be_made_here_is_refused),
		TEST(the_type_is_judged_before_the_options),
		TEST(a_live_line_that_hears_nothing_is_refused),
		TEST(a_mount_point_that_is_no_plain_path_is_refused),
		TEST(a_line_for_the_root_stands_apart),
		TEST(a_line_for_the_root_says_only_what_it_is),
		TEST(a_loop_device_is_asked_for_by_words),
		TEST(what_asks_for_the_same_mount_is_told_by_its_fields),
		TEST(dots_in_a_name_are_only_letters),
		TEST(nothing_is_made_below_another_line),
		TEST(what_lies_below_may_be_mounted_on_without_making_it),
		TEST(extra_lines_of_the_service_and_then_the_root_come_last),
		TEST(an_error_is_said_at_the_line_where_it_stands),
		TEST(a_fresh_proc_hides_what_the_host_hides),
		TEST(a_proc_line_inherits_what_it_does_not_name),
		TEST(the_paths_that_the_line_for_the_top_names_are_listed),
		TEST(each_proc_line_inherits_for_itself),
		TEST(a_bind_of_proc_inherits_nothing),
		TEST(where_setuid_programs_work_the_hosts_tickets_are_covered),
		TEST(a_cover_is_an_empty_filesystem_as_the_program_wants_its_directory),
		TEST(tickets_are_covered_wherever_the_line_and_the_key_stand),
		TEST(a_part_of_the_hosts_tickets_is_refused_where_setuid_programs_work),
		TEST(a_line_of_a_record_brings_no_covers_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
