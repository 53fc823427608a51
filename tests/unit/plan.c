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
		assert_string_equal(mount->options_text, lines[i].words);
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
	assert_refused("/a", "not SOURCE TARGET TYPE OPTIONS, as in fstab(5): /a");
	assert_refused("/a /b", "not SOURCE TARGET TYPE OPTIONS, as in fstab(5): /a /b");
	assert_refused("/a /b none bind x y",
		"not SOURCE TARGET TYPE OPTIONS, as in fstab(5): /a /b none bind x y");
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
there_is_one_line_for_the_root(void **state)
{
	(void)state;
	assert_int_equal(make_of(&(struct plan){0},
				 "root=/a\nmounts='/a / none bind\n/b / none bind'\n", NULL),
		-1);
	assert_string_equal(take_said(), "test: games:3: there are two lines for /\n");
}

static void
a_line_of_a_record_is_added_by_its_fields(void **state)
{
	struct plan plan = {0};

	(void)state;
	assert_int_equal(plan_add(&plan, "/x", "/y z", "tmpfs", "size=1m,ro", &report), 0);
	assert_int_equal(plan.count, 1);
	assert_string_equal(plan.mounts[0].target, "/y z");
	assert_options(&plan.mounts[0], "size=1m");
	plan_release(&plan);
}

static void
what_lies_below_a_target_is_told_by_whole_names(void **state)
{
	(void)state;
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
		TEST(octal_escapes_stand_for_the_characters_that_fstab_lacks),
		TEST(blank_lines_and_comments_are_no_mounts),
		TEST(a_line_that_is_none_of_fstab_is_refused),
		TEST(a_line_for_the_root_stands_apart),
		TEST(there_is_one_line_for_the_root),
		TEST(a_line_of_a_record_is_added_by_its_fields),
		TEST(what_lies_below_a_target_is_told_by_whole_names),
		TEST(nothing_is_made_below_another_line),
		TEST(what_lies_below_may_be_mounted_on_without_making_it),
		TEST(extra_lines_of_the_service_and_then_the_root_come_last),
		TEST(an_error_is_said_at_the_line_where_it_stands),
		TEST(a_fresh_proc_hides_what_the_host_hides),
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
