/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/start.h"

#include "common/cleanup.h"
#include "common/namespace.h"
#include "common/report.h"
#include "helper/essentials.h"
#include "helper/mounts_attach.h"
#include "helper/mounts_make.h"
#include "helper/namespace_make.h"
#include "helper/passwords.h"
#include "helper/plan.h"
#include "helper/plan_record.h"
#include "helper/prepared_root.h"
#include "helper/record_write.h"
#include "helper/root_config.h"
#include "helper/service.h"
#include "helper/state.h"
#include "helper/tickets.h"
#include "helper/trust.h"
#include "helper/trust_names.h"
#include "helper/visible.h"
#include "superuser/mount.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct start {
	struct service *service; /* borrowed */
	struct root_config configured;
	struct root root;
	struct mounts mounts;
	struct visible visible;
	struct trust_names names;
	struct tickets tickets; /* with allow_setuid */
	struct essentials essentials;
	char **mount_points; /* owned, with its strings; to judge the tree alone */
	struct essentials_cover *covers; /* owned */
	int namespace; /* owned */
};

static void
start_release(struct start *start)
{
	root_release(&start->root);
	mounts_release(&start->mounts);
	visible_release(&start->visible);
	trust_names_release(&start->names);
	essentials_release(&start->essentials);
	for (size_t i = 0; start->mount_points && i < start->configured.plan.count; i++)
		free(start->mount_points[i]);
	free(start->mount_points);
	free(start->covers);
	root_config_release(&start->configured);
	cleanup_fd_release(&start->namespace);
}

int
start_plan(struct service *service, const char *name, struct plan *plan)
{
	struct root_config configured;
	int result = root_config_read(&configured, service, name);

	*plan = (struct plan){0};
	if (result == 0) {
		*plan = configured.plan;
		configured.plan = (struct plan){0};
	}
	root_config_release(&configured);
	return result;
}

bool
start_is_live(struct service *service, const struct plan_mount *line)
{
	/* a private mount receives nothing, even from a shared source */
	if (line->propagation & (MS_PRIVATE | MS_UNBINDABLE))
		return false;
	return line->is_live || (service_need_mounted(service) == 0 &&
					mountinfo_is_shared(&service->mountinfo, line->source));
}

static bool
is_visible(const struct start *start)
{
	return config_is_yes(&start->configured.config, CONFIG_VISIBLE);
}

static int
cannot_record(const struct start *start)
{
	return report_error(start->service->report, errno, "cannot make the record");
}

/* Records the host's namespaces and `/` while there, for chroot-enter to compare with its
 * caller's. */
static int
record_host(struct start *start)
{
	struct record *record = &start->configured.record;
	struct namespace_root place;
	uint64_t host;

	if (namespace_read_root(&place) < 0 || namespace_number(start->service->host, &host) < 0 ||
		record_add_number(record, "host", host) < 0 ||
		record_add_number(record, "host_mount", place.mount) < 0 ||
		record_add_number(record, "pid_namespace", start->service->pid_namespace) < 0)
		return cannot_record(start);
	return 0;
}

static bool
allows_setuid(const struct start *start)
{
	return config_is_yes(&start->configured.config, CONFIG_ALLOW_SETUID);
}

static struct mounts_root
wanted_root(const struct start *start)
{
	return (struct mounts_root){
		.path = config_value(&start->configured.config, CONFIG_ROOT),
		.program_path = config_value(&start->configured.config, CONFIG_PATH),
		.shell = config_value(&start->configured.config, CONFIG_SHELL),
		.allow_setuid = allows_setuid(start),
		.is_private = is_visible(start),
	};
}

/* Makes the tree, detached. */
static int
make_root(struct start *start)
{
	struct service *service = start->service;
	const struct mounts_root wanted = wanted_root(start);

	if (service_need_mounted(service) < 0)
		return -1;
	return mounts_make_root(&start->root, &start->configured.plan, &wanted, &service->mountinfo,
		&service->stage, service->report);
}

/* Makes every mount of the plan, detached. */
static int
make_detached(struct start *start)
{
	struct service *service = start->service;
	const struct root_config *configured = &start->configured;
	const struct plan *plan = &configured->plan;
	int shared;

	/* before /run is cloned, so that the clone has something to cover */
	if (allows_setuid(start) && tickets_make(&start->tickets, service->report) < 0)
		return -1;
	if (is_visible(start) &&
		visible_open(&start->visible, config_value(&configured->config, CONFIG_ROOT), plan,
			service->report) < 0)
		return -1;
	shared = mounts_share_live(&service->mountinfo, plan, service->report);
	if (shared < 0)
		return -1;
	if (shared)
		mountinfo_release(&service->mountinfo);
	if (make_root(start) < 0)
		return -1;
	return mounts_make(
		&start->mounts, plan, NULL, &service->mountinfo, &service->stage, service->report);
}

