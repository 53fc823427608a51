/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "helper/mounts_source.h"
#include "helper/plan.h"
#include "said.h"

#include <string.h>

static const struct mounts_root what = {.path = "/opt/games", .program_path = "/bin", .shell = ""};

/* The one device that this machine has a tag for. */
char *__wrap_mnt_resolve_spec(const char *spec, void *cache);

char *
__wrap_mnt_resolve_spec(const char *spec, void *cache)
{
	(void)cache;
	return strcmp(spec, "LABEL=games") == 0 ? strdup("/dev/sda1") : NULL;
}

/* The paths that were judged, with a blank behind each; the last that is refused. */
static char judged[256];
static const char *refused;

int __wrap_ownership_judge_part(const char *path, struct report *said_to);

int
__wrap_ownership_judge_part(const char *path, struct report *said_to)
{
	(void)said_to;
	snprintf(judged + strlen(judged), sizeof(judged) - strlen(judged), "%s ", path);
	return refused && strcmp(path, refused) == 0 ? -1 : 0;
}

static int
begin(void **state)
{
	judged[0] = '\0';
	refused = NULL;
	return report_to_memory(state);
}

static void
tags_stand_for_a_device(void **state)
{
	static const char *const tags[] = {
		"LABEL=games", "UUID=1", "PARTLABEL=a", "PARTUUID=b", "ID=c"};
	static const char *const others[] = {"/LABEL=games", "label=games", "LABEL", "tmpfs", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		assert_true(mounts_is_tag(tags[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(mounts_is_tag(others[i]));
}

static bool
lacks(const char *source)
{
	return mounts_lacks_source(&(struct plan_mount){.source = strdupa(source)});
}

static void
a_path_or_a_device_can_be_missing_and_a_word_cannot(void **state)
{
	(void)state;
	assert_false(lacks("/"));
	assert_true(lacks("/nowhere/at/all"));
	/* there is something, which only the mount itself can judge */
	assert_false(lacks("/dev/null/below"));
	assert_false(lacks("LABEL=games"));
	assert_true(lacks("LABEL=other"));
	assert_false(lacks("tmpfs"));
	assert_false(lacks("nowhere"));
}

static void
a_source_is_found_by_its_tag(void **state)
{
	struct plan_mount line = {.source = strdupa("LABEL=games"), .target = strdupa("/g")};
	char *source = NULL;

	(void)state;
	assert_int_equal(mounts_find_source(&line, &source, &report), 0);
	assert_string_equal(source, "/dev/sda1");
	free(source);
	line.source = strdupa("/srv/games");
	assert_int_equal(mounts_find_source(&line, &source, &report), 0);
	assert_string_equal(source, "/srv/games");
	free(source);
	assert_string_equal(take_said(), "");
	line.source = strdupa("UUID=1");
	assert_int_equal(mounts_find_source(&line, &source, &report), -1);
	assert_string_equal(take_said(),
		"test: no filesystem for /g has UUID=1 (blkid shows which there are)\n");
}

/* The line for `/` of a plan. */
static int
judge(const char *words, const char *source)
{
	struct plan plan = {0};
	char *type = strstr(words, "lowerdir") ? strdupa("overlay") : strdupa("ext4");
	int result;

	assert_int_equal(plan_add(&plan, source, "/", type, words, &report), 0);
	result = mounts_judge_parts(plan.root, NULL, &what, &report);
	plan_release(&plan);
	return result;
}

static void
each_part_of_the_root_is_judged(void **state)
{
	(void)state;
	assert_int_equal(judge("ro", "LABEL=games"), 0);
	assert_string_equal(judged, "/dev/sda1 ");
	judged[0] = '\0';
	/* a source that is a word names no file, and layers that are not there have no tree */
	assert_int_equal(judge("lowerdir=/nowhere/a:/nowhere/b,upperdir=/nowhere/c", "overlay"), 0);
	assert_string_equal(judged, "/nowhere/a /nowhere/b /nowhere/c ");
}

static void
the_first_part_that_is_refused_is_the_last_one_judged(void **state)
{
	(void)state;
	refused = "/nowhere/b";
	assert_int_equal(
		judge("lowerdir=/nowhere/a:/nowhere/b,upperdir=/nowhere/c", "overlay"), -1);
	assert_string_equal(judged, "/nowhere/a /nowhere/b ");
	judged[0] = '\0';
	refused = "/dev/sda1";
	assert_int_equal(judge("journal_path=/dev/sdb", "LABEL=games"), -1);
	assert_string_equal(judged, "/dev/sda1 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tags_stand_for_a_device),
		TEST(a_path_or_a_device_can_be_missing_and_a_word_cannot),
		TEST(a_source_is_found_by_its_tag),
		TEST(each_part_of_the_root_is_judged),
		TEST(the_first_part_that_is_refused_is_the_last_one_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
