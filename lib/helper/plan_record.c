/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/plan_record.h"

#include "common/cleanup.h"
#include "common/record.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/mountinfo.h"
#include "helper/mounts_make.h"
#include "helper/record_write.h"

#include <string.h>
#include <sys/sysmacros.h>

void
plan_record_release(struct plan_record *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->all[i].mount_point);
	free(lines->all);
	plan_release(&lines->plan);
	*lines = (struct plan_record){0};
}

static int
add_one(struct plan_record *lines, const char *value)
{
	struct plan_record_line *grown = reallocarray(lines->all, lines->count + 1, sizeof(*grown));
	struct record_mount mount;

	if (!grown)
		return -1;
	lines->all = grown;
	if (record_parse_mount(value, RECORD_LINE, &mount) < 0)
		return -1;
	grown += lines->count++;
	*grown = (struct plan_record_line){.id = mount.id,
		.device = mount.device,
		.inode = mount.inode,
		.mount_point = strdup(mount.mount_point)};
	return grown->mount_point ? 0 : -1;
}

static int
cannot_read(struct plan_record *lines, struct report *report)
{
	report_error(report, errno, "cannot read the record");
	plan_record_release(lines);
	return -1;
}

int
plan_record_read(struct plan_record *lines, const struct record *record, struct report *report)
{
	const char *value = NULL;

	*lines = (struct plan_record){0};
	while ((value = record_next(record, "line", value))) {
		const char *fields[4];
		static const char *const keys[] = {
			"line_source", "line_target", "line_type", "line_options"};

		for (size_t i = 0; i < 4; i++) {
			fields[i] = record_next(record, keys[i], value);
			if (!fields[i]) {
				errno = EBADMSG;
				return cannot_read(lines, report);
			}
		}
		if (add_one(lines, value) < 0)
			return cannot_read(lines, report);
		if (plan_add(&lines->plan, fields[0], fields[1], fields[2], fields[3], report) <
			0) {
			plan_record_release(lines);
			return -1;
		}
	}
	while ((value = record_next(record, "leaving", value)))
		if (add_one(lines, value) < 0)
			return cannot_read(lines, report);
	for (size_t i = 0; i < lines->count; i++)
		lines->all[i].is_changing = lines->all[i].id != 0 &&
					    record_has_number(record, "changing", lines->all[i].id);
	return 0;
}

static bool
is_known_mount_point(
	const struct plan_record_line *line, const char *target, const char *mount_point)
{
	/* unknown after an interrupted reload: most likely the target itself */
	return strcmp(mount_point, line->mount_point[0] == '\0' ? target : line->mount_point) == 0;
}

/* Finds whether a line is still mounted. Mount ids are reused: at its mount point, the mount is the
 * line's unless another filesystem is seen there; elsewhere, if device and inode are the same. */
static int
scan_line(struct plan_record_line *line, const char *target, const struct mountinfo *here)
{
	const char *mount_point = line->id == 0 ? NULL : mountinfo_mount_point(here, line->id);
	bool is_known = mount_point && is_known_mount_point(line, target, mount_point);
	bool is_seen, is_same;
	struct statx found;

	if (!mount_point)
		return 0;
	if (statx(AT_FDCWD, mount_point, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
		    STATX_INO | STATX_MNT_ID, &found) < 0) {
		/* its path is covered, or it is a user's FUSE, which answers that user alone */
		line->is_there = is_known;
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -1;
	}
	line->seen_device = makedev(found.stx_dev_major, found.stx_dev_minor);
	line->seen_inode = found.stx_ino;
	is_seen = found.stx_mnt_id == line->id;
	is_same = line->seen_device == line->device && line->seen_inode == line->inode;
	line->is_there =
		is_known ? !is_seen || line->seen_device == line->device : is_seen && is_same;
	line->is_moved = line->is_there && !is_known && line->mount_point[0] != '\0';
	if (!line->is_there || strcmp(mount_point, line->mount_point) == 0)
		return 0;
	free(line->mount_point);
	line->mount_point = strdup(mount_point);
	return line->mount_point ? 0 : -1;
}

