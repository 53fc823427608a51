/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/record.h"
#include "enter/environment.h"
#include "helper/record_write.h"
#include "said.h"

#include <stdio.h>
#include <string.h>

#define TEST_PATH "/usr/bin:/bin"

/* What every environment holds, where no rule or option says otherwise. */
#define ALWAYS                                                                                     \
	"HOME=/home/alice\n"                                                                       \
	"USER=alice\n"                                                                             \
	"LOGNAME=alice\n"                                                                          \
	"SHELL=/bin/ash\n"                                                                         \
	"PATH=" TEST_PATH "\n"                                                                     \
	"CHROOT_NAME=games\n"                                                                      \
	"debian_chroot=games\n"                                                                    \
	"TMUX_TMPDIR=/var/tmp\n"

static const char *const nobody[] = {NULL};

/* An entry of alice into games; the record holds the values given. */
static struct environment_rules
rules_for(
	struct record *record, const char *pass_env, const char *set_env, const char *const *caller)
{
	*record = (struct record){0};
	record_add(record, "path", TEST_PATH);
	record_add(record, "pass_env", pass_env);
	record_add(record, "set_env", set_env);
	return (struct environment_rules){
		.caller = strings(caller),
		.record = record,
		.root = "games",
		.user = "alice",
		.home = "/home/alice",
		.shell = "/bin/ash",
	};
}

