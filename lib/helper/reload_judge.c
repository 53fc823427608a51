/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/reload_judge.h"

#include "common/cleanup.h"
#include "common/record.h"
#include "common/report.h"
#include "helper/mounts_attach.h"
#include "helper/namespace_make.h"
#include "helper/passwords.h"
#include "helper/reload_apply.h"
#include "helper/service.h"
#include "helper/trust.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

void
reload_judge_release(struct reload_judge *judge)
{
	trust_names_release(&judge->names);
	essentials_release(&judge->essentials);
}

/* Runs a step inside the namespace; it reports its own errors. */
static int
run_inside(struct reload_judge *judge, int (*step)(void *data))
{
	struct service *service = judge->reload->service;

	return namespace_visit(
		judge->reload->prepared.pin, service->host, step, judge, NULL, service->report);
}

/* Checks that each new mount has a mount point, as far as it is visible. */
static int
check_targets(void *data)
{
	struct reload *reload = ((struct reload_judge *)data)->reload;

	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 &&
			!difference_is_hidden(&reload->difference, i) &&
			mounts_check_line(&reload->mounts, &reload->now.plan, i, &reload->root,
				reload->service->report) < 0)
			return -1;
	return 0;
}

/* Returns the descriptor of the new mount that will be seen at mount_point, or -1. */
static int
new_mount_at(const struct reload *reload, const char *mount_point)
{
	int mount = -1;

	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 &&
			strcmp(reload->difference.mount_points[i], mount_point) == 0)
			mount = reload->mounts.lines[i].fd;
	return mount;
}

/* The same for a file, links on its path resolved. */
static int
new_mount_on(const struct reload *reload, const char *file)
{
	char mount_point[PATH_MAX];

	return root_resolve(&reload->root, file, mount_point, sizeof(mount_point)) < 0
		       ? -1
		       : new_mount_at(reload, mount_point);
}

/* True if a mount goes and no new one takes its place. */
static bool
leaves_place(const struct reload *reload, size_t old)
{
	return difference_is_leaving(&reload->difference, old) &&
	       new_mount_at(reload, reload->difference.before.all[old].mount_point) < 0;
}

/* Looks up a name as it will be after the reload, in the last line at or above it. Returns as
 * stat(2). */
static int
stat_after_reload(const void *data, const char *name, struct stat *found)
{
	const struct reload *reload = data;
	char mount_point[PATH_MAX];
	const char *whole = name;

	if (root_resolve(&reload->root, name, mount_point, sizeof(mount_point)) == 0)
		whole = mount_point;
	for (size_t i = reload->mounts.count; i-- > 0;) {
		const char *above = reload->difference.mount_points[i];
		const char *below;

		if (reload->mounts.ids[i] == 0 || !plan_is_at_or_below(whole, above))
			continue;
		if (reload->mounts.lines[i].fd < 0)
			break;
		below = whole + strlen(above);
		return fstatat(reload->mounts.lines[i].fd, below + strspn(below, "/"), found,
			AT_EMPTY_PATH);
	}
	return stat(name, found);
}

static int
check_trusted(void *data)
{
	struct reload_judge *judge = data;
	struct reload *reload = judge->reload;
	const struct difference *difference = &reload->difference;
	struct report *report = reload->service->report;

	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 &&
			trust_judge_change(&reload->root, difference->mount_points[i],
				reload->mounts.lines[i].fd, judge->restart, report) < 0)
			return -1;
	for (size_t i = 0; i < difference->before.count; i++)
		if (leaves_place(reload, i) &&
			trust_judge_change(&reload->root, difference->before.all[i].mount_point, -1,
				judge->restart, report) < 0)
			return -1;
	if (tickets_judge(&judge->tickets, stat_after_reload, reload, report) < 0)
		return -1;
	return passwords_judge(&reload->root, &reload->now.plan,
		new_mount_on(reload, PASSWORDS_PASSWD), new_mount_on(reload, PASSWORDS_SHADOW),
		report);
}

