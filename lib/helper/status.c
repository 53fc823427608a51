/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/status.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "helper/mounts_source.h"
#include "helper/namespace_make.h"
#include "helper/ownership_host.h"
#include "helper/plan_record.h"
#include "helper/prepared_root.h"
#include "helper/root_config.h"
#include "helper/scan.h"
#include "helper/service.h"
#include "helper/state.h"
#include "helper/visible.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

/* True if a change of the key makes a root stale. */
static bool
concerns_start(enum config_key key)
{
	return key != CONFIG_ROOTS && key != CONFIG_DESCRIPTION;
}

/* Returns the first key with another value than at start, or CONFIG_KEYS. */
static enum config_key
changed_key(const struct record *record, const struct config *config)
{
	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		if (concerns_start(key) && strcmp(config_value(config, key),
						   record_value(record, config_key_name(key))) != 0)
			return key;
	if (strcmp(config->service_extra_mounts.text,
		    record_value(record, "service_extra_mounts")) != 0)
		return CONFIG_EXTRA_MOUNTS;
	return CONFIG_KEYS;
}

/* Sets the state and its reason once: the first reason is to be mended first. */
static void __attribute__((format(printf, 3, 4)))
set_state(struct status *status, enum status_state state, const char *format, ...)
{
	va_list arguments;

	if (status->state != STATUS_STARTED)
		return;
	status->state = state;
	va_start(arguments, format);
	vsnprintf(status->reason, sizeof(status->reason), format, arguments);
	va_end(arguments);
}

/* Compares the options of each line, some of which come from the host's own /proc. */
static void
compare_options(const char *name, const struct plan *now, const struct plan_record *lines,
	struct status *status)
{
	for (size_t i = 0; i < now->count && i < lines->plan.count; i++)
		if (strcmp(now->mounts[i].options_text, lines->plan.mounts[i].options_text) != 0)
			set_state(status, STATUS_STALE,
				"the options of %s have changed since start; chroot-mounts reload %s",
				now->mounts[i].target, name);
}

static void
compare_configuration(struct service *service, const char *name, const struct record *record,
	const struct plan_record *lines, struct status *status)
{
	struct root_config configured;
	enum config_key key;

	if (!catalogue_entry(&service->catalogue, name)) {
		set_state(status, STATUS_STALE, "it is not configured any more");
		return;
	}
	if (root_config_read(&configured, service, name) < 0) {
		set_state(status, STATUS_STALE, "the configuration has an error");
	} else {
		key = changed_key(record, &configured.config);
		if (key != CONFIG_KEYS)
			set_state(status, STATUS_STALE,
				"%s has changed since start; chroot-mounts %s %s",
				config_key_name(key),
				config_needs_restart(key) ? "restart" : "reload", name);
		compare_options(name, &configured.plan, lines, status);
	}
	root_config_release(&configured);
}

struct mount_scan {
	struct plan_record *lines; /* borrowed */
	int proc_fd; /* borrowed; the host's /proc/self/fd */
	struct report *report; /* borrowed */
};

/* Finds, inside, the lines of the plan that are mounted. */
static int
scan_mounts(void *data)
{
	const struct mount_scan *at = data;

	return plan_record_scan(at->lines, at->proc_fd) == 0
		       ? 0
		       : report_error(at->report, errno, "cannot read what is mounted inside");
}

static void
judge_line(const char *name, const struct plan_record *lines, size_t index, struct status *status)
{
	const struct plan_mount *mount = &lines->plan.mounts[index];
	const struct plan_record_line *line = &lines->all[index];

	if (line->id != 0 && (!line->is_there || line->is_moved))
		set_state(status, STATUS_DAMAGED,
			"%s is not mounted inside any more; chroot-mounts reload %s", mount->target,
			name);
}