/* The environment made is this one, a line each, in this order. */
static void
assert_made(const struct environment_rules *rules, const char *expected)
{
	char **environment = environment_make(rules);
	char text[8192] = "";

	assert_non_null(environment);
	for (char **string = environment; *string; string++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\n", *string);
	environment_free(environment);
	assert_string_equal(text, expected);
}

static void
without_a_caller_it_holds_what_the_root_says(void **state)
{
	struct record record;
	struct environment_rules rules = rules_for(&record, "", "", nobody);

	(void)state;
	assert_made(&rules, ALWAYS);
	record_release(&record);
}

static void
everyday_variables_pass(void **state)
{
	static const char *const caller[] = {"TERM=xterm", "LANG=C", "LC_ALL=C.UTF-8", "LC_=x",
		"TZ=UTC", "COLORTERM=truecolor", "NO_COLOR=", NULL};
	struct record record;
	struct environment_rules rules = rules_for(&record, "", "", caller);

	(void)state;
	assert_made(&rules, "TERM=xterm\nLANG=C\nLC_ALL=C.UTF-8\nLC_=x\nTZ=UTC\n"
			    "COLORTERM=truecolor\nNO_COLOR=\n" ALWAYS);
	record_release(&record);
}

static void
anything_else_does_not(void **state)
{
	static const char *const caller[] = {"EDITOR=vi", "TMPDIR=/tmp/alice", "XTERM=1",
		"TERMINFO=/x", "LANGUAGE=de", "LC=x", "term=x", "IFS= ", "ENV=/tmp/rc",
		"BASH_ENV=/tmp/rc", "SUDO_USER=bob", NULL};
	struct record record;
	struct environment_rules rules = rules_for(&record, "", "", caller);

	(void)state;
	rules.keeps_session = true;
	assert_made(&rules, ALWAYS);
	record_release(&record);
}

static void
the_session_passes_only_while_the_user_stays(void **state)
{
	static const char *const caller[] = {"DISPLAY=:0", "XAUTHORITY=/x",
		"WAYLAND_DISPLAY=wayland-0", "XDG_RUNTIME_DIR=/run/user/1000", "XDG_SESSION_ID=1",
		"XDG_SESSION_TYPE=wayland", "XDG_CURRENT_DESKTOP=sway", "XDG_SEAT=seat0",
		"XDG_VTNR=7", "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus",
		"PULSE_SERVER=unix:/p", "PIPEWIRE_REMOTE=pipewire-0",
		"SSH_AUTH_SOCK=/run/user/1000/agent", NULL};
	struct record record;
	struct environment_rules rules = rules_for(&record, "", "", caller);

	(void)state;
	assert_made(&rules, ALWAYS);
	rules.keeps_session = true;
	assert_made(&rules,
		"DISPLAY=:0\nXAUTHORITY=/x\nWAYLAND_DISPLAY=wayland-0\n"
		"XDG_RUNTIME_DIR=/run/user/1000\nXDG_SESSION_ID=1\nXDG_SESSION_TYPE=wayland\n"
		"XDG_CURRENT_DESKTOP=sway\nXDG_SEAT=seat0\nXDG_VTNR=7\n"
		"DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus\nPULSE_SERVER=unix:/p\n"
		"PIPEWIRE_REMOTE=pipewire-0\nSSH_AUTH_SOCK=/run/user/1000/agent\n" ALWAYS);
	record_release(&record);
}

static void
a_copy_of_the_cookies_takes_the_place_of_the_callers(void **state)
{
	static const char *const caller[] = {"XAUTHORITY=/x", "DISPLAY=:0", NULL};
	static const char *const added[] = {"XAUTHORITY=/added"};
	struct record record;
	struct environment_rules rules = rules_for(&record, "", "", caller);

	(void)state;
	rules.keeps_session = true;
	rules.xauthority = "/run/copy";
	assert_made(&rules, "DISPLAY=:0\n" ALWAYS "XAUTHORITY=/run/copy\n");
	rules.added = strings(added);
	rules.added_count = 1;
	assert_made(&rules, "DISPLAY=:0\n" ALWAYS "XAUTHORITY=/added\n");
	record_release(&record);
}

static void
the_configuration_names_what_else_passes(void **state)
{
	static const char *const caller[] = {
		"STEAM_DIR=/s", "STEAM=1", "MANGOHUD=1", "MANGOHUD_X=1", "A1=1", "A2=2", NULL};
	struct record record;
	struct environment_rules rules =
		rules_for(&record, " STEAM_*\n\tMANGOHUD  A*2 ", "", caller);

	(void)state;
	assert_made(&rules, "STEAM_DIR=/s\nMANGOHUD=1\nA2=2\n" ALWAYS);
	record_release(&record);
}

static void
what_steers_the_loader_or_libc_never_passes(void **state)
{
	static const char *const caller[] = {"LD_PRELOAD=/x.so", "LD_LIBRARY_PATH=/x",
		"LD_AUDIT=/x", "LD_=/x", "GCONV_PATH=/x", "GETCONF_DIR=/x", "GLIBC_TUNABLES=x",
		"HOSTALIASES=/x", "LOCALDOMAIN=x", "LOCPATH=/x", "MALLOC_TRACE=/x", "NIS_PATH=/x",
		"NLSPATH=/x", "RESOLV_HOST_CONF=/x", "RES_OPTIONS=x", "TZDIR=/x",
		"WAYLAND_SOCKET=5", NULL};
	struct record record;
	struct environment_rules rules = rules_for(&record, "*", "", caller);

	(void)state;
	rules.keeps_session = true;
	assert_made(&rules, ALWAYS);
	rules.keeps_all = true;
	assert_made(&rules, ALWAYS);
	record_release(&record);
}

static void
all_else_passes_where_all_is_kept(void **state)
{
	static const char *const caller[] = {
		"EDITOR=vi", "_=/bin/x", "a1=b=c", "OLD_LD_PRELOAD=1", NULL};
	struct record record;
	struct environment_rules rules = rules_for(&record, "", "", caller);

	(void)state;
	rules.keeps_all = true;
	assert_made(&rules, "EDITOR=vi\n_=/bin/x\na1=b=c\nOLD_LD_PRELOAD=1\n" ALWAYS);
	record_release(&record);
}

static void
what_is_no_assignment_of_a_shell_never_passes(void **state)
{
	static const char *const caller[] = {"", "=", "=x", "TERM", "1A=x", "A-B=x", "A B=x",
		"A\n=x", "BASH_FUNC_id%%=() { :; }", "\303\244=x", NULL};
	struct record record;
	struct environment_rules rules = rules_for(&record, "*", "", caller);

	(void)state;
	rules.keeps_all = true;
	assert_made(&rules, ALWAYS);
	record_release(&record);
}

static void
the_callers_own_place_does_not_pass(void **state)
{
	static const char *const caller[] = {"HOME=/root", "USER=root", "LOGNAME=root",
		"SHELL=/bin/evil", "PATH=/tmp", "CHROOT_NAME=x", "debian_chroot=x",
		"TMUX_TMPDIR=/tmp", "TMUX=/tmp/tmux-0/default,1,0", "TMUX_PANE=%1",
		"STY=1.pts-0.host", NULL};
	struct record record;
	struct environment_rules rules = rules_for(&record, "", "", caller);

	(void)state;
	assert_made(&rules, ALWAYS);
	rules.keeps_all = true;
	assert_made(&rules, ALWAYS);
	record_release(&record);
}

static void
the_configuration_overrules_and_the_command_line_overrules_it(void **state)
{
	static const char *const caller[] = {"TERM=xterm", NULL};
	static const char *const added[] = {"TERM=dumb", "B=from=e", "PATH=/e", "LD_PRELOAD=/e.so"};
	struct record record;
	struct environment_rules rules =
		rules_for(&record, "", "TERM=linux A=1\n\tB=2 HOME=/srv TMUX_TMPDIR=", caller);

	(void)state;
	rules.added = strings(added);
	assert_made(&rules, "USER=alice\nLOGNAME=alice\nSHELL=/bin/ash\nPATH=" TEST_PATH "\n"
			    "CHROOT_NAME=games\ndebian_chroot=games\n"
			    "TERM=linux\nA=1\nB=2\nHOME=/srv\nTMUX_TMPDIR=\n");
	rules.added_count = sizeof(added) / sizeof(*added);
	assert_made(&rules, "USER=alice\nLOGNAME=alice\nSHELL=/bin/ash\n"
			    "CHROOT_NAME=games\ndebian_chroot=games\n"
			    "A=1\nHOME=/srv\nTMUX_TMPDIR=\n"
			    "TERM=dumb\nB=from=e\nPATH=/e\nLD_PRELOAD=/e.so\n");
	record_release(&record);
}

/* The last, as a shell would read it. */
static void
of_each_name_there_is_one(void **state)
{
	static const char *const caller[] = {"PATH=/1", "A=1", "HOME=/1", "A=2", "B=1", "PATH=/2",
		"AB=1", "A=3", "B=", "a=1", "HOME=/2", NULL};
	static const char *const added[] = {"E=1", "AB=2", "E=2"};
	struct record record;
	struct environment_rules rules = rules_for(&record, "", "S=1 B=2 S=2", caller);

	(void)state;
	rules.keeps_all = true;
	assert_made(&rules, "AB=1\nA=3\na=1\n" ALWAYS "B=2\nS=2\n");
	rules.added = strings(added);
	rules.added_count = sizeof(added) / sizeof(*added);
	assert_made(&rules, "A=3\na=1\n" ALWAYS "B=2\nS=2\nAB=2\nE=2\n");
	record_release(&record);
}

static void
many_variables_pass_in_their_order(void **state)
{
	enum { MANY = 10000 };
	static char text[MANY][16];
	static char *caller[2 * MANY + 1];
	struct record record;
	struct environment_rules rules = rules_for(&record, "", "", nobody);
	char **environment;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(text[i], sizeof(text[i]), "V%zu=%zu", i * 7919 % MANY, i);
		caller[i] = caller[MANY + i] = text[i];
	}
	rules.caller = caller;
	rules.keeps_all = true;
	environment = environment_make(&rules);
	assert_non_null(environment);
	for (size_t i = 0; i < MANY; i++)
		assert_string_equal(environment[i], text[i]);
	assert_string_equal(environment[MANY], "HOME=/home/alice");
	environment_free(environment);
	record_release(&record);
}

