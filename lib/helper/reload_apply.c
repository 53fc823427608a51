/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/reload_apply.h"

#include "common/cleanup.h"
#include "common/record.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/mount_make.h"
#include "helper/mounts_attach.h"
#include "helper/namespace_make.h"
#include "helper/plan_record.h"
#include "helper/record_write.h"
#include "helper/service.h"
#include "superuser/mount.h"

#include <string.h>

/* Copies start's findings about the namespace from the old record. */
static int
record_namespace(const struct reload *reload, struct record *record)
{
	static const char *const keys[] = {"host", "host_mount", "pid_namespace", "namespace",
		"device", "inode", "mount", "visible_mount", "visible_stale"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = record_next(&reload->prepared.record, keys[i], NULL);

		if (value && record_add(record, keys[i], value) < 0)
			return -1;
	}
	return 0;
}

/* Records mounts with uncertain options: until the reload is done, all that it changes; then those
 * changed only in part. */
static int
record_changing(const struct reload *reload, struct record *record)
{
	const struct difference *difference = &reload->difference;

	for (size_t i = 0; i < reload->mounts.count; i++) {
		bool is_changing = reload->is_done ? reload->mounts.lines[i].has_failed
						   : reload->mounts.lines[i].fd >= 0 ||
							     difference_has_options(difference, i);

		if (is_changing && record_add_number(record, "changing", reload->mounts.ids[i]) < 0)
			return -1;
	}
	return 0;
}

static int
fill_record(const struct reload *reload, struct record *record)
{
	const struct difference *difference = &reload->difference;
	const struct plan_record_kept kept = {.before = &difference->before,
		.which = difference->kept,
		.has_old_options = !reload->is_done};
	const struct record *values = &reload->now.record;
	const bool is_visible = config_is_yes(&reload->now.config, CONFIG_VISIBLE);
	const char *unfinished = reload->is_done ? reload->unfinished : "a reload was interrupted";

	record->text = malloc(values->size);
	if (!record->text)
		return -1;
	memcpy(record->text, values->text, values->size);
	record->size = values->size;
	if (record_namespace(reload, record) < 0 ||
		plan_record_add(record, difference->now, &reload->mounts, &kept, is_visible) < 0 ||
		record_changing(reload, record) < 0 ||
		(is_visible && reload->is_other && record_add(record, "visible_stale", "yes") < 0))
		return -1;
	for (size_t i = 0; i < difference->before.count; i++)
		if (difference_is_leaving(difference, i) &&
			plan_record_add_leaving(record, &difference->before.all[i]) < 0)
			return -1;
	return unfinished[0] == '\0' ? 0 : record_add(record, "unfinished", unfinished);
}

int
reload_write_record(const struct reload *reload)
{
	struct service *service = reload->service;
	struct record record = {0};
	int result;

	if (fill_record(reload, &record) < 0)
		result = report_error(service->report, errno, "cannot make the record");
	else
		result = prepared_root_write_record(
			&record, service->state, reload->name, service->report);
	record_release(&record);
	return result;
}

/* Opens an earlier mount. Returns a new file descriptor, or -1 if another one is seen at its mount
 * point. */
static int
open_line(const struct reload *reload, const struct plan_record_line *line)
{
	cleanup_fd int fd = root_open_target(&reload->root, line->mount_point);
	struct statx found;

	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &found) < 0 ||
		found.stx_mnt_id != line->id)
		return -1;
	return steal_fd(&fd);
}

static void
note_unfinished(struct reload *reload, const char *target, const char *why)
{
	if (reload->unfinished[0] == '\0')
		snprintf(reload->unfinished, sizeof(reload->unfinished), "%s %s", target, why);
}

static void
unmount_line(struct reload *reload, struct plan_record_line *line)
{
	cleanup_fd int fd = open_line(reload, line);

	if (fd >= 0 && mount_take_off(fd, reload->root.proc_fd) == 0)
		difference_has_gone(&reload->difference, line);
	else
		note_unfinished(reload, line->mount_point, "is covered by another mount inside");
}

/* Before attaching a new mount, unmounts obsolete mounts that cover it, topmost first, except the
 * one it replaces, so that the mount point is never empty. */
static void
clear_target(struct reload *reload, size_t index, const struct plan_record_line *replaced)
{
	struct difference *difference = &reload->difference;

	for (size_t i = difference->before.count; i-- > 0;)
		if (&difference->before.all[i] != replaced &&
			difference_is_in_the_way(difference, i, index))
			unmount_line(reload, &difference->before.all[i]);
}

static struct mount_change
propagation_of(const struct plan_mount *line)
{
	struct mount_change change = {
		.propagation = line->is_bind ? MS_SLAVE : MS_PRIVATE, .recursive = true};

	if (line->propagation) {
		change.propagation = line->propagation;
		change.recursive = line->is_recursive && line->propagates_below;
	}
	return change;
}

/*
 * Sets the propagation of a new mount: slave or private throughout, then as the line has it.
 * Attached to the shared `/` inside, it is shared too, and with peers it would pass mounts made
 * inside to copies of the namespace.
 */
