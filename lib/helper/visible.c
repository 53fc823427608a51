/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/visible.h"

#include "common/cleanup.h"
#include "common/number.h"
#include "common/record.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/mount_make.h"
#include "helper/mounted.h"
#include "helper/ownership.h"
#include "helper/plan.h"
#include "helper/record_write.h"
#include "superuser/mount.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

void
visible_release(struct visible *visible)
{
	root_release(&visible->at);
	cleanup_fd_release(&visible->mounts);
}

/* Does path lie in the directory source, by whatever name that one goes? */
static bool
is_below(const char *path, const char *source)
{
	cleanup_free char *above = strdup(path);
	struct stat found, wanted;

	if (!above || stat(source, &wanted) < 0)
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
	*visible = (struct visible){.at = {.tree = -1, .names = -1}, .mounts = -1};
	if (ownership_open_root(&visible->at, path, report) < 0)
		return -1;
	/* it would appear below its own clone, over and over */
	for (size_t i = 0; i < plan->count; i++) {
		if (!plan->mounts[i].is_bind || !is_below(visible->at.path, plan->mounts[i].source))
			continue;
		report_mend(report, "move the tree, or take visible=yes away");
		return report_error(report, 0,
			"visible=yes is not possible: %s lies below %s, which is mounted inside",
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
	/* a peer of `/` inside would have what is mounted on one appear on the other */
	const struct mount_change apart = {.propagation = MS_PRIVATE};
	char value[PATH_MAX + 32];

	cleanup_fd_release(&visible->mounts);
	visible->mounts = mount_clone(root->tree, "", true);
	if (visible->mounts < 0 || mount_change(visible->mounts, &apart) < 0)
		return report_error(report, errno, "cannot clone what is mounted inside");
	snprintf(value, sizeof(value), "%" PRIu64 ":%s", mount_id(visible->mounts),
		visible->at.path);
	if (record_add(record, "visible_mount", value) < 0)
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

/* "MOUNT:PATH", as the record has it; *path is owned by the caller. 0, or -1. */
static int
parse(const char *value, uint64_t *id, char **path)
{
	const char *colon = strchr(value, ':');
	cleanup_free char *number = colon ? strndup(value, (size_t)(colon - value)) : NULL;

	if (!number || number_parse(number, UINT64_MAX, id) < 0 || *id == 0)
		return -1;
	*path = strdup(colon + 1);
	return *path ? 0 : -1;
}

/* Is it the tree that start put there? Mount ids go to others. */
static bool
is_recorded(int fd, uint64_t id, const struct record *record)
{
	struct statx found;

	return statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &found) == 0 &&
	       found.stx_mnt_id == id && record_has_number(record, "inode", found.stx_ino);
}

/* A descriptor of what lies at the path, if it is what start put there; else -1. */
static int
open_recorded(const struct record *record, uint64_t id, const char *path)
{
	cleanup_fd int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && is_recorded(fd, id, record) ? steal_fd(&fd) : -1;
}

static int
take_off(int fd, const char *path, struct report *report)
{
	cleanup_fd int names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int result = names < 0 ? -1 : mount_take_off(fd, names);

	if (chdir("/") < 0 || result < 0)
		return report_error(report, errno, "cannot unmount %s", path);
	return 0;
}

/* Where it is seen no more: it went with a directory that was renamed, or somebody covered it. */
static int
take_away_elsewhere(
	const struct record *record, uint64_t id, const char *path, struct report *report)
{
	struct mounted mounted;
	const char *place;
	int result = 0;

	if (mounted_read(&mounted, report) < 0)
		return -1;
	place = mounted_place_of(&mounted, id);
	if (place) {
		cleanup_fd int fd = open_recorded(record, id, place);

		if (fd >= 0) {
			result = take_off(fd, place, report);
		} else if (strcmp(place, path) == 0) {
			/* what somebody mounted on ours is theirs to take away */
			report_mend(report, "umount %s", report_word(report, place));
			result = report_error(report, 0,
				"something else is mounted on %s, above what start put there",
				place);
		}
	}
	mounted_release(&mounted);
	return result;
}

int
visible_take_away(const struct record *record, struct report *report)
{
	cleanup_free char *path = NULL;
	cleanup_fd int fd = -1;
	uint64_t id;

	if (record->size == 0 || parse(record_value(record, "visible_mount"), &id, &path) < 0)
		return 0;
	fd = open_recorded(record, id, path);
	return fd >= 0 ? take_off(fd, path, report) : take_away_elsewhere(record, id, path, report);
}

bool
visible_is_there(const struct record *record)
{
	cleanup_free char *path = NULL;
	cleanup_fd int fd = -1;
	uint64_t id;

	if (record->size == 0 || parse(record_value(record, "visible_mount"), &id, &path) < 0)
		return true;
	fd = open_recorded(record, id, path);
	return fd >= 0;
}
