/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/visible.h"

#include "common/cleanup.h"
#include "common/record.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/mount_make.h"
#include "helper/mountinfo.h"
#include "helper/ownership_host.h"
#include "helper/plan.h"
#include "helper/record_write.h"
#include "superuser/mount.h"
#include "superuser/report_word.h"

#include <limits.h>
#include <string.h>

void
visible_release(struct visible *visible)
{
	root_release(&visible->at);
	cleanup_fd_release(&visible->mounts);
}

/* True if path lies in the directory source, by any of its names. */
static bool
is_in_directory(const char *path, const char *source)
{
	char above[PATH_MAX];
	struct stat found, wanted;

	snprintf(above, sizeof(above), "%s", path);
	if (stat(source, &wanted) < 0)
		return false;
	for (;;) {
		char *slash = strrchr(above, '/');

		if (stat(above[0] == '\0' ? "/" : above, &found) == 0 &&
			found.st_dev == wanted.st_dev && found.st_ino == wanted.st_ino)
			return true;
		if (!slash)
			return false;
		*slash = '\0';
	}
}

int
visible_open(
	struct visible *visible, const char *path, const struct plan *plan, struct report *report)
{
	*visible = (struct visible){.at = {.tree = -1, .proc_fd = -1}, .mounts = -1};
	if (ownership_open_root(&visible->at, path, report) < 0)
		return -1;
	/* the tree would appear below its own clone, recursively */
	for (size_t i = 0; i < plan->count; i++) {
		if (!plan->mounts[i].is_bind ||
			!is_in_directory(visible->at.path, plan->mounts[i].source))
			continue;
		return report_error(report, 0,
			"visible=yes is not possible: %s lies below %s, which is mounted inside; move the tree, or take visible=yes away",
			visible->at.path, plan->mounts[i].source);
	}
	return 0;
}

static uint64_t
mount_id(int fd)
{
	struct statx found;

	return statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &found) < 0 ? 0 : found.stx_mnt_id;
}

int
visible_clone(struct visible *visible, const struct root *root, struct record *record,
	struct report *report)
{
	/* as a peer of `/` inside, it would exchange mounts with it */
	const struct mount_change apart = {.propagation = MS_PRIVATE};
	struct record_mount mount = {.mount_point = visible->at.path};

	cleanup_fd_release(&visible->mounts);
	visible->mounts = mount_clone(root->tree, "", true);
	if (visible->mounts < 0 || mount_change(visible->mounts, &apart) < 0)
		return report_error(report, errno, "cannot clone what is mounted inside");
	mount.id = mount_id(visible->mounts);
	if (record_add_mount(record, "visible_mount", RECORD_VISIBLE_MOUNT, &mount) < 0)
		return report_error(report, errno, "cannot make the record");
	return 0;
}

int
visible_attach(struct visible *visible, struct report *report)
{
	if (mount_attach(visible->mounts, visible->at.tree) == 0)
		return 0;
	return report_error(report, errno, "cannot mount what is inside on %s", visible->at.path);
}

/* True if the record names a mount of start on the host. */
static bool
read_recorded(const struct record *record, struct record_mount *mount)
{
	return record_parse_mount(
		       record_value(record, "visible_mount"), RECORD_VISIBLE_MOUNT, mount) == 0 &&
	       mount->id != 0;
}

/* Opens the path, if it is the tree that start attached: mount ids are reused. Returns a new file
 * descriptor, or -1. */
static int
open_recorded(const struct record *record, uint64_t id, const char *path)
{
	cleanup_fd int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statx found;

	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &found) < 0 ||
		found.stx_mnt_id != id || !record_has_number(record, "inode", found.stx_ino))
		return -1;
	return steal_fd(&fd);
}

static int
unmount_opened(int fd, const char *path, struct report *report)
{
	cleanup_fd int proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int result = proc_fd < 0 ? -1 : mount_take_off(fd, proc_fd);

	if (chdir("/") < 0 || result < 0)
		return report_error(report, errno, "cannot unmount %s", path);
	return 0;
}

/* Unmounts it when it is not seen at its path: its directory was renamed, or another mount covers
 * it. */
static int
unmount_elsewhere(
	const struct record *record, const struct record_mount *mount, struct report *report)
{
	struct mountinfo mountinfo;
	const char *mount_point;
	int result = 0;

	if (mountinfo_read(&mountinfo, report) < 0)
		return -1;
	mount_point = mountinfo_mount_point(&mountinfo, mount->id);
	if (mount_point) {
		cleanup_fd int fd = open_recorded(record, mount->id, mount_point);

		if (fd >= 0) {
			result = unmount_opened(fd, mount_point, report);
		} else if (strcmp(mount_point, mount->mount_point) == 0) {
			/* a mount of another program above it is left alone */
			report_mend(report, "umount %s", report_word(report, mount_point));
			result = report_error(report, 0,
				"something else is mounted on %s, above what start put there",
				mount_point);
		}
	}
	mountinfo_release(&mountinfo);
	return result;
}

int
visible_take_away(const struct record *record, struct report *report)
{
	struct record_mount mount;
	cleanup_fd int fd = -1;

	if (!read_recorded(record, &mount))
		return 0;
	fd = open_recorded(record, mount.id, mount.mount_point);
	return fd >= 0 ? unmount_opened(fd, mount.mount_point, report)
		       : unmount_elsewhere(record, &mount, report);
}

bool
visible_is_there(const struct record *record)
{
	struct record_mount mount;
	cleanup_fd int fd = -1;

	if (!read_recorded(record, &mount))
		return true;
	fd = open_recorded(record, mount.id, mount.mount_point);
	return fd >= 0;
}
