#include "mounts.h"

#include "cleanup.h"
#include "mount.h"
#include "plan.h"
#include "report.h"
#include "root.h"
#include "syscalls.h"

#include <libmount/libmount.h>

int
mounts_host_read(struct mounts_host *host, struct report *report)
{
	/* not mnt_new_table_from_file's relatives for mtab and utab: the kernel's own list alone */
	host->table = mnt_new_table_from_file("/proc/self/mountinfo");
	return host->table ? 0 : report_error(report, errno, "cannot read /proc/self/mountinfo");
}

void
mounts_host_release(struct mounts_host *host)
{
	mnt_unref_table(host->table);
	host->table = NULL;
}

/* The mount that path lies on. */
static struct libmnt_fs *
mount_of(const struct mounts_host *host, const char *path)
{
	struct libmnt_iter *each;
	struct libmnt_fs *mount = NULL;
	struct statx found;

	if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &found) < 0)
		return NULL;
	each = mnt_new_iter(MNT_ITER_BACKWARD);
	while (each && mnt_table_next_fs(host->table, each, &mount) == 0)
		if ((uint64_t)mnt_fs_get_id(mount) == found.stx_mnt_id)
			break;
		else
			mount = NULL;
	mnt_free_iter(each);
	return mount;
}

const char *
mounts_host_proc_options(const struct mounts_host *host)
{
	struct libmnt_fs *mount = mount_of(host, "/proc");
	const char *options = mount ? mnt_fs_get_fs_options(mount) : NULL;

	return options ? options : "";
}

bool
mounts_host_is_shared(const struct mounts_host *host, const char *path)
{
	struct libmnt_fs *mount = mount_of(host, path);
	unsigned long propagation = 0;

	return mount && mnt_fs_get_propagation(mount, &propagation) == 0 && propagation & MS_SHARED;
}

static int
share(const struct mounts_host *host, const struct plan_mount *line, struct report *report)
{
	const struct mount_change shared = {.propagation = MS_SHARED};
	cleanup_fd int fd = open(line->source, O_PATH | O_CLOEXEC);
	struct statx found;

	if (fd < 0 && errno == ENOENT && line->may_fail)
		return 0;
	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_INO, &found) < 0)
		return report_error(report, errno, "cannot open the source %s", line->source);
	if (!(found.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
		report_mend(
			report, "take x-live off the line, or mount something on %s", line->source);
		return report_error(
			report, 0, "%s cannot be live, since it is no mount point", line->source);
	}
	if (mounts_host_is_shared(host, line->source))
		return 0;
	if (mount_change(fd, &shared) < 0)
		return report_error(report, errno, "cannot make %s a shared mount", line->source);
	report_warning(report,
		"made %s a shared mount, so that what is mounted there later appears inside",
		line->source);
	return 1;
}

int
mounts_share_live(const struct mounts_host *host, const struct plan *plan, struct report *report)
{
	int changed = 0;

	for (size_t i = 0; i < plan->count; i++) {
		int result = plan->mounts[i].is_live ? share(host, &plan->mounts[i], report) : 0;

		if (result < 0)
			return -1;
		changed |= result;
	}
	return changed;
}

int
mounts_clone_root(int root, bool allow_setuid, struct report *report)
{
	const struct mount_change change = {
		.set = allow_setuid ? 0 : MOUNT_ATTR_NOSUID,
		.propagation = MS_SLAVE,
		.recursive = true,
	};
	cleanup_fd int tree = mount_clone(root, "", true);

	if (tree < 0 && errno == ENOSYS)
		return report_error(
			report, 0, "this kernel lacks open_tree(2): Linux 5.12 or later is needed");
	if (tree < 0)
		return report_error(report, errno, "cannot clone the root's mount");
	if (mount_change(tree, &change) == 0)
		return steal_fd(&tree);
	if (errno == ENOSYS)
		return report_error(report, 0,
			"this kernel lacks mount_setattr(2): Linux 5.12 or later is needed");
	return report_error(report, errno, "cannot change the clone of the root's mount");
}

/* A clone that is a peer of its source would carry mounts made inside to the host: always slave
 * first. */
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
		.recursive = line->is_recursive,
	};

	if (mount_change(fd, &slave) < 0)
		return -1;
	if (line->propagation != 0 && line->propagation != MS_SLAVE)
		return mount_change(fd, &asked);
	return 0;
}

static int
make_bind(const struct plan_mount *line, struct report *report)
{
	cleanup_fd int fd = mount_clone(AT_FDCWD, line->source, line->is_recursive);

	if (fd < 0 && errno == ENOENT)
		report_mend(report, "make %s, or add nofail to its line", line->source);
	if (fd < 0)
		return report_error(report, errno, "cannot clone %s, the source of %s",
			line->source, line->target);
	if (change_bind(fd, line) < 0)
		return report_error(report, errno, "cannot give the clone of %s the options %s",
			line->source, line->words);
	return steal_fd(&fd);
}

