/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/mounts_attach.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/report_word.h"
#include "helper/mount_make.h"
#include "helper/mountinfo.h"
#include "helper/mounts_make.h"
#include "helper/ownership.h"
#include "helper/ownership_inside.h"
#include "helper/plan.h"
#include "superuser/mount.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

int
mounts_clear_targets(const struct plan *plan, const struct root *root, struct report *report)
{
	struct mountinfo here;
	struct libmnt_iter *iterator = NULL;
	struct libmnt_fs *mount;

	if (!root->has_mounts)
		return 0;
	if (mountinfo_read_inside(&here, root->proc_fd) < 0)
		return report_error(report, errno, "cannot read what is mounted in %s", root->path);
	iterator = mnt_new_iter(MNT_ITER_BACKWARD);
	while (iterator && mnt_table_next_fs(here.table, iterator, &mount) == 0) {
		const char *mount_point = mnt_fs_get_target(mount);

		for (size_t i = 0; i < plan->count; i++)
			if (plan_is_at_or_below(mount_point, plan->mounts[i].target)) {
				mount_detach(mount_point); /* or it went with the mount above it */
				break;
			}
	}
	mnt_free_iter(iterator);
	mountinfo_release(&here);
	return 0;
}

static int
make_target(const struct plan_mount *line, const struct root *root, bool directory,
	struct report *report)
{
	mode_t mode = line->target_mode ? line->target_mode : directory ? 0755 : 0644;

	if (root_make_target(root, line->target, directory, mode) == 0)
		return 0;
	if (errno == EXDEV)
		return report_error(report, 0,
			"x-mount.mkdir makes nothing on another mount, and %s%s leads onto one: make it there yourself",
			root->path, line->target);
	return report_error(
		report, errno, "cannot make the mount point %s%s", root->path, line->target);
}

/* True if no component of a path in the tree is a symbolic link: on the host, one could lead out of
 * the tree. */