static int
record_namespace(struct start *start)
{
	struct record *record = &start->configured.record;
	const struct plan *plan = &start->configured.plan;
	struct namespace_root place;
	uint64_t namespace;

	if (namespace_read_root(&place) < 0 || namespace_number(start->namespace, &namespace) < 0 ||
		record_add_number(record, "namespace", namespace) < 0 ||
		record_add_root(record, &place) < 0 ||
		plan_record_add(record, plan, &start->mounts, NULL, is_visible(start)) < 0 ||
		(plan->root && !plan->root->is_bind &&
			record_add_device(record, makedev((unsigned)(place.device >> 32),
							  (unsigned)place.device)) < 0))
		return cannot_record(start);
	return 0;
}

/* Judges the tree from inside, where it is `/`. */
static int
judge_essentials(struct start *start)
{
	const struct root_config *configured = &start->configured;
	struct report *report = start->service->report;

	if (allows_setuid(start) &&
		(trust_judge(&start->root, &start->names, report) < 0 ||
			passwords_judge(&start->root, &configured->plan, -1, -1, report) < 0))
		return -1;
	start->essentials.root = &start->root;
	start->essentials.path = config_value(&configured->config, CONFIG_PATH);
	start->essentials.shell = config_value(&configured->config, CONFIG_SHELL);
	return essentials_judge(&start->essentials, report);
}

/* Enters the new namespace and fills it. */
static int
fill_namespace(struct start *start)
{
	/* only now: pivot_root(2) needs private mounts. Stop knows copies of the namespace by this
	 * peer group. */
	const struct mount_change marked = {.propagation = MS_SHARED};
	const struct plan *plan = &start->configured.plan;
	struct service *service = start->service;

	start->namespace = namespace_enter_new(
		service->host, service->minimal, start->root.tree, service->report);
	if (start->namespace < 0 || mounts_clear_targets(plan, &start->root, service->report) < 0 ||
		mounts_attach(&start->mounts, plan, &start->root, service->report) < 0)
		return -1;
	if (allows_setuid(start) && tickets_judge(&start->tickets, NULL, NULL, service->report) < 0)
		return -1;
	if (judge_essentials(start) < 0)
		return -1;
	if (is_visible(start) && visible_clone(&start->visible, &start->root,
					 &start->configured.record, service->report) < 0)
		return -1;
	if (mount_change(start->root.tree, &marked) < 0)
		return report_error(service->report, errno, "cannot make / inside a shared mount");
	return record_namespace(start);
}

/* Runs a step in a namespace of its own, and returns to the host's. */
static int
build_namespace(struct start *start, int (*step)(struct start *start))
{
	struct service *service = start->service;
	int result;

	if (service->minimal < 0)
		service->minimal = namespace_make_minimal(service->host, service->report);
	if (service->minimal < 0)
		return -1;
	result = step(start);
	if (namespace_join(service->host) < 0)
		return report_error(
			service->report, errno, "cannot return to the host's namespace");
	return result;
}

/* Judges names back on the host, by its name service. */
static int
judge_names(struct start *start)
{
	struct report *report = start->service->report;

	if (allows_setuid(start) &&
		trust_names_record(&start->configured.record, &start->names, report) < 0)
		return -1;
	return essentials_judge_groups(&start->essentials, report);
}

/* Writes the record before the mounts that it names; the pin is the last step. */
static int
pin_root(struct start *start, const char *name)
{
	struct service *service = start->service;
	const struct record *record = &start->configured.record;

	if (prepared_root_write_record(record, service->state, name, service->report) < 0)
		return -1;
	if (is_visible(start)) {
		if (visible_attach(&start->visible, service->report) < 0)
			return -1;
		/* read anew for the next roots */
		mountinfo_release(&service->mountinfo);
	}
	if (prepared_root_pin(service->state, name, start->namespace, service->report) == 0)
		return 0;
	return -1;
}

static struct start
start_init(struct service *service)
{
	return (struct start){.service = service,
		.root = {.tree = -1, .proc_fd = -1},
		.visible = {.at = {.tree = -1, .proc_fd = -1}, .mounts = -1},
		.namespace = -1};
}

/* Judges the tree alone, in a namespace that ends with this command, but no file that a line would
 * cover. */
static int
judge_tree_alone(struct start *start)
{
	const struct plan *plan = &start->configured.plan;
	struct essentials *essentials = &start->essentials;
	struct service *service = start->service;

	start->namespace = namespace_enter_new(
		service->host, service->minimal, start->root.tree, service->report);
	if (start->namespace < 0)
		return -1;
	for (size_t i = 0; i < plan->count; i++) {
		char mount_point[PATH_MAX];

		/* a line that start would pass over covers nothing */
		if (start->mount_points[i] && root_resolve(&start->root, plan->mounts[i].target,
						      mount_point, sizeof(mount_point)) == 0) {
			free(start->mount_points[i]);
			start->mount_points[i] = strdup(mount_point);
		}
		if (start->mount_points[i])
			start->covers[essentials->cover_count++] = (struct essentials_cover){
				.mount_point = start->mount_points[i], .fd = -1};
	}
	essentials->covers = start->covers;
	return judge_essentials(start);
}

