/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/difference.h"
#include "helper/plan.h"
#include "said.h"

#include <stdlib.h>
#include <string.h>

static struct plan now;
static struct difference difference;

static int
begin(void **state)
{
	now = (struct plan){0};
	difference = (struct difference){.now = &now};
	return report_to_memory(state);
}

static int
finish(void **state)
{
	difference_release(&difference);
	plan_release(&now);
	return report_close(state);
}

/* A line as it was mounted at start: there, in its place. */
static struct plan_record_line *
was(const char *source, const char *target, const char *type, const char *words)
{
	struct plan_record *before = &difference.before;
	struct plan_record_line *grown =
		reallocarray(before->all, before->count + 1, sizeof(*before->all));

	assert_non_null(grown);
	before->all = grown;
	assert_int_equal(plan_add(&before->plan, source, target, type, words, &report), 0);
	grown[before->count] = (struct plan_record_line){
		.id = before->count + 1, .is_there = true, .mount_point = strdup(target)};
	return &grown[before->count++];
}

/* A line as it is to be. */
static void
is_to_be(const char *source, const char *target, const char *type, const char *words)
{
	char **grown = reallocarray(difference.mount_points, now.count + 1, sizeof(*grown));

	assert_non_null(grown);
	difference.mount_points = grown;
	grown[now.count] = strdup(target);
	assert_int_equal(plan_add(&now, source, target, type, words, &report), 0);
}

/* None of the sources was replaced, but for those that a test has marked. */
static int
find(void)
{
	if (!difference.was_replaced)
		difference.was_replaced =
			calloc(difference.before.count + 1, sizeof(*difference.was_replaced));
	assert_non_null(difference.was_replaced);
	return difference_find(&difference, "chroot-mounts", &report);
}

/* The only line was `before` and is to be `words`. */
static void
compare_binds(const char *before, const char *words)
{
	was("/nowhere", "/a", "none", before);
	is_to_be("/nowhere", "/a", "none", words);
	assert_int_equal(find(), 0);
	assert_string_equal(take_said(), "");
}

static void
a_line_that_is_the_same_is_kept_as_it_is(void **state)
{
	(void)state;
	compare_binds("bind,ro", "bind,ro");
	assert_true(difference.keeps[0]);
	assert_int_equal(difference.kept[0], 0);
	assert_true(difference.stays[0]);
	assert_false(difference_is_leaving(&difference, 0));
	assert_false(difference_has_options(&difference, 0));
	assert_false(difference_is_hidden(&difference, 0));
	assert_null(difference_replaced(&difference, 0));
}

static void
a_bind_that_gets_a_restriction_is_changed_in_place(void **state)
{
	(void)state;
	compare_binds("bind", "bind,ro");
	assert_true(difference.keeps[0]);
	assert_true(difference_has_options(&difference, 0));
}

/* Changed in place, the mounts below a bind would lose the restrictions that they have on the host.
 */