static bool
has_no_link(const struct root *root, const char *path)
{
	char part[PATH_MAX];
	struct stat found;

	for (const char *end = path + 1; *end != '\0';) {
		end += strcspn(end, "/");
		snprintf(part, sizeof(part), "%.*s", (int)(end - path - 1), path + 1);
		if (fstatat(root->tree, part, &found, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT;
		if (S_ISLNK(found.st_mode))
			return false;
		end += *end == '/';
	}
	return true;
}

/* True if the tree itself lacks the target of a line, which needs it. */
static bool
lacks_target(
	const struct mounts *mounts, const struct plan *plan, size_t index, const struct root *root)
{
	const struct plan_mount *line = &plan->mounts[index];
	cleanup_fd int target = -1;

	if (mounts->lines[index].fd < 0 || line->may_fail || line->makes_target ||
		plan_is_nested(plan, index) || !has_no_link(root, line->target))
		return false;
	target = root_open_target(root, line->target);
	return target < 0 && errno == ENOENT;
}

/* Sets the command that makes the target of this line and each that a later line lacks. */
static void
mend_targets(const struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report)
{
	for (int wants_directory = 1; wants_directory >= 0; wants_directory--)
		for (size_t i = index; i < plan->count; i++) {
			const char *before = report->mending;
			char path[2 * PATH_MAX];

			if (mounts->lines[i].is_directory != wants_directory ||
				!(i == index || lacks_target(mounts, plan, i, root)))
				continue;
			snprintf(path, sizeof(path), "%s%s", root->path, plan->mounts[i].target);
			if (wants_directory)
				report_mend(report, "%s %s", before ? before : "mkdir -p",
					report_word(report, path));
			else
				report_mend(report, "%s%sinstall -D -m 644 /dev/null %s",
					before ? before : "", before ? " && " : "",
					report_word(report, path));
		}
}

/*
 * Reports why a target cannot be opened. Below another line the host lacks it, and one made in the
 * tree would be hidden.
 */
static int
cannot_open_target(const struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report)
{
	const char *target = plan->mounts[index].target;
	int error = errno;

	if (error == ENOENT && plan_is_nested(plan, index))
		report_advise(
			report, "make it below the source of the line above it, or add nofail");
	else if (error == ENOENT && ownership_count_names(root->tree, NULL) == 0)
		return report_error(report, error,
			"cannot open the mount point %s%s of a directory that is no Linux tree, without bin, etc, lib, sbin, usr and var",
			root->path, target);
	else if (error == ENOENT && !has_no_link(root, target))
		report_advise(report, "make it in the tree, where a link is on the way to it");
	else if (error == ENOENT)
		mend_targets(mounts, plan, index, root, report);
	return report_error(report, error, "cannot open the mount point %s%s", root->path, target);
}

/*
 * Reports a target of the wrong kind: a directory covers only a directory, and a file covers a file
 * or a link.
 */
static int
refuse_kind(
	const struct plan_mount *line, const struct root *root, mode_t mode, struct report *report)
{
	char path[2 * PATH_MAX];
	const char *word;

	snprintf(path, sizeof(path), "%s%s", root->path, line->target);
	word = report_word(report, path);
	if (S_ISDIR(mode))
		report_mend(report, "rmdir %s && touch %s", word, word);
	else
		report_mend(report, "rm %s && mkdir %s", word, word);
	return report_error(report, 0, "cannot mount %s on %s, which is a %s", line->source, path,
		S_ISLNK(mode)   ? "symbolic link"
		: S_ISDIR(mode) ? "directory"
				: "file");
}

/*
 * Judges a line's target, and records its mount point before it is covered. known: the mount point,
 * if the target is a mount; the kernel adds " (deleted)" to its name once the source was replaced.
 */
static int
accept_target(struct mounts *mounts, const struct plan *plan, size_t index, const struct root *root,
	int target, const char *known, struct report *report)
{
	const struct plan_mount *line = &plan->mounts[index];
	struct mounts_line *made = &mounts->lines[index];
	char mount_point[PATH_MAX];
	mode_t mode;

	if (ownership_judge_target(
		    root, line->target, target, mounts->ids, mounts->count, &mode, report) < 0)
		return -1;
	if (made->is_directory != S_ISDIR(mode))
		return refuse_kind(line, root, mode, report);
	/* no link is on the way to it */
	if (!known && root_is_at_top(line->target))
		known = line->target;
	if (!known)
		known = root_name_of(root, target, mount_point, sizeof(mount_point));
	free(made->mount_point);
	made->mount_point = known[0] == '/' ? strdup(known) : NULL;
	return made->mount_point ? 0
				 : report_error(report, errno, "cannot find out where %s%s is",
					   root->path, line->target);
}

/*
 * Opens and judges a line's target, and makes it first if asked to. Returns 1, 0 to skip the line,
 * or -1 after reporting the error.
 */
static int
open_target(struct mounts *mounts, const struct plan *plan, size_t index, const struct root *root,
	int *target, struct report *report)
{
	const struct plan_mount *line = &plan->mounts[index];
	bool directory = mounts->lines[index].is_directory;

	*target = root_open_target(root, line->target);
	if (*target < 0 && line->makes_target) {
		if (ownership_judge_way(root, line->target, mounts->ids, mounts->count, report) <
				0 ||
			make_target(line, root, directory, report) < 0)
			return -1;
		*target = root_open_target(root, line->target);
	}
	if (*target >= 0)
		return accept_target(mounts, plan, index, root, *target, NULL, report) < 0 ? -1 : 1;
	return errno == ENOENT && line->may_fail
		       ? 0
		       : cannot_open_target(mounts, plan, index, root, report);
}

int
mounts_check_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report)
{
	cleanup_fd int target = -1;

	return open_target(mounts, plan, index, root, &target, report) < 0 ? -1 : 0;
}

int
mounts_attach_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, struct report *report)
{
	const struct plan_mount *line = &plan->mounts[index];
	cleanup_fd int target = -1;
	int found = open_target(mounts, plan, index, root, &target, report);

	if (found < 0)
		return -1;
	if (found == 0) {
		report_note(report, "passed over %s, which is not there", line->target);
		mounts->ids[index] = 0;
		return 0;
	}
	if (mount_attach(mounts->lines[index].fd, target) == 0)
		return 0;
	return report_error(
		report, errno, "cannot mount %s on %s%s", line->source, root->path, line->target);
}

int
mounts_replace_line(struct mounts *mounts, const struct plan *plan, size_t index,
	const struct root *root, int old, const char *mount_point, struct report *report)
{
	bool is_beneath;

	if (accept_target(mounts, plan, index, root, old, mount_point, report) < 0)
		return -1;
	/* Linux before 6.5 lacks it, and no kernel allows it for every pair of mounts */
	is_beneath = mount_attach_beneath(mounts->lines[index].fd, old) == 0;
	if (mount_take_off(old, root->proc_fd) < 0)
		return report_error(report, errno, "cannot take the old mount of %s away",
			plan->mounts[index].target);
	return is_beneath ? 0 : mounts_attach_line(mounts, plan, index, root, report);
}

int
mounts_attach(struct mounts *mounts, const struct plan *plan, const struct root *root,
	struct report *report)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->lines[i].fd >= 0 &&
			mounts_attach_line(mounts, plan, i, root, report) < 0)
			return -1;
	return 0;
}
