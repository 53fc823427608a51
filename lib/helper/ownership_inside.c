/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ownership_inside.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/report_word.h"
#include "common/syscalls.h"
#include "helper/ownership.h"
#include "superuser/root.h"

#include <limits.h>
#include <string.h>

static bool
is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static bool
is_on_foreign_mount(int fd, const uint64_t *foreign, size_t count)
{
	struct statx found;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &found) < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (foreign[i] == found.stx_mnt_id)
			return true;
	return false;
}

static int
refuse_directory(const struct root *root, int fd, const struct stat *found, const char *next,
	struct report *report)
{
	char inside[PATH_MAX], path[2 * PATH_MAX + NAME_MAX];
	const char *name = root_name_of(root, fd, inside, sizeof(inside));
	const char *top = strcmp(name, "/") == 0 ? "" : name;

	/* in a sticky directory the next component is wrong */
	if (found->st_uid == 0 && found->st_mode & S_ISVTX && next) {
		snprintf(path, sizeof(path), "%s%s/%s", root->path, top, next);
		if (root->is_of_host)
			report_mend(report, "chown -h root %s", report_word(report, path));
		return report_error(report, 0,
			"%s does not belong to the superuser but to somebody %s", path,
			ownership_why);
	}
	snprintf(path, sizeof(path), "%s%s", root->path, top);
	return ownership_refuse(
		root->tree, root->path, path, root->is_of_host ? path : NULL, found, report);
}

/*
 * Judges the directories from parent up to the top. A wrong one is reported only at the top: below
 * a mount of the plan all is the host's own, and the directories above were judged when it was
 * attached. last, next: the last component and its status.
 */
static int
judge_upwards(const struct root *root, int parent, const char *last, struct stat next,
	const uint64_t *foreign, size_t count, struct report *report)
{
	cleanup_fd int here = fcntl(parent, F_DUPFD_CLOEXEC, 3);
	cleanup_fd int wrong = -1;
	struct stat top, found, wrong_found;
	bool first = true, is_last_wrong = false;

	while (here >= 0 && fstat(root->tree, &top) == 0 && fstat(here, &found) == 0) {
		int above;

		if (is_on_foreign_mount(here, foreign, count))
			return 0;
		if (wrong < 0 && !ownership_is_safe(&found, &next)) {
			wrong = fcntl(here, F_DUPFD_CLOEXEC, 3);
			wrong_found = found;
			is_last_wrong = first;
		}
		if (is_same(&found, &top))
			return wrong < 0 ? 0
					 : refuse_directory(root, wrong, &wrong_found,
						   is_last_wrong ? last : NULL, report);
		next = found;
		first = false;
		above = root_open_inside(here, "..", O_DIRECTORY, 0);
		cleanup_fd_release(&here);
		here = above;
	}
	return report_error(
		report, errno, "cannot look at what is above %s in %s", last, root->path);
}

struct judgement {
	const struct root *root; /* borrowed */
	const uint64_t *foreign; /* borrowed */
	size_t count;
	struct report *report; /* borrowed */
	const char *path; /* borrowed; the whole one */
	int target; /* borrowed; the path's end */
	unsigned links; /* followed so far */
};

/*
 * True if the path leads to a mount of the host: a link on such a mount is the host's own matter
 * then. It must not lead into the tree, because the tree's owner would choose the place.
 */
static bool
leads_to_foreign_mount(const struct judgement *judgement)
{
	const char *last;
	cleanup_fd int parent = root_open_parent(judgement->root, judgement->path, 0, &last);

	return parent >= 0 && is_on_foreign_mount(parent, judgement->foreign, judgement->count) &&
	       is_on_foreign_mount(judgement->target, judgement->foreign, judgement->count);
}

/*
 * Judges the directories above the last component; with only_link, only if that is a link. *found
 * becomes its status.
 */
static int
judge_parent(
	const struct judgement *judgement, const char *path, bool only_link, struct stat *found)
{
	const struct root *root = judgement->root;
	size_t count = judgement->count;
	const char *last;
	cleanup_fd int parent = root_open_parent(root, path, 0, &last);

	if (parent < 0 || fstatat(parent, last, found, AT_SYMLINK_NOFOLLOW) < 0)
		return report_error(judgement->report, errno, "cannot open the mount point %s%s",
			root->path, path);
	if (only_link && !S_ISLNK(found->st_mode))
		return 0;
	if (only_link && !leads_to_foreign_mount(judgement))
		count = 0;
	return judge_upwards(
		root, parent, last, *found, judgement->foreign, count, judgement->report);
}