static void
a_bind_that_loses_a_restriction_is_made_anew(void **state)
{
	static const char *const words[][2] = {{"rbind,ro", "rbind"}, {"rbind,nosuid", "rbind"},
		{"rbind,ro,nosuid", "rbind,nosuid"}, {"rbind,ro", "rbind,rw"},
		{"bind,noexec", "bind,nodev"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		compare_binds(words[i][0], words[i][1]);
		assert_false(difference.keeps[0]);
		assert_int_equal(difference.kept[0], PLAN_RECORD_NONE);
		assert_true(difference_is_leaving(&difference, 0));
		assert_false(difference_has_options(&difference, 0));
		assert_ptr_equal(difference_replaced(&difference, 0), &difference.before.all[0]);
		finish(state);
		begin(state);
	}
}

static void
a_filesystem_that_loses_a_restriction_keeps_what_is_in_it(void **state)
{
	(void)state;
	was("tmpfs", "/a", "tmpfs", "ro,size=1m");
	is_to_be("tmpfs", "/a", "tmpfs", "size=2m");
	assert_int_equal(find(), 0);
	assert_true(difference.keeps[0]);
	assert_true(difference_has_options(&difference, 0));
}

static void
an_option_that_is_taken_out_of_a_filesystem_needs_a_restart(void **state)
{
	(void)state;
	was("tmpfs", "/a", "tmpfs", "size=1m,mode=0700");
	is_to_be("tmpfs", "/a", "tmpfs", "size=1m");
	assert_int_equal(find(), -1);
	assert_string_equal(take_said(),
		"test: options of /a were taken out of its line, which needs a restart; to mend "
		"it: chroot-mounts restart chroot-mounts\n");
}

static void
another_loop_device_needs_a_restart(void **state)
{
	(void)state;
	was("/nowhere", "/a", "ext4", "loop,offset=512");
	is_to_be("/nowhere", "/a", "ext4", "loop,offset=512");
	assert_int_equal(find(), 0);
	assert_true(difference.keeps[0]);
	finish(state);
	begin(state);
	was("/nowhere", "/a", "ext4", "loop,offset=512");
	is_to_be("/nowhere", "/a", "ext4", "loop,offset=1024");
	assert_int_equal(find(), -1);
	assert_non_null(strstr(take_said(), "needs a restart"));
}

static void
what_hides_processes_can_be_taken_back_in_a_proc_alone(void **state)
{
	const struct plan_mount proc = {.type = (char[]){"proc"}};
	const struct plan_mount other = {.type = (char[]){"tmpfs"}};

	(void)state;
	assert_true(difference_is_taken_back(&proc, "hidepid=2"));
	assert_true(difference_is_taken_back(&proc, "gid=5"));
	assert_false(difference_is_taken_back(&proc, "subset=pid"));
	assert_false(difference_is_taken_back(&other, "gid=5"));
	was("proc", "/proc", "proc", "hidepid=2,gid=5");
	is_to_be("proc", "/proc", "proc", "nosuid");
	assert_int_equal(find(), 0);
	assert_true(difference.keeps[0]);
	assert_true(difference_has_options(&difference, 0));
}

static void
options_are_compared_by_their_keys(void **state)
{
	char size[] = "size=1m", bare[] = "sync", sizes[] = "sizes=1";
	char *options[] = {size, bare, NULL};
	char *longer[] = {sizes, NULL};

	(void)state;
	assert_true(difference_has_key(options, "size=2m"));
	assert_true(difference_has_key(options, "sync"));
	assert_true(difference_has_key(options, "size"));
	assert_false(difference_has_key(options, "siz=1m"));
	assert_false(difference_has_key(longer, "size=1"));
	assert_false(difference_has_key(NULL, "size=1"));
}

static void
two_lists_are_the_same_only_if_neither_is_longer(void **state)
{
	char one[] = "size=1m", two[] = "mode=0700";
	char *both[] = {one, two, NULL}, *first[] = {one, NULL}, *second[] = {two, NULL};
	const struct plan_mount with_both = {.options = both}, with_first = {.options = first};
	const struct plan_mount with_second = {.options = second}, with_none = {0};

	(void)state;
	assert_true(difference_is_same_filesystem(&with_both, &with_both));
	assert_true(difference_is_same_filesystem(&with_none, &with_none));
	assert_false(difference_is_same_filesystem(&with_both, &with_first));
	assert_false(difference_is_same_filesystem(&with_first, &with_both));
	assert_false(difference_is_same_filesystem(&with_first, &with_second));
	assert_false(difference_is_same_filesystem(&with_none, &with_first));
}

/* Each of them alone makes a new mount of a line that says the same as before. */
static void
a_mount_that_is_not_what_its_line_says_is_made_anew(void **state)
{
	for (int reason = 0; reason < 5; reason++) {
		struct plan_record_line *line = was("/nowhere", "/a", "none", "bind");

		is_to_be("/nowhere", "/a", "none", "bind");
		line->is_there = reason != 0;
		line->is_moved = reason == 1;
		line->is_changing = reason == 2;
		difference.was_replaced = calloc(2, sizeof(*difference.was_replaced));
		assert_non_null(difference.was_replaced);
		difference.was_replaced[0] = reason == 3;
		assert_int_equal(find(), 0);
		assert_int_equal(difference.keeps[0], reason == 4);
		assert_int_equal(difference_is_leaving(&difference, 0), reason != 0 && reason != 4);
		finish(state);
		begin(state);
	}
}

/* A look at the source of a bind may wait for a server for ever. */
static void
a_source_is_asked_about_only_where_its_mount_may_stay(void **state)
{
	static const struct {
		const char *source, *type, *before, *now;
		bool is_there, is_moved, is_changing, has_shared, needs_source;
	} cases[] = {
		{"/s", "none", "bind", "bind", true, false, false, false, true},
		{"/s", "none", "bind", "bind,ro", true, false, false, false, true},
		{"/s", "none", "rbind,x-live", "rbind,x-live", true, false, false, false, true},
		{"/other", "none", "bind", "bind", true, false, false, false, false},
		{"/s", "none", "bind", "rbind", true, false, false, false, false},
		{"/s", "none", "bind,ro", "bind", true, false, false, false, false},
		{"/s", "none", "bind", "bind", false, false, false, false, false},
		{"/s", "none", "bind", "bind", true, true, false, false, false},
		{"/s", "none", "bind", "bind", true, false, true, false, false},
		{"/s", "none", "rbind,x-live", "rbind,x-live", true, false, false, true, false},
		{"/s", "tmpfs", "size=1m", "size=1m", true, false, false, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct plan_record_line *line = was("/s", "/a", cases[i].type, cases[i].before);

		line->is_there = cases[i].is_there;
		line->is_moved = cases[i].is_moved;
		line->is_changing = cases[i].is_changing;
		difference.has_shared = cases[i].has_shared;
		is_to_be("/elsewhere", "/b", "none", "bind");
		is_to_be(cases[i].source, "/a", cases[i].type, cases[i].now);
		assert_int_equal(difference_needs_source(&difference, 0), cases[i].needs_source);
		finish(state);
		begin(state);
	}
}

/* What was put on it is made anew with it. */
static void
a_bind_whose_source_was_replaced_is_made_anew_with_what_lies_below(void **state)
{
	(void)state;
	was("/nowhere", "/a", "none", "bind");
	was("tmpfs", "/a/b", "tmpfs", "size=1m");
	was("/nowhere", "/c", "none", "bind");
	is_to_be("/nowhere", "/a", "none", "bind");
	is_to_be("tmpfs", "/a/b", "tmpfs", "size=1m");
	is_to_be("/nowhere", "/c", "none", "bind");
	difference.was_replaced = calloc(4, sizeof(*difference.was_replaced));
	assert_non_null(difference.was_replaced);
	difference.was_replaced[0] = true;
	assert_int_equal(find(), 0);
	assert_false(difference.keeps[0]);
	assert_ptr_equal(difference_replaced(&difference, 0), &difference.before.all[0]);
	assert_false(difference.keeps[1]);
	assert_true(difference_is_hidden(&difference, 1));
	assert_true(difference.keeps[2]);
}

static void
a_filesystem_whose_change_was_interrupted_is_changed_again(void **state)
{
	(void)state;
	was("tmpfs", "/a", "tmpfs", "size=1m")->is_changing = true;
	is_to_be("tmpfs", "/a", "tmpfs", "size=1m");
	assert_int_equal(find(), 0);
	assert_true(difference.keeps[0]);
	assert_true(difference_has_options(&difference, 0));
}

static void
live_lines_alone_are_made_anew_when_a_source_was_made_shared(void **state)
{
	(void)state;
	was("/nowhere", "/a", "none", "rbind,x-live");
	was("/nowhere", "/b", "none", "rbind");
	is_to_be("/nowhere", "/a", "none", "rbind,x-live");
	is_to_be("/nowhere", "/b", "none", "rbind");
	difference.has_shared = true;
	assert_int_equal(find(), 0);
	assert_false(difference.keeps[0]);
	assert_true(difference.keeps[1]);
}

static void
no_mount_is_kept_for_two_lines(void **state)
{
	(void)state;
	was("/nowhere", "/a", "none", "bind");
	is_to_be("/nowhere", "/a", "none", "bind");
	is_to_be("/nowhere", "/a", "none", "bind");
	assert_int_equal(find(), 0);
	assert_true(difference.keeps[0]);
	assert_false(difference.keeps[1]);
}

static void
what_lies_below_a_line_that_is_made_or_goes_is_made_anew(void **state)
{
	(void)state;
	was("/nowhere/old", "/a", "none", "bind");
	was("/nowhere", "/a/b", "none", "bind");
	was("/nowhere", "/ab", "none", "bind");
	is_to_be("/nowhere/new", "/a", "none", "bind");
	is_to_be("/nowhere", "/a/b", "none", "bind");
	is_to_be("/nowhere", "/ab", "none", "bind");
	assert_int_equal(find(), 0);
	assert_false(difference.keeps[0]);
	assert_false(difference.keeps[1]);
	assert_true(difference.keeps[2]);
	assert_true(difference_is_hidden(&difference, 1));
	assert_false(difference_is_hidden(&difference, 2));
}

static void
what_lies_below_a_line_that_is_new_alone_is_made_anew(void **state)
{
	(void)state;
	was("/nowhere", "/a/b", "none", "bind");
	was("/nowhere", "/c/d", "none", "bind");
	is_to_be("/nowhere/new", "/a", "none", "bind");
	is_to_be("/nowhere", "/a/b", "none", "bind");
	is_to_be("/nowhere", "/c/d", "none", "bind");
	/* mounted last, it does not lie under the one below it */
	is_to_be("/nowhere/new", "/c", "none", "bind");
	assert_int_equal(find(), 0);
	assert_false(difference.keeps[1]);
	assert_true(difference_is_hidden(&difference, 1));
	assert_true(difference.keeps[2]);
	assert_false(difference_is_hidden(&difference, 2));
}

static void
what_lies_below_a_line_that_goes_alone_is_made_anew(void **state)
{
	(void)state;
	was("/nowhere/old", "/a", "none", "bind");
	was("/nowhere", "/a/b", "none", "bind");
	is_to_be("/nowhere", "/a/b", "none", "bind");
	assert_int_equal(find(), 0);
	assert_false(difference.keeps[0]);
	assert_true(difference_is_hidden(&difference, 0));
}

static void
what_is_above_on_or_below_a_place_is_in_its_way(void **state)
{
	static const char *const places[] = {"/a", "/a/b", "/a/b/c", "/a/bc", "/x"};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		was("/nowhere", places[i], "none", "bind");
	is_to_be("/nowhere/new", "/a/b", "none", "bind");
	assert_int_equal(find(), 0);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		assert_int_equal(difference_is_in_the_way(&difference, i, 0), i < 3);
	/* of what is not there nothing is in the way */
	difference.before.all[1].is_there = false;
	assert_false(difference_is_in_the_way(&difference, 1, 0));
}

static void
the_lowest_in_a_place_is_the_one_that_is_replaced(void **state)
{
	(void)state;
	was("/nowhere/1", "/b", "none", "bind");
	was("/nowhere/2", "/a", "none", "bind");
	was("/nowhere/3", "/a", "none", "bind");
	is_to_be("/nowhere/new", "/a", "none", "bind");
	assert_int_equal(find(), 0);
	assert_ptr_equal(difference_replaced(&difference, 0), &difference.before.all[1]);
}

static void
what_lay_on_a_mount_goes_with_it(void **state)
{
	struct plan_record_line *all;

	(void)state;
	was("/nowhere/1", "/a", "none", "bind");
	was("/nowhere/2", "/a", "none", "bind");
	was("/nowhere/3", "/a/b", "none", "bind");
	was("/nowhere/4", "/b", "none", "bind");
	was("/nowhere", "/a/kept", "none", "bind");
	is_to_be("/nowhere", "/c", "none", "bind");
	assert_int_equal(find(), 0);
	all = difference.before.all;
	difference.stays[4] = true;
	difference_has_gone(&difference, &all[0]);
	assert_false(all[0].is_there);
	assert_true(all[1].is_there);
	assert_false(all[2].is_there);
	assert_true(all[3].is_there);
	assert_true(all[4].is_there);
}

static void
a_line_that_is_read_of_an_earlier_reload_is_leaving(void **state)
{
	struct plan_record_line *grown;

	(void)state;
	was("/nowhere", "/a", "none", "bind");
	is_to_be("/nowhere", "/a", "none", "bind");
	/* behind those of the plan */
	grown = reallocarray(difference.before.all, 2, sizeof(*grown));
	assert_non_null(grown);
	difference.before.all = grown;
	grown[1] = (struct plan_record_line){
		.id = 7, .is_there = true, .mount_point = strdup("/gone")};
	difference.before.count = 2;
	assert_int_equal(find(), 0);
	assert_true(difference.keeps[0]);
	assert_false(difference_is_leaving(&difference, 0));
	assert_true(difference_is_leaving(&difference, 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_that_is_the_same_is_kept_as_it_is),
		TEST(a_bind_that_gets_a_restriction_is_changed_in_place),
		TEST(a_bind_that_loses_a_restriction_is_made_anew),
		TEST(a_filesystem_that_loses_a_restriction_keeps_what_is_in_it),
		TEST(an_option_that_is_taken_out_of_a_filesystem_needs_a_restart),
		TEST(another_loop_device_needs_a_restart),
		TEST(what_hides_processes_can_be_taken_back_in_a_proc_alone),
		TEST(options_are_compared_by_their_keys),
		TEST(two_lists_are_the_same_only_if_neither_is_longer),
		TEST(a_mount_that_is_not_what_its_line_says_is_made_anew),
		TEST(a_source_is_asked_about_only_where_its_mount_may_stay),
		TEST(a_bind_whose_source_was_replaced_is_made_anew_with_what_lies_below),
		TEST(a_filesystem_whose_change_was_interrupted_is_changed_again),
		TEST(live_lines_alone_are_made_anew_when_a_source_was_made_shared),
		TEST(no_mount_is_kept_for_two_lines),
		TEST(what_lies_below_a_line_that_is_made_or_goes_is_made_anew),
		TEST(what_lies_below_a_line_that_is_new_alone_is_made_anew),
		TEST(what_lies_below_a_line_that_goes_alone_is_made_anew),
		TEST(what_is_above_on_or_below_a_place_is_in_its_way),
		TEST(the_lowest_in_a_place_is_the_one_that_is_replaced),
		TEST(what_lay_on_a_mount_goes_with_it),
		TEST(a_line_that_is_read_of_an_earlier_reload_is_leaving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