/* Finds the targets of the lines that start would mount, on the host, which has the sources. */
static int
find_mount_points(struct start *start)
{
	const struct plan *plan = &start->configured.plan;
	bool has_memory;

	start->mount_points = calloc(plan->count + 1, sizeof(*start->mount_points));
	start->covers = calloc(plan->count + 1, sizeof(*start->covers));
	has_memory = start->mount_points && start->covers;
	for (size_t i = 0; has_memory && i < plan->count; i++) {
		const struct plan_mount *line = &plan->mounts[i];

		if (line->may_fail && mounts_lacks_source(line))
			continue;
		start->mount_points[i] = strdup(line->target);
		has_memory = start->mount_points[i];
	}
	return has_memory ? 0
			  : report_error(start->service->report, ENOMEM, "cannot look at the tree");
}

int
start_judge(struct service *service, const char *name)
{
	struct start start = start_init(service);
	int result = root_config_read(&start.configured, service, name);

	if (result == 0 && !plan_is_tree_of_host(&start.configured.plan)) {
		const struct mounts_root wanted = wanted_root(&start);

		result = mounts_judge_parts(
			start.configured.plan.root, NULL, &wanted, service->report);
	} else if (result == 0 && (find_mount_points(&start) < 0 || make_root(&start) < 0 ||
					  build_namespace(&start, judge_tree_alone) < 0 ||
					  judge_names(&start) < 0))
		result = -1;
	start_release(&start);
	return result;
}

int
start_try(struct service *service, const char *name)
{
	struct start start = start_init(service);
	int result = start_judge(service, name);

	if (result == 0)
		result = root_config_read(&start.configured, service, name);
	/* it shows that the sources can be mounted, and is released */
	if (result == 0)
		result = make_detached(&start);
	start_release(&start);
	return result;
}

static int
prepare_root(struct service *service, const char *name)
{
	struct start start = start_init(service);
	int result = root_config_read(&start.configured, service, name);

	if (result == 0 && (record_host(&start) < 0 || make_detached(&start) < 0 ||
				   build_namespace(&start, fill_namespace) < 0 ||
				   judge_names(&start) < 0 || pin_root(&start, name) < 0))
		result = -1;
	if (result < 0)
		prepared_root_remove(service->state, name, service->report);
	else
		plan_warn_of_gaps(&start.configured.plan, service->report);
	start_release(&start);
	return result;
}

/* Records the service that is started now as the root's, an instance say. */
static int
take_over(struct service *service, const char *name, const struct prepared_root *prepared)
{
	struct record record = {0};
	char text[NAME_LENGTH + sizeof("chroot-mounts.")];
	const char *owner = service_of(service, name, text, sizeof(text));
	int result;

	if (strcmp(record_value(&prepared->record, "service"), owner) == 0)
		return 0;
	if (record_copy(&record, &prepared->record, "service", owner) < 0)
		result = report_error(service->report, errno, "cannot make the record");
	else
		result = prepared_root_write_record(&record, service->state, name, service->report);
	record_release(&record);
	return result;
}

/* Returns 1 if the root is prepared, 0 if not, or -1 after reporting the error. */
static int
find_prepared(struct service *service, const char *name)
{
	struct prepared_root prepared;
	struct report *report = service->report;
	const char *reason;
	int result = 1;

	if (prepared_root_open(&prepared, service->state, name, service->host, report) < 0)
		return -1;
	if (prepared_root_check_pid_namespace(&prepared, service->pid_namespace, report) < 0) {
		prepared_root_release(&prepared);
		return -1;
	}
	reason = prepared_root_reason(prepared.state);
	if (prepared.state == PREPARED_ROOT_NOT) {
		result = 0;
	} else if (prepared.state == PREPARED_ROOT_GOOD) {
		report_note(report, "%s", reason);
		result = take_over(service, name, &prepared) < 0 ? -1 : 1;
	} else if (prepared.state == PREPARED_ROOT_BY_OTHERS) {
		report_warning(report, "%s; chroot-mounts restart %s renews it", reason, name);
	} else {
		report_mend(report, "chroot-mounts %s %s",
			prepared.state == PREPARED_ROOT_HALF ? "stop" : "restart", name);
		result = report_error(report, 0, "%s", reason);
	}
	prepared_root_release(&prepared);
	return result;
}

int
start_root(struct service *service, const char *name)
{
	cleanup_fd int lock = -1;
	int prepared;

	if (service_return_to_host(service) < 0 || service_make_state(service) < 0)
		return -1;
	lock = state_lock(service->state, name, service->report);
	if (lock < 0)
		return -1;
	prepared = find_prepared(service, name);
	if (prepared != 0)
		return prepared < 0 ? -1 : 0;
	if (state_note(service->state, name, false, service->report) < 0 ||
		prepared_root_remove(service->state, name, service->report) < 0)
		return -1;
	if (prepare_root(service, name) == 0) {
		report_note(service->report, "is prepared now");
		return 0;
	}
	state_unlock_for_good(service->state, name);
	return -1;
}
