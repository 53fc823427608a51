/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/reload.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/namespace_make.h"
#include "helper/plan_record.h"
#include "helper/reload_apply.h"
#include "helper/reload_judge.h"
#include "helper/scan.h"
#include "helper/service.h"
#include "helper/start.h"
#include "helper/state.h"

#include <limits.h>
#include <string.h>

static void
reload_release(struct reload *reload)
{
	prepared_root_release(&reload->prepared);
	difference_release(&reload->difference);
	root_config_release(&reload->now);
	mounts_release(&reload->mounts);
	root_release(&reload->root);
}

/* Refuses a change of settings that made the namespace itself, because processes are inside. */
static int
refuse_changes(const struct reload *reload)
{
	const struct record *record = &reload->prepared.record;
	struct report *report = reload->service->report;
	const char *what = NULL;

	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		if (config_needs_restart(key) &&
			strcmp(config_value(&reload->now.config, key),
				record_value(record, config_key_name(key))) != 0)
			what = config_key_name(key);
	if (!plan_record_is_same_root(record, &reload->now.plan))
		what = "the line for /";
	if (!what)
		return 0;
	report_mend(report, "chroot-mounts restart %s", reload->name);
	return report_error(report, 0, "%s has changed, which needs a restart", what);
}

/* Finds the mount point of each target, links resolved as far as they are visible. Returns 0, or -1
 * with errno set. */
static int
find_mount_points(struct reload *reload)
{
	struct difference *difference = &reload->difference;
	const struct plan *plan = &reload->now.plan;

	difference->mount_points = calloc(plan->count + 1, sizeof(*difference->mount_points));
	for (size_t i = 0; difference->mount_points && i < plan->count; i++) {
		char mount_point[PATH_MAX];
		const char *target = plan->mounts[i].target;

		difference->mount_points[i] = strdup(
			root_resolve(&reload->root, target, mount_point, sizeof(mount_point)) == 0
				? mount_point
				: target);
		if (!difference->mount_points[i])
			return -1;
	}
	return difference->mount_points ? 0 : -1;
}

static int
read_inside(void *data)
{
	struct reload *reload = data;

	reload->root.tree = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (reload->root.tree >= 0 &&
		plan_record_scan(&reload->difference.before, reload->root.proc_fd) == 0 &&
		find_mount_points(reload) == 0)
		return 0;
	return report_error(reload->service->report, errno, "cannot read what is mounted inside");
}

/* Returns the tree's path on the host, for messages; owned by the caller. */
static char *
path_of_tree(const struct reload *reload)
{
	const struct plan_mount *line = reload->now.plan.root;
	const char *path = line && line->is_bind ? line->source
						 : config_value(&reload->now.config, CONFIG_ROOT);
	char *found = realpath(path, NULL);

	return found ? found : strdup(path);
}

/* Finds the sources that were replaced on the host. Returns 0, or -1 with errno set. */
static int
find_replaced_sources(struct difference *difference)
{
	size_t count = difference->before.plan.count;

	difference->was_replaced = calloc(count + 1, sizeof(*difference->was_replaced));
	for (size_t i = 0; difference->was_replaced && i < count; i++)
		difference->was_replaced[i] =
			difference_needs_source(difference, i) &&
			plan_record_source_was_replaced(&difference->before, i);
	return difference->was_replaced ? 0 : -1;
}

/* Compares the mounts inside with the configured plan. Returns 0, or -1 after reporting the
 * error. */
static int
find_difference(struct reload *reload, struct reload_judge *judge)
{
	struct service *service = reload->service;
	struct report *report = service->report;
	struct difference *difference = &reload->difference;
	int shared;

	if (root_config_read(&reload->now, service, reload->name) < 0 ||
		refuse_changes(reload) < 0 ||
		plan_record_read(&difference->before, &reload->prepared.record, report) < 0)
		return -1;
	judge->allows_setuid = config_is_yes(&reload->now.config, CONFIG_ALLOW_SETUID);
	if (judge->allows_setuid && tickets_make(&judge->tickets, report) < 0)
		return -1;
	/* a clone from before its source was shared receives no mounts from it */
	shared = mounts_share_live(&service->mountinfo, &reload->now.plan, report);
	if (shared < 0)
		return -1;
	if (shared > 0)
		mountinfo_release(&service->mountinfo);
	difference->has_shared = shared > 0;
	difference->now = &reload->now.plan;
	/* the host's /proc, before a namespace is joined that may have another */
	reload->root.proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	reload->root.path = path_of_tree(reload);
	reload->root.is_of_host = plan_is_tree_of_host(&reload->now.plan);
	if (reload->root.proc_fd < 0 || !reload->root.path)
		return report_error(report, errno, "cannot open /proc/self/fd");
	if (namespace_visit(
		    reload->prepared.pin, service->host, read_inside, reload, NULL, report) < 0)
		return -1;
	if (find_replaced_sources(difference) < 0)
		return report_error(report, ENOMEM, "cannot compare the plan");
	return difference_find(difference, judge->restart, report);
}