static int
make_filesystem(const struct plan_mount *line, struct report *report)
{
	const struct mount_change asked = {.propagation = line->propagation};
	cleanup_fd int fd = mount_make(line->type, line->source, line->target,
		(const char *const *)line->options, line->set, report);

	if (fd < 0)
		return -1;
	if (line->propagation && mount_change(fd, &asked) < 0)
		return report_error(
			report, errno, "cannot give %s the options %s", line->target, line->words);
	return steal_fd(&fd);
}

/* The source of a line with nofail that is not there: the line is passed over. */
static bool
lacks_source(const struct plan_mount *line)
{
	struct stat found;

	return line->is_bind && line->may_fail && stat(line->source, &found) < 0 && errno == ENOENT;
}

static int
cannot_open_target(
	const struct plan_mount *line, bool directory, const char *label, struct report *report)
{
	if (errno == ENOENT)
		report_mend(
			report, directory ? "mkdir -p %s%s" : "touch %s%s", label, line->target);
	return report_error(report, errno, "cannot open the mount point %s%s", label, line->target);
}

static bool
is_directory(int fd)
{
	struct stat found;

	return fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
}

/*
 * The target as the tree itself has it, before anything is attached: so x-mount.mkdir cannot
 * reach the host. 1 when there is something to mount on, 0 when the line is passed over.
 */
static int
look_at_target(const struct plan_mount *line, int source, int tree, const char *label,
	struct report *report)
{
	bool directory = is_directory(source);
	mode_t mode = line->target_mode ? line->target_mode : directory ? 0755 : 0644;
	cleanup_fd int target = -1;

	if (line->makes_target && root_make_target(tree, line->target, directory, mode) < 0)
		return report_error(
			report, errno, "cannot make the mount point %s%s", label, line->target);
	target = root_open_target(tree, line->target);
	if (target < 0 && errno == ENOENT && line->may_fail) {
		report_note(report, "passed over %s, which the tree lacks", line->target);
		return 0;
	}
	if (target < 0)
		return cannot_open_target(line, directory, label, report);
	return root_judge_target(tree, line->target, label, report) < 0 ? -1 : 1;
}

static int
make_line(const struct plan *plan, size_t index, int tree, const char *label, int *made,
	struct report *report)
{
	const struct plan_mount *line = &plan->mounts[index];
	cleanup_fd int fd = -1;
	int usable = 1;

	if (lacks_source(line)) {
		report_note(report, "passed over %s, since the host lacks %s", line->target,
			line->source);
		return 0;
	}
	fd = line->is_bind ? make_bind(line, report) : make_filesystem(line, report);
	if (fd < 0)
		return -1;
	if (!plan_is_nested(plan, index))
		usable = look_at_target(line, fd, tree, label, report);
	if (usable < 0)
		return -1;
	if (usable)
		*made = steal_fd(&fd);
	return 0;
}

int
mounts_make(struct mounts *mounts, const struct plan *plan, int tree, const char *label,
	struct report *report)
{
	mounts->count = plan->count;
	mounts->fds = reallocarray(NULL, plan->count, sizeof(*mounts->fds));
	if (!mounts->fds && plan->count > 0) {
		mounts->count = 0;
		return report_error(report, ENOMEM, "cannot make the mounts");
	}
	for (size_t i = 0; i < plan->count; i++)
		mounts->fds[i] = -1;
	for (size_t i = 0; i < plan->count; i++) {
		if (make_line(plan, i, tree, label, &mounts->fds[i], report) < 0) {
			mounts_release(mounts);
			return -1;
		}
	}
	return 0;
}

static int
attach_line(
	const struct plan_mount *line, int fd, int tree, const char *label, struct report *report)
{
	cleanup_fd int target = root_open_target(tree, line->target);

	if (target < 0 && errno == ENOENT && line->may_fail) {
		report_note(report, "passed over %s, which is not there", line->target);
		return 0;
	}
	if (target < 0)
		return cannot_open_target(line, is_directory(fd), label, report);
	if (is_directory(fd) != is_directory(target))
		return report_error(report, 0,
			"cannot mount %s on %s%s: one is a directory and one is not", line->source,
			label, line->target);
	if (mount_attach(fd, target) == 0)
		return 0;
	return report_error(
		report, errno, "cannot mount %s on %s%s", line->source, label, line->target);
}

int
mounts_attach(struct mounts *mounts, const struct plan *plan, int tree, const char *label,
	struct report *report)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->fds[i] >= 0 &&
			attach_line(&plan->mounts[i], mounts->fds[i], tree, label, report) < 0)
			return -1;
	return 0;
}

void
mounts_release(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->fds[i] >= 0)
			close(mounts->fds[i]);
	free(mounts->fds);
	*mounts = (struct mounts){0};
}