static int
set_propagation(struct reload *reload, size_t index)
{
	const struct plan_mount *line = &reload->now.plan.mounts[index];
	const struct mount_change apart = {
		.propagation = line->is_bind ? MS_SLAVE : MS_PRIVATE, .recursive = true};
	const struct mount_change asked = propagation_of(line);
	int fd = reload->mounts.lines[index].fd;

	if (reload->mounts.ids[index] == 0 ||
		(mount_change(fd, &apart) == 0 && mount_change(fd, &asked) == 0))
		return 0;
	return report_error(
		reload->service->report, errno, "cannot give %s its propagation", line->target);
}

static int
attach_line(struct reload *reload, size_t index)
{
	const struct plan *plan = &reload->now.plan;
	struct report *report = reload->service->report;
	struct plan_record_line *replaced = difference_replaced(&reload->difference, index);
	cleanup_fd int old = -1;
	int result;

	clear_target(reload, index, replaced);
	if (replaced)
		old = open_line(reload, replaced);
	if (old < 0)
		result = mounts_attach_line(&reload->mounts, plan, index, &reload->root, report);
	else
		result = mounts_replace_line(&reload->mounts, plan, index, &reload->root, old,
			replaced->mount_point, report);
	if (result == 0 && old >= 0)
		difference_has_gone(&reload->difference, replaced);
	return result == 0 ? set_propagation(reload, index) : -1;
}

/* Passes only changed options: some filesystems reject an option that is already set. */
static int
change_filesystem(const struct plan_mount *before, const struct plan_mount *now, bool is_doubtful,
	int fd, struct report *report)
{
	static const char *const writable[] = {"rw", NULL};
	static const char *const all_shown[] = {"hidepid=0", NULL};
	static const char *const no_group[] = {"gid=0", NULL};

	if (now->is_bind)
		return 0;
	if (before->set & ~now->set & MOUNT_ATTR_RDONLY &&
		mount_reconfigure(fd, now->type, now->target, writable, report) < 0)
		return -1;
	if (!is_doubtful && difference_is_same_filesystem(before, now))
		return 0;
	for (char **option = before->options; option && *option; option++)
		if (!difference_has_key(now->options, *option) &&
			difference_is_taken_back(before, *option) &&
			mount_reconfigure(fd, now->type, now->target,
				(*option)[0] == 'h' ? all_shown : no_group, report) < 0)
			return -1;
	return mount_reconfigure(
		fd, now->type, now->target, (const char *const *)now->options, report);
}

static int
change_options(struct reload *reload, const struct plan_record_line *line,
	const struct plan_mount *before, const struct plan_mount *now, int fd)
{
	/* an interrupted reload may have set any of them */
	const uint64_t any = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			     MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NODIRATIME | MOUNT_ATTR__ATIME;
	struct report *report = reload->service->report;
	const struct mount_change options = {.set = now->set,
		.clear = now->clear | before->clear | (line->is_changing ? any : 0),
		.recursive = now->is_bind};
	const struct mount_change propagation = propagation_of(now);

	if (change_filesystem(before, now, line->is_changing, fd, report) < 0)
		return -1;
	if (mount_change(fd, &options) == 0 && mount_change(fd, &propagation) == 0)
		return 0;
	return report_error(report, errno, "cannot give %s the options %s%s", now->target,
		now->options_text,
		errno == EBUSY ? ", since something inside has files open for writing" : "");
}

/* Sets the options of a mount that stays; after a failure the line keeps its old ones. Returns 0,
 * or -1 without memory. */
static int
change_line(struct reload *reload, size_t index)
{
	const size_t kept = reload->difference.kept[index];
	struct plan_mount *now = &reload->now.plan.mounts[index];
	const struct plan_mount *before = &reload->difference.before.plan.mounts[kept];
	const struct plan_record_line *line = &reload->difference.before.all[kept];
	cleanup_fd int fd = -1;
	char *options_text;

	/* an interrupted reload attached it beneath the mount that it was to replace */
	clear_target(reload, index, NULL);
	fd = open_line(reload, line);
	if (fd < 0)
		report_error(reload->service->report, 0,
			"cannot give %s the options %s, since another mount covers it inside",
			now->target, now->options_text);
	if (fd >= 0 && change_options(reload, line, before, now, fd) == 0)
		return 0;
	options_text = strdup(before->options_text);
	if (!options_text)
		return -1;
	free(now->options_text);
	now->options_text = options_text;
	/* the kernel changes all mounts of a bind or none, but a filesystem one option after
	 * another */
	reload->mounts.lines[index].has_failed = !now->is_bind;
	note_unfinished(reload, now->target, "could not be given its new options");
	return 0;
}

static int
apply_inside(void *data)
{
	struct reload *reload = data;
	struct difference *difference = &reload->difference;

	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 && attach_line(reload, i) < 0)
			return -1;
	for (size_t i = 0; i < reload->mounts.count; i++)
		if (difference_has_options(difference, i) && change_line(reload, i) < 0)
			return -1;
	for (size_t i = difference->before.count; i-- > 0;)
		if (difference_is_leaving(difference, i))
			unmount_line(reload, &difference->before.all[i]);
	return 0;
}

int
reload_apply(struct reload *reload)
{
	return namespace_visit(reload->prepared.pin, reload->service->host, apply_inside, reload,
		NULL, reload->service->report);
}