/* Reads the link at path, as a path from the top without trailing slashes. */
static int
read_link(const struct root *root, const char *path, char *way, size_t size)
{
	const char *last;
	cleanup_fd int parent = root_open_parent(root, path, 0, &last);
	char target[PATH_MAX];
	ssize_t length = parent < 0 ? -1 : readlinkat(parent, last, target, sizeof(target) - 1);
	int before;

	if (length < 0)
		return -1;
	while (length > 1 && target[length - 1] == '/')
		length--;
	target[length] = '\0';
	before = target[0] == '/' ? 0 : (int)(last - path);
	errno = ENAMETOOLONG;
	return snprintf(way, size, "%.*s%s", before, path, target) < (int)size ? 0 : -1;
}

/*
 * Judges each directory that holds a link on the way, links of links included, because its owner
 * decides where it leads. whole: the last component may be a link.
 */
static int
judge_links(struct judgement *judgement, char *path, bool whole)
{
	for (char *end = path; end;) {
		char way[PATH_MAX];
		struct stat found = {0};
		int result = 0;

		end = strchr(end + 1, '/');
		if (!end && !whole)
			break;
		if (end)
			*end = '\0';
		if (judge_parent(judgement, path, true, &found) < 0)
			return -1;
		if (S_ISLNK(found.st_mode)) {
			errno = ELOOP;
			if (++judgement->links > ROOT_LINKS ||
				read_link(judgement->root, path, way, sizeof(way)) < 0)
				return report_error(judgement->report, errno, "cannot follow %s%s",
					judgement->root->path, path);
			result = strcmp(way, "/") == 0 ? 0 : judge_links(judgement, way, true);
		}
		if (result < 0)
			return -1;
		if (end)
			*end = '/';
	}
	return 0;
}

/* Judges a target right below the top, with no link on the way. */
static int
judge_at_top(const struct judgement *judgement, struct stat *found)
{
	const struct root *root = judgement->root;
	const char *last = judgement->path + 1;
	struct stat top;

	if (fstatat(root->tree, last, found, AT_SYMLINK_NOFOLLOW) < 0 ||
		fstat(root->tree, &top) < 0)
		return report_error(judgement->report, errno, "cannot open the mount point %s%s",
			root->path, judgement->path);
	return ownership_is_safe(&top, found)
		       ? 0
		       : refuse_directory(root, root->tree, &top, last, judgement->report);
}

static int
judge_way(struct judgement *judgement, struct stat *found)
{
	cleanup_free char *copy = strdup(judgement->path);

	if (!copy)
		return report_error(judgement->report, ENOMEM, "cannot look at %s%s",
			judgement->root->path, judgement->path);
	if (judge_links(judgement, copy, false) < 0)
		return -1;
	return judge_parent(judgement, copy, false, found);
}

int
ownership_judge_target(const struct root *root, const char *path, int target,
	const uint64_t *foreign, size_t count, mode_t *mode, struct report *report)
{
	struct judgement judgement = {.root = root,
		.foreign = foreign,
		.count = count,
		.report = report,
		.path = path,
		.target = target};
	struct stat found = {0}, opened;

	if (root_is_at_top(path) ? judge_at_top(&judgement, &found) < 0
				 : judge_way(&judgement, &found) < 0)
		return -1;
	/* a move must not exchange the judged file */
	if (fstat(target, &opened) == 0 && is_same(&opened, &found)) {
		*mode = found.st_mode;
		return 0;
	}
	return report_error(
		report, 0, "the mount point %s%s changed while it was looked at", root->path, path);
}

/* Cuts path to its existing part; "" for the top. */
static void
cut_to_existing(const struct root *root, char *path)
{
	char *slash;

	for (;;) {
		cleanup_fd int there = root_open_target(root, path);

		slash = strrchr(path, '/');
		if (there >= 0 || !slash)
			return;
		*slash = '\0';
		if (path[0] == '\0')
			return;
	}
}

int
ownership_judge_way(const struct root *root, const char *path, const uint64_t *foreign,
	size_t count, struct report *report)
{
	/* the target will be made as the superuser's */
	const struct stat made = {.st_uid = 0};
	struct judgement judgement = {.root = root, .report = report, .path = path, .target = -1};
	cleanup_free char *there = strdup(path);
	cleanup_fd int directory = -1;

	if (!there)
		return report_error(report, ENOMEM, "cannot look at %s%s", root->path, path);
	cut_to_existing(root, there);
	directory = root_open_inside(
		root->tree, there[0] == '\0' ? "/" : there, O_DIRECTORY, RESOLVE_IN_ROOT);
	/* the attempt reports the error */
	if (directory < 0)
		return 0;
	if (there[0] != '\0' && judge_links(&judgement, there, true) < 0)
		return -1;
	return judge_upwards(
		root, directory, path + strlen(there) + 1, made, foreign, count, report);
}