static void
a_name_is_no_prefix_of_another(void **state)
{
	static const char *const caller[] = {"PATHS=/x", "HOM=/x", NULL};
	struct record record;
	struct environment_rules rules = rules_for(&record, "*", "", caller);

	(void)state;
	assert_made(&rules, "PATHS=/x\nHOM=/x\n" ALWAYS);
	record_release(&record);
}

static void
an_assignment_is_what_a_shell_takes_for_one(void **state)
{
	static const char *const good[] = {"A=", "_=", "a1_=x", "A==", "Z=\n"};
	static const char *const bad[] = {
		"", "=", "A", "1=", "1A=x", "A-=x", "A +=x", " A=x", "A+=x", "\303\204=x", "--=x"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(environment_is_assignment(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(environment_is_assignment(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_caller_it_holds_what_the_root_says),
		cmocka_unit_test(everyday_variables_pass),
		cmocka_unit_test(anything_else_does_not),
		cmocka_unit_test(the_session_passes_only_while_the_user_stays),
		cmocka_unit_test(a_copy_of_the_cookies_takes_the_place_of_the_callers),
		cmocka_unit_test(the_configuration_names_what_else_passes),
		cmocka_unit_test(what_steers_the_loader_or_libc_never_passes),
		cmocka_unit_test(all_else_passes_where_all_is_kept),
		cmocka_unit_test(what_is_no_assignment_of_a_shell_never_passes),
		cmocka_unit_test(the_callers_own_place_does_not_pass),
		cmocka_unit_test(the_configuration_overrules_and_the_command_line_overrules_it),
		cmocka_unit_test(of_each_name_there_is_one),
		cmocka_unit_test(many_variables_pass_in_their_order),
		cmocka_unit_test(a_name_is_no_prefix_of_another),
		cmocka_unit_test(an_assignment_is_what_a_shell_takes_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
