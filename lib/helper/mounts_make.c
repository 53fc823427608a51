/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/mounts_make.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/filesystem.h"
#include "helper/mount_make.h"
#include "helper/mountinfo.h"
#include "helper/ownership.h"
#include "helper/ownership_host.h"
#include "helper/plan.h"
#include "superuser/mount.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void
mend_source(const struct plan_mount *line, int error, struct report *report)
{
	if (error == ENOENT)
		report_advise(report, "make %s, or add nofail to its line", line->source);
}

static int
share_source(struct mountinfo *host, const struct plan_mount *line, struct report *report)
{
	const struct mount_change shared = {.propagation = MS_SHARED};
	cleanup_fd int fd = -1;
	struct statx found;

	if (statx(AT_FDCWD, line->source, 0, STATX_MNT_ID, &found) < 0) {
		if (errno == ENOENT && line->may_fail)
			return 0;
		mend_source(line, errno, report);
		return report_error(report, errno, "cannot open the source %s", line->source);
	}
	if (!(found.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
		report_advise(
			report, "take x-live off the line, or mount something on %s", line->source);
		return report_error(
			report, 0, "%s cannot be live, since it is no mount point", line->source);
	}
	if (mountinfo_has_shared(host, found.stx_mnt_id))
		return 0;
	fd = open(line->source, O_PATH | O_CLOEXEC);
	if (fd < 0 || mount_change(fd, &shared) < 0)
		return report_error(report, errno, "cannot make %s a shared mount", line->source);
	report_warning(report,
		"made %s a shared mount, so that what is mounted there later appears inside",
		line->source);
	return 1;
}

static bool
is_shared_before(const struct plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (plan->mounts[i].is_live &&
			strcmp(plan->mounts[i].source, plan->mounts[index].source) == 0)
			return true;
	return false;
}

int
mounts_share_live(struct mountinfo *host, const struct plan *plan, struct report *report)
{
	int changed = 0;

	for (size_t i = 0; i < plan->count; i++) {
		int result;

		if (!plan->mounts[i].is_live || is_shared_before(plan, i))
			continue;
		result = share_source(host, &plan->mounts[i], report);
		if (result < 0)
			return -1;
		changed |= result;
	}
	return changed;
}

/*
 * Clones the tree, and makes it slave or private first, because a peer would propagate mounts made
 * inside to the host. line: the one for `/`, or NULL.
 */
static int
clone_tree(struct root *root, const struct plan_mount *line, const struct mount_change *change,
	struct mountinfo *host, struct report *report)
{
	const struct mount_change deaf = {
		.propagation = MS_PRIVATE,
		.recursive = line && line->propagates_below,
	};
	cleanup_fd int tree = -1;

	root->has_mounts = (!line || line->is_recursive) && mountinfo_has_below(host, root->path);
	tree = mount_clone(root->tree, "", root->has_mounts);
	if (tree >= 0 && mount_change(tree, change) == 0 &&
		(!line || line->propagation != MS_PRIVATE || mount_change(tree, &deaf) == 0)) {
		close(root->tree);
		root->tree = steal_fd(&tree);
		return 0;
	}
	if (errno == ENOSYS)
		return report_error(report, 0,
			"this kernel lacks open_tree(2) or mount_setattr(2): Linux 5.12 or later is needed");
	return report_error(report, errno, "cannot clone the mount of %s", root->path);
}

/* Sets a clone's options; it becomes a slave first, as in clone_tree. */
static int
change_bind(int fd, const struct plan_mount *line)
{
	const struct mount_change slave = {
		.set = line->set,
		.clear = line->clear,
		.propagation = MS_SLAVE,
		.recursive = true,
	};
	const struct mount_change asked = {
		.propagation = line->propagation,
		.recursive = line->propagates_below,
	};

	if (mount_change(fd, &slave) < 0)
		return -1;
	if (line->propagation != 0 && line->propagation != MS_SLAVE)
		return mount_change(fd, &asked);
	return 0;
}

/*
 * True if a line is recursive and its source may have mounts below; mountinfo does not tell for a
 * path with links.
 */
static bool
is_recursive(const struct plan_mount *line, struct mountinfo *host)
{
	cleanup_free char *path = NULL;

	if (!line->is_recursive || mountinfo_has_below(host, line->source))
		return line->is_recursive;
	path = realpath(line->source, NULL);
	return !path || strcmp(path, line->source) != 0;
}

static int
make_bind(const struct plan_mount *line, struct mountinfo *host, struct report *report)
{
	cleanup_fd int fd = mount_clone(AT_FDCWD, line->source, is_recursive(line, host));

	if (fd < 0) {
		mend_source(line, errno, report);
		return report_error(report, errno, "cannot clone %s, the source of %s",
			line->source, line->target);
	}
	if (change_bind(fd, line) < 0)
		return report_error(report, errno, "cannot give the clone of %s the options %s",
			line->source, line->options_text);
	return steal_fd(&fd);
}

static int
make_by_libmount(const struct plan_mount *line, const char *source, struct filesystem_stage *stage,
	struct report *report)
{
	const struct mount_change options = {.set = line->set, .clear = line->clear};
	cleanup_fd int fd = filesystem_make(stage, line, source, report);

	if (fd < 0)
		return -1;
	if (mount_change(fd, &options) < 0)
		return report_error(report, errno, "cannot give %s the options %s", line->target,
			line->options_text);
	return steal_fd(&fd);
}

/* Makes a filesystem, detached. wanted: for the line for `/`, to judge its parts; else NULL. */
static int
make_filesystem(const struct plan_mount *line, const struct mounts_root *wanted,
	struct filesystem_stage *stage, struct report *report)
{
	const struct mount_change asked = {.propagation = line->propagation};
	cleanup_free char *source = NULL;
	cleanup_fd int fd = -1;

	if (mounts_find_source(line, &source, report) < 0 ||
		(wanted && mounts_judge_parts(line, source, wanted, report) < 0))
		return -1;
	if (mounts_is_tag(line->source) || filesystem_needs_libmount(line))
		fd = make_by_libmount(line, source, stage, report);
	else
		fd = mount_make(line->type, source, line->target,
			(const char *const *)line->options, line->set, report);
	if (fd < 0)
		return -1;
	if (line->propagation && mount_change(fd, &asked) < 0)
		return report_error(report, errno, "cannot give %s the options %s", line->target,
			line->options_text);
	return steal_fd(&fd);
}

/* Returns advice for a wrong owner or mode of the top directory of `/`. */
static const char *
mend_top(const struct plan_mount *line)
{
	if (strcmp(line->type, "tmpfs") != 0)
		return "chown root:root and chmod go-w that directory, where it comes from or with the filesystem mounted elsewhere";
	for (char **option = line->options; option && *option; option++)
		if (strncmp(*option, "uid=", 4) == 0)
			return "take uid= off the line for /";
	return "add mode=0755 to the line for /";
}

static int
adopt_filesystem(struct root *root, const struct plan_mount *line, const struct mounts_root *wanted,
	const struct mount_change *change, struct filesystem_stage *stage, struct report *report)
{
	const char *called =
		line->source[0] == '/' || mounts_is_tag(line->source) ? line->source : line->type;
	int tree = make_filesystem(line, wanted, stage, report);

	if (tree < 0 ||
		ownership_adopt_root(root, tree, wanted->path, called, mend_top(line), report) < 0)
		return -1;
	if (mount_change(root->tree, change) == 0)
		return 0;
	report_error(report, errno, "cannot give %s the options it shall have", wanted->path);
	root_release(root);
	return -1;
}

/* Opens the tree for `/`: a bind's source or, without a line, the root itself. */
static int
open_tree_of(struct root *root, const struct plan_mount *line, const struct mounts_root *wanted,
	struct report *report)
{
	if (!line)
		return ownership_open_root(root, wanted->path, report);
	if (!mounts_lacks_source(line))
		return ownership_open_root(root, line->source, report);
	report_advise(report, "put a tree there, or correct the line for /");
	return report_error(report, ENOENT, "cannot open the root %s", line->source);
}

int
mounts_make_root(struct root *root, const struct plan *plan, const struct mounts_root *wanted,
	struct mountinfo *host, struct filesystem_stage *stage, struct report *report)
{
	const struct plan_mount *line = plan->root;
	struct mount_change change = {
		.set = wanted->allow_setuid ? 0 : MOUNT_ATTR_NOSUID, .recursive = true};

	if (line && !line->is_bind)
		return adopt_filesystem(root, line, wanted, &change, stage, report);
	change.propagation = wanted->is_private ? MS_PRIVATE : MS_SLAVE;
	if (line) {
		change.set |= line->set;
		change.clear = line->clear & ~change.set;
	}
	if (open_tree_of(root, line, wanted, report) < 0)
		return -1;
	if (clone_tree(root, line, &change, host, report) == 0)
		return 0;
	root_release(root);
	return -1;
}

/*
 * Examines a user's FUSE mount, which refuses even the superuser with EACCES. An empty statx(2)
 * mask returns only its device (fuse_getattr()). A directory is assumed, the usual mount point of
 * FUSE.
 */
static int
examine_foreign_fuse(int fd, struct statx *found)
{
	if (errno != EACCES || statx(fd, "", AT_EMPTY_PATH, 0, found) < 0)
		return -1;
	found->stx_mode = S_IFDIR;
	found->stx_ino = 0;
	return 0;
}

static int
make_line(const struct plan_mount *line, struct mounts_line *made, uint64_t *id,
	struct mountinfo *host, struct filesystem_stage *stage, struct report *report)
{
	struct statx found;

	if (line->may_fail && mounts_lacks_source(line)) {
		report_note(report, "passed over %s, since the host lacks %s", line->target,
			line->source);
		return 0;
	}
	made->fd = line->is_bind ? make_bind(line, host, report)
				 : make_filesystem(line, NULL, stage, report);
	if (made->fd < 0)
		return -1;
	if (statx(made->fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO | STATX_MNT_ID, &found) < 0 &&
		examine_foreign_fuse(made->fd, &found) < 0)
		return report_error(report, errno, "cannot look at %s", line->source);
	made->is_directory = S_ISDIR(found.stx_mode);
	made->device = makedev(found.stx_dev_major, found.stx_dev_minor);
	made->inode = found.stx_ino;
	/* shows that a target is not on the root's own tree */
	*id = found.stx_mnt_id;
	return 0;
}

int
mounts_make(struct mounts *mounts, const struct plan *plan, const bool *keeps,
	struct mountinfo *host, struct filesystem_stage *stage, struct report *report)
{
	/* one more, so that an empty plan gives no NULL */
	cleanup_free struct mounts_line *lines = calloc(plan->count + 1, sizeof(*lines));
	cleanup_free uint64_t *ids = calloc(plan->count + 1, sizeof(*ids));

	*mounts = (struct mounts){0};
	if (!lines || !ids)
		return report_error(report, ENOMEM, "cannot make the mounts");
	mounts->lines = steal_pointer(&lines);
	mounts->ids = steal_pointer(&ids);
	mounts->count = plan->count;
	for (size_t i = 0; i < plan->count; i++)
		mounts->lines[i].fd = -1;
	for (size_t i = 0; i < plan->count; i++) {
		if ((!keeps || !keeps[i]) && make_line(&plan->mounts[i], &mounts->lines[i],
						     &mounts->ids[i], host, stage, report) < 0) {
			mounts_release(mounts);
			return -1;
		}
	}
	return 0;
}

void
mounts_release(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		cleanup_fd_release(&mounts->lines[i].fd);
		free(mounts->lines[i].mount_point);
	}
	free(mounts->lines);
	free(mounts->ids);
	*mounts = (struct mounts){0};
}
