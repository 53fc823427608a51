/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/difference.h"

#include "common/report.h"
#include "helper/plan_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
difference_release(struct difference *difference)
{
	for (size_t i = 0; difference->mount_points && i < difference->now->count; i++)
		free(difference->mount_points[i]);
	free(difference->mount_points);
	free(difference->was_replaced);
	free(difference->keeps);
	free(difference->kept);
	free(difference->stays);
	plan_record_release(&difference->before);
	*difference = (struct difference){0};
}

bool
difference_has_key(char **options, const char *option)
{
	size_t length = strcspn(option, "=");

	for (; options && *options; options++)
		if (strncmp(*options, option, length) == 0 &&
			((*options)[length] == '=' || (*options)[length] == '\0'))
			return true;
	return false;
}

bool
difference_is_same_filesystem(const struct plan_mount *one, const struct plan_mount *other)
{
	char **first = one->options, **second = other->options;

	while (first && *first && second && *second && strcmp(*first, *second) == 0) {
		first++;
		second++;
	}
	return !(first && *first) && !(second && *second);
}

/*
 * proc(5): both default to 0. A new proc would not do, because stop knows copies of the namespace
 * by the old superblock.
 */
bool
difference_is_taken_back(const struct plan_mount *before, const char *option)
{
	return strcmp(before->type, "proc") == 0 &&
	       (strncmp(option, "hidepid=", 8) == 0 || strncmp(option, "gid=", 4) == 0);
}

/* True if the options need a restart: a mounted filesystem keeps those no longer named. */
static bool
drops_options(const struct plan_mount *before, const struct plan_mount *now)
{
	for (char **option = before->options; option && *option; option++)
		if ((!difference_has_key(now->options, *option) &&
			    !difference_is_taken_back(before, *option)) ||
			(plan_options_is_loop(*option) &&
				!difference_is_same_filesystem(before, now)))
			return true;
	return false;
}

/*
 * True if a bind drops a restriction. Cleared in place, the mounts below would lose those that they
 * have on the host.
 */
static bool
is_made_anew(const struct plan_mount *before, const struct plan_mount *now)
{
	return before->is_bind && before->set & ~now->set;
}

/* True if an earlier line to be made is at or above this line's mount point. */
static bool
is_on_new(const struct difference *difference, size_t line)
{
	for (size_t i = 0; i < line; i++)
		if (!difference->keeps[i] && plan_is_at_or_below(difference->mount_points[line],
						     difference->mount_points[i]))
			return true;
	return false;
}

/* True if all mounts under the line stay, both its old ones and its new ones. */
static bool
stands_on_kept(const struct difference *difference, size_t line, size_t old)
{
	const struct plan_record *before = &difference->before;

	if (is_on_new(difference, line))
		return false;
	for (size_t i = 0; i < old; i++)
		if (difference_is_leaving(difference, i) &&
			plan_is_at_or_below(
				before->all[old].mount_point, before->all[i].mount_point))
			return false;
	return true;
}

/* True if the line asks for the mount of old; ignores its source and the mounts under it. */
static bool
is_same_line(const struct difference *difference, size_t line, size_t old)
{
	const struct plan_mount *now = &difference->now->mounts[line];
	const struct plan_mount *before = &difference->before.plan.mounts[old];
	const struct plan_record_line *one = &difference->before.all[old];

	if (!one->is_there || one->is_moved || !plan_line_is_same(before, now) ||
		is_made_anew(before, now))
		return false;
	return !now->is_bind || (!one->is_changing && !(now->is_live && difference->has_shared));
}

bool
difference_needs_source(const struct difference *difference, size_t old)
{
	for (size_t i = 0; i < difference->now->count; i++)
		if (difference->now->mounts[i].is_bind && is_same_line(difference, i, old))
			return true;
	return false;
}

static int
compare_line(struct difference *difference, size_t line, const char *restart, struct report *report)
{
	const struct plan_mount *now = &difference->now->mounts[line];
	size_t old = 0, count = difference->before.plan.count;

	while (old < count && (difference->stays[old] || difference->was_replaced[old] ||
				      !is_same_line(difference, line, old) ||
				      !stands_on_kept(difference, line, old)))
		old++;
	difference->keeps[line] = old < count;
	difference->kept[line] = difference->keeps[line] ? old : PLAN_RECORD_NONE;
	if (old == count)
		return 0;
	difference->stays[old] = true;
	if (now->is_bind || !drops_options(&difference->before.plan.mounts[old], now))
		return 0;
	report_mend(report, "chroot-mounts restart %s", restart);
	return report_error(report, 0,
		"options of %s were taken out of its line, which needs a restart", now->target);
}

int
difference_find(struct difference *difference, const char *restart, struct report *report)
{
	const struct plan *now = difference->now;

	difference->stays = calloc(difference->before.count + 1, sizeof(*difference->stays));
	difference->keeps = calloc(now->count + 1, sizeof(*difference->keeps));
	difference->kept = calloc(now->count + 1, sizeof(*difference->kept));
	if (!difference->stays || !difference->keeps || !difference->kept)
		return report_error(report, ENOMEM, "cannot compare the plan");
	for (size_t i = 0; i < now->count; i++)
		if (compare_line(difference, i, restart, report) < 0)
			return -1;
	return 0;
}

bool
difference_is_leaving(const struct difference *difference, size_t old)
{
	return !difference->stays[old] && difference->before.all[old].is_there;
}

bool
difference_has_options(const struct difference *difference, size_t line)
{
	const struct plan_mount *now = &difference->now->mounts[line];
	const struct plan_mount *before;

	if (!difference->keeps[line])
		return false;
	before = &difference->before.plan.mounts[difference->kept[line]];
	return difference->before.all[difference->kept[line]].is_changing ||
	       now->set != before->set || now->clear != before->clear ||
	       now->propagation != before->propagation ||
	       now->propagates_below != before->propagates_below ||
	       !difference_is_same_filesystem(before, now);
}

bool
difference_is_hidden(const struct difference *difference, size_t line)
{
	const struct plan_record *before = &difference->before;

	if (is_on_new(difference, line))
		return true;
	for (size_t i = 0; i < before->count; i++)
		if (difference_is_leaving(difference, i) &&
			plan_is_at_or_below(
				difference->mount_points[line], before->all[i].mount_point))
			return true;
	return false;
}

struct plan_record_line *
difference_replaced(const struct difference *difference, size_t line)
{
	const struct plan_record *before = &difference->before;

	for (size_t i = 0; i < before->count; i++)
		if (difference_is_leaving(difference, i) &&
			strcmp(before->all[i].mount_point, difference->mount_points[line]) == 0)
			return &before->all[i];
	return NULL;
}

bool
difference_is_in_the_way(const struct difference *difference, size_t old, size_t line)
{
	const char *mount_point = difference->before.all[old].mount_point;

	return difference_is_leaving(difference, old) &&
	       (plan_is_at_or_below(difference->mount_points[line], mount_point) ||
		       plan_is_at_or_below(mount_point, difference->mount_points[line]));
}

void
difference_has_gone(struct difference *difference, struct plan_record_line *line)
{
	line->is_there = false;
	for (size_t i = 0; i < difference->before.count; i++) {
		struct plan_record_line *other = &difference->before.all[i];

		if (difference_is_leaving(difference, i) &&
			strcmp(other->mount_point, line->mount_point) != 0 &&
			plan_is_at_or_below(other->mount_point, line->mount_point))
			other->is_there = false;
	}
}