bool
plan_record_source_was_replaced(const struct plan_record *lines, size_t index)
{
	const struct plan_record_line *line = &lines->all[index];
	const struct plan_mount *mount = &lines->plan.mounts[index];
	struct stat found;

	if (!mount->is_bind || line->id == 0)
		return false;
	/* a missing source keeps the mount; any other error is reported when it is cloned anew */
	if (stat(mount->source, &found) < 0)
		return errno != ENOENT && errno != ENOTDIR && errno != EACCES;
	return (found.st_dev != line->device || found.st_ino != line->inode) &&
	       (found.st_dev != line->seen_device || found.st_ino != line->seen_inode);
}

int
plan_record_scan(struct plan_record *lines, int proc_fd)
{
	struct mountinfo here;
	int result = 0;

	if (mountinfo_read_inside(&here, proc_fd) < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < lines->count; i++)
		result = scan_line(&lines->all[i],
			i < lines->plan.count ? lines->plan.mounts[i].target : "", &here);
	mountinfo_release(&here);
	return result;
}

static struct record_mount
record_mount_of(const struct plan_record_line *line)
{
	return (struct record_mount){.id = line->id,
		.device = line->device,
		.inode = line->inode,
		.mount_point = line->mount_point ? line->mount_point : ""};
}

int
plan_record_add_leaving(struct record *record, const struct plan_record_line *line)
{
	const struct record_mount mount = record_mount_of(line);

	return record_add_mount(record, "leaving", RECORD_LINE, &mount);
}

/* True for a type that has a new superblock for each root. */
static bool
is_own_filesystem(const struct plan_mount *line)
{
	return strcmp(line->type, "proc") == 0 || strcmp(line->type, "tmpfs") == 0 ||
	       strcmp(line->type, "overlay") == 0;
}

/* Records the filesystems that identify a copy of the namespace, and devices that must be free
 * after stop. */
static int
record_filesystem(struct record *record, const struct plan_mount *line, struct record_mount mount,
	bool is_visible)
{
	if (line->is_bind || mount.id == 0)
		return 0;
	if (record_add_device(record, mount.device) < 0)
		return -1;
	if (is_visible || !is_own_filesystem(line))
		return 0;
	if (mount.mount_point[0] == '\0')
		mount.mount_point = line->target;
	return record_add_mount(record, "filesystem", RECORD_FILESYSTEM, &mount);
}

static int
record_root(struct record *record, const struct plan_mount *line)
{
	cleanup_free char *value = NULL;

	if (!line)
		return 0;
	if (asprintf(&value, "%s %s %s", line->source, line->type, line->options_text) < 0) {
		value = NULL;
		return -1;
	}
	return record_add(record, "root_line", value);
}

bool
plan_record_is_same_root(const struct record *record, const struct plan *plan)
{
	struct record now = {0};
	bool same = record_root(&now, plan->root) == 0 &&
		    strcmp(record_value(record, "root_line"), record_value(&now, "root_line")) == 0;

	record_release(&now);
	return same;
}

static int
record_line(struct record *record, const struct plan_mount *line,
	const struct plan_record_line *one, bool is_visible)
{
	const struct record_mount mount = record_mount_of(one);

	return record_add_mount(record, "line", RECORD_LINE, &mount) < 0 ||
			       record_add(record, "line_source", line->source) < 0 ||
			       record_add(record, "line_target", line->target) < 0 ||
			       record_add(record, "line_type", line->type) < 0 ||
			       record_add(record, "line_options", line->options_text) < 0
		       ? -1
		       : record_filesystem(record, line, mount, is_visible);
}

int
plan_record_add(struct record *record, const struct plan *plan, const struct mounts *mounts,
	const struct plan_record_kept *kept, bool is_visible)
{
	if (record_root(record, plan->root) < 0)
		return -1;
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_mount *line = &plan->mounts[i];
		struct plan_record_line one = {.id = mounts->ids[i],
			.device = mounts->lines[i].device,
			.inode = mounts->lines[i].inode,
			.mount_point = mounts->lines[i].mount_point};

		if (kept && kept->which[i] != PLAN_RECORD_NONE) {
			one = kept->before->all[kept->which[i]];
			if (kept->has_old_options)
				line = &kept->before->plan.mounts[kept->which[i]];
		}
		if (record_line(record, line, &one, is_visible) < 0)
			return -1;
	}
	return 0;
}