/* Makes every new mount, detached, so that a failure changes nothing inside. */
static int
make_new_mounts(struct reload *reload)
{
	struct service *service = reload->service;
	const struct difference *difference = &reload->difference;
	struct mounts *mounts = &reload->mounts;

	if (service_need_mounted(service) < 0 ||
		mounts_make(mounts, difference->now, difference->keeps, &service->mountinfo,
			&service->stage, service->report) < 0)
		return -1;
	for (size_t i = 0; i < mounts->count; i++) {
		/* mounts that stay cover the tree too */
		if (difference->keeps[i])
			mounts->ids[i] = difference->before.all[difference->kept[i]].id;
		reload->is_other |= mounts->lines[i].fd >= 0;
	}
	for (size_t i = 0; i < difference->before.count; i++)
		reload->is_other |= difference_is_leaving(difference, i);
	return 0;
}

/* Warns of processes in mount namespaces made inside, which keep their mounts. */
static int
warn_of_apart(struct reload *reload)
{
	struct service *service = reload->service;
	struct scan_processes processes;
	struct membership membership = {0};
	size_t apart = 0;
	int result = prepared_root_add_membership(
		&reload->prepared, service->host, reload->name, &membership, service->report);

	if (result >= 0)
		result = scan_inside(&membership, &processes, service->report);
	membership_release(&membership);
	if (result < 0)
		return -1;
	for (size_t i = 0; i < processes.count; i++)
		apart += processes.all[i].is_apart;
	scan_processes_release(&processes);
	if (apart > 0)
		report_warning(service->report,
			"%zu processes inside are in namespaces of their own, which keep the mounts they had",
			apart);
	return 0;
}

/* Reloads a prepared root. A user can enter meanwhile, before or after the change. */
static int
apply_difference(struct reload *reload, struct reload_judge *judge)
{
	struct report *report = reload->service->report;
	bool is_to_change;

	if (find_difference(reload, judge) < 0 || make_new_mounts(reload) < 0 ||
		reload_judge_before(judge) < 0)
		return -1;
	is_to_change = reload->is_other;
	for (size_t i = 0; i < reload->now.plan.count; i++)
		is_to_change |= difference_has_options(&reload->difference, i);
	if (is_to_change && (reload_write_record(reload) < 0 || reload_apply(reload) < 0 ||
				    reload_judge_after(judge) < 0))
		return -1;
	if (reload_judge_tickets(judge) < 0)
		return -1;
	reload->is_done = true;
	if (reload_write_record(reload) < 0)
		return -1;
	/* processes outside may be using the mounts of visible=yes */
	if (reload->is_other && config_is_yes(&reload->now.config, CONFIG_VISIBLE))
		report_warning(
			report, "what is visible on the host stays as it was until a restart");
	if (reload->is_other && warn_of_apart(reload) < 0)
		return -1;
	if (is_to_change)
		plan_warn_of_gaps(&reload->now.plan, report);
	if (reload->unfinished[0] == '\0') {
		report_note(report, is_to_change ? "is as configured now" : "nothing to change");
		return 0;
	}
	report_mend(report, "chroot-mounts restart %s", judge->restart);
	return report_error(report, 0, "is not as configured: %s", reload->unfinished);
}

static int
refuse_state(struct service *service, const char *name, enum prepared_root_state state)
{
	report_mend(service->report, "chroot-mounts %s %s",
		state == PREPARED_ROOT_NOT    ? "start"
		: state == PREPARED_ROOT_HALF ? "stop"
					      : "restart",
		name);
	return report_error(service->report, 0, "%s", prepared_root_reason(state));
}

/* Reloads a root in a good state. *state: the one that was found. Returns 0, also for another
 * state, or -1 after reporting the error. */
static int
reload_good(struct service *service, const char *name, enum prepared_root_state *state)
{
	struct reload reload = {
		.service = service, .name = name, .root = {.tree = -1, .proc_fd = -1}};
	struct reload_judge judge = {.reload = &reload};
	cleanup_fd int lock = -1;
	int result = 0;

	/* its propagation may have been changed, and clones of /run must leave it out */
	if (service_return_to_host(service) < 0 || service_make_state(service) < 0)
		return -1;
	lock = state_lock(service->state, name, service->report);
	if (lock < 0 || prepared_root_open(&reload.prepared, service->state, name, service->host,
				service->report) < 0)
		return -1;
	*state = reload.prepared.state;
	if (*state == PREPARED_ROOT_GOOD) {
		judge.restart = name;
		result = apply_difference(&reload, &judge);
	}
	reload_judge_release(&judge);
	reload_release(&reload);
	return result;
}

int
reload_root(struct service *service, const char *name)
{
	enum prepared_root_state state;

	if (reload_good(service, name, &state) < 0)
		return -1;
	return state == PREPARED_ROOT_GOOD ? 0 : refuse_state(service, name, state);
}

int
reload_or_start_root(struct service *service, const char *name)
{
	enum prepared_root_state state;

	if (reload_good(service, name, &state) < 0)
		return -1;
	if (state == PREPARED_ROOT_GOOD)
		return 0;
	if (state == PREPARED_ROOT_NOT && state_has_note(service->state, name)) {
		report_note(service->report, "was stopped by its name");
		return 0;
	}
	if (state == PREPARED_ROOT_NOT && state_has_note(service->state, NULL))
		return start_root(service, name);
	return refuse_state(service, name, state);
}