static void
compare_line(struct service *service, const char *name, const struct plan_record *lines,
	size_t index, struct status *status)
{
	const struct plan_mount *mount = &lines->plan.mounts[index];
	const struct plan_record_line *line = &lines->all[index];

	if (plan_record_source_was_replaced(lines, index))
		set_state(status, STATUS_STALE,
			"%s was replaced on the host; chroot-mounts reload %s", mount->source,
			name);
	if (mount->is_live && line->id != 0 && service_need_mounted(service) == 0 &&
		!mountinfo_is_shared(&service->mountinfo, mount->source))
		set_state(status, STATUS_STALE, "%s is not live any more; chroot-mounts reload %s",
			mount->source, name);
	/* passed over for its source, not for its target */
	if (line->id == 0 && line->inode == 0 && !mounts_lacks_source(mount))
		set_state(status, STATUS_STALE, "%s is there now; chroot-mounts reload %s",
			mount->source, name);
}

/* Compares the mounts inside and their sources with the record. */
static void
compare_mounts(struct service *service, const char *name, const struct record *record,
	const struct plan_record *lines, struct status *status)
{
	const char *unfinished = record_value(record, "unfinished");

	for (size_t i = 0; i < lines->plan.count; i++)
		judge_line(name, lines, i, status);
	if (!visible_is_there(record))
		set_state(status, STATUS_DAMAGED,
			"it is not visible any more; chroot-mounts restart %s", name);
	if (*unfinished != '\0')
		set_state(status, STATUS_STALE, "%s; chroot-mounts reload %s, or restart %s",
			unfinished, name, name);
	for (size_t i = 0; i < lines->plan.count; i++)
		compare_line(service, name, lines, i, status);
}

static int
judge_good(struct service *service, const char *name, const struct prepared_root *prepared,
	struct status *status)
{
	const struct record *record = &prepared->record;
	cleanup_fd int proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct plan_record lines;
	struct mount_scan at = {.lines = &lines, .proc_fd = proc_fd, .report = service->report};
	int result;

	if (plan_record_read(&lines, record, service->report) < 0)
		return -1;
	result = at.proc_fd < 0 ? report_error(service->report, errno, "cannot open /proc/self/fd")
				: namespace_visit(prepared->pin, service->host, scan_mounts, &at,
					  NULL, service->report);
	if (result == 0) {
		compare_mounts(service, name, record, &lines, status);
		compare_configuration(service, name, record, &lines, status);
	}
	if (record_value(record, "visible_stale")[0] != '\0')
		set_state(status, STATUS_STALE,
			"what is visible on the host is not what is inside; chroot-mounts restart %s",
			name);
	plan_record_release(&lines);
	return result;
}

static int
find_state(struct service *service, const char *name, const struct prepared_root *prepared,
	struct status *status)
{
	status->state = STATUS_STARTED;
	if (prepared->state == PREPARED_ROOT_GOOD)
		return judge_good(service, name, prepared, status);
	/* the list says "damaged" already */
	if (prepared->state == PREPARED_ROOT_DAMAGED)
		set_state(status, STATUS_DAMAGED,
			"/ inside is not what start made; chroot-mounts restart %s", name);
	else
		set_state(status, STATUS_DAMAGED, "it %s; chroot-mounts %s %s",
			prepared_root_reason(prepared->state),
			prepared->state == PREPARED_ROOT_HALF ? "stop" : "restart", name);
	return 0;
}

/* Judges a root that another command has locked, without entering it: stop would take this process
 * for one inside. */
static void
judge_busy(int state, const char *name, struct status *status)
{
	cleanup_fd int folder = state_open_folder(state, name, false);

	if (folder < 0)
		return;
	status->state = STATUS_STARTED;
	if (faccessat(folder, "record.stopping", F_OK, 0) == 0)
		set_state(status, STATUS_DAMAGED, "it is being stopped");
	else
		snprintf(
			status->reason, sizeof(status->reason), "another command is at work on it");
}

/* Finds all but the number of processes, and adds the root to membership. */
static int
judge_prepared(struct service *service, const char *name, struct membership *membership,
	struct status *status)
{
	struct prepared_root prepared;
	int result = 0;