static int
judge_tree(void *data)
{
	struct reload_judge *judge = data;
	struct essentials *essentials = &judge->essentials;
	const struct root_config *now = &judge->reload->now;

	essentials_release(essentials);
	essentials->root = &judge->reload->root;
	essentials->path = config_value(&now->config, CONFIG_PATH);
	essentials->shell = config_value(&now->config, CONFIG_SHELL);
	return essentials_judge(essentials, judge->reload->service->report);
}

/* Judges the superuser's programs as they are or, with covers, as they will be. */
static int
judge_as_covered(struct reload_judge *judge)
{
	return run_inside(judge, judge_tree) < 0 ? -1
						 : essentials_judge_groups(&judge->essentials,
							   judge->reload->service->report);
}

/* Judges the tree as the new lines will show it. A file under a line that is to be unmounted can be
 * judged only afterwards. */
static int
judge_essentials(struct reload_judge *judge)
{
	const struct reload *reload = judge->reload;
	const struct difference *difference = &reload->difference;
	struct essentials *essentials = &judge->essentials;
	size_t count = difference->before.count + reload->mounts.count;
	cleanup_free struct essentials_cover *covers = calloc(count + 1, sizeof(*covers));
	int result;

	if (!covers)
		return report_error(reload->service->report, errno, "cannot look at the tree");
	count = 0;
	for (size_t i = 0; i < difference->before.count; i++)
		if (leaves_place(reload, i))
			covers[count++] = (struct essentials_cover){
				.mount_point = difference->before.all[i].mount_point, .fd = -1};
	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0)
			covers[count++] = (struct essentials_cover){
				.mount_point = difference->mount_points[i],
				.fd = reload->mounts.lines[i].fd};
	essentials->covers = covers;
	essentials->cover_count = count;
	result = judge_as_covered(judge);
	essentials->covers = NULL;
	essentials->cover_count = 0;
	return result;
}

/* True if the superuser inside may run other programs than before. */
static bool
has_other_essentials(const struct reload *reload)
{
	static const enum config_key keys[] = {CONFIG_PATH, CONFIG_SHELL};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(config_value(&reload->now.config, keys[i]),
			    record_value(&reload->prepared.record, config_key_name(keys[i]))) != 0)
			return true;
	/* unfinished: a reload was interrupted, or found the tree wrong at its end */
	return reload->is_other || record_value(&reload->prepared.record, "unfinished")[0] != '\0';
}

static int
open_trusted(void *data)
{
	struct reload_judge *judge = data;

	trust_names_release(&judge->names);
	return trust_judge(&judge->reload->root, &judge->names, judge->reload->service->report);
}

/* Compares users and groups anew, because both sides change. Drops the recorded ones, of files that
 * may have been replaced. */
static int
judge_setuid(struct reload_judge *judge)
{
	struct record *record = &judge->reload->now.record;

	if (!judge->allows_setuid)
		return 0;
	record->size = judge->size;
	return run_inside(judge, open_trusted) < 0
		       ? -1
		       : trust_names_record(record, &judge->names, judge->reload->service->report);
}

int
reload_judge_before(struct reload_judge *judge)
{
	judge->size = judge->reload->now.record.size;
	if (run_inside(judge, check_targets) < 0 ||
		(judge->allows_setuid && run_inside(judge, check_trusted) < 0) ||
		judge_setuid(judge) < 0)
		return -1;
	return has_other_essentials(judge->reload) ? judge_essentials(judge) : 0;
}

int
reload_judge_after(struct reload_judge *judge)
{
	if (judge_setuid(judge) < 0)
		return -1;
	return judge->reload->is_other ? judge_as_covered(judge) : 0;
}

static int
check_tickets(void *data)
{
	const struct reload_judge *judge = data;

	return tickets_judge(&judge->tickets, NULL, NULL, judge->reload->service->report);
}

int
reload_judge_tickets(struct reload_judge *judge)
{
	return judge->allows_setuid ? run_inside(judge, check_tickets) : 0;
}