	if (prepared_root_open(&prepared, service->state, name, service->host, service->report) < 0)
		return -1;
	if (prepared.state != PREPARED_ROOT_NOT) {
		result = prepared_root_check_pid_namespace(
			&prepared, service->pid_namespace, service->report);
		if (result == 0)
			result = find_state(service, name, &prepared, status);
		if (result == 0)
			status->root = prepared_root_add_membership(
				&prepared, service->host, name, membership, service->report);
		if (status->root < 0)
			result = -1;
	}
	prepared_root_release(&prepared);
	return result;
}

static int
status_of_root(struct service *service, const char *name, struct membership *membership,
	struct status *status)
{
	int found = service_find_state(service);
	cleanup_fd int lock = -1;
	bool is_busy;

	status->root = MEMBERSHIP_NONE;
	if (found <= 0)
		return found;
	lock = state_try_lock(service->state, name, &is_busy);
	if (!is_busy)
		return judge_prepared(service, name, membership, status);
	judge_busy(service->state, name, status);
	return 0;
}

/* Reports why the root could not be started, judging by its configuration and its directory
 * only. */
static void
judge_stopped(struct service *service, const char *name, struct status *status)
{
	struct root_config configured;
	struct root root;
	const char *path;

	if (!catalogue_entry(&service->catalogue, name))
		return;
	if (root_config_read(&configured, service, name) < 0) {
		snprintf(status->reason, sizeof(status->reason), "the configuration has an error");
	} else if (!configured.plan.root) {
		path = config_value(&configured.config, CONFIG_ROOT);
		if (ownership_open_root(&root, path, service->report) == 0)
			root_release(&root);
		else
			snprintf(status->reason, sizeof(status->reason), "%s cannot be a root",
				path);
	}
	root_config_release(&configured);
}

/* Counts the processes of all roots in one scan. */
static int
count_inside(struct service *service, struct membership *membership, struct status *statuses,
	size_t count)
{
	cleanup_free size_t *numbers = calloc(membership->count + 1, sizeof(*numbers));
	struct scan_processes processes;

	if (!numbers)
		return report_error(service->report, errno, "cannot count the processes inside");
	if (membership->count > 0) {
		if (scan_inside(membership, &processes, service->report) < 0)
			return -1;
		for (size_t i = 0; i < processes.count; i++)
			numbers[processes.all[i].root]++;
		scan_processes_release(&processes);
	}
	for (size_t i = 0; i < count; i++)
		if (statuses[i].root != MEMBERSHIP_NONE)
			statuses[i].inside = numbers[statuses[i].root];
	return 0;
}

/* Handles as many roots as there are descriptors for. */
static int
status_of_some(struct service *service, char *const *names, size_t count, struct status *statuses)
{
	struct membership membership = {0};
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		service->report->subject = names[i];
		statuses[i] = (struct status){.state = STATUS_STOPPED};
		statuses[i].is_unknown =
			status_of_root(service, names[i], &membership, &statuses[i]) < 0;
		if (statuses[i].is_unknown)
			result = -1;
		else if (statuses[i].state == STATUS_STOPPED)
			judge_stopped(service, names[i], &statuses[i]);
	}
	service->report->subject = NULL;
	if (count_inside(service, &membership, statuses, count) < 0) {
		for (size_t i = 0; i < count; i++)
			statuses[i].is_unknown |= statuses[i].root != MEMBERSHIP_NONE;
		result = -1;
	}
	membership_release(&membership);
	return result;
}

int
status_of_roots(struct service *service, char *const *names, size_t count, struct status *statuses)
{
	/* each root's mountinfo stays open */
	size_t room = scan_roots_at_once(1);
	int result = 0;

	for (size_t i = 0; i < count; i += room)
		if (status_of_some(service, names + i, count - i < room ? count - i : room,
			    statuses + i) < 0)
			result = -1;
	return result;
}
