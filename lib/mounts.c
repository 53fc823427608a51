#include "mounts.h"

#include "cleanup.h"
#include "mount.h"
#include "plan.h"
#include "report.h"
#include "root.h"
#include "syscalls.h"

#include <libmount/libmount.h>
#include <limits.h>
#include <string.h>

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

/* Another line with the same source has been through it. */
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
mounts_share_live(const struct mounts_host *host, const struct plan *plan, struct report *report)
{
	int changed = 0;

	for (size_t i = 0; i < plan->count; i++) {
		int result;

		if (!plan->mounts[i].is_live || is_shared_before(plan, i))
			continue;
		result = share(host, &plan->mounts[i], report);
		if (result < 0)
			return -1;
		changed |= result;
	}
	return changed;
}

int
mounts_clone_root(struct root *root, bool allow_setuid, struct report *report)
{
	const struct mount_change change = {
		.set = allow_setuid ? 0 : MOUNT_ATTR_NOSUID,
		.propagation = MS_SLAVE,
		.recursive = true,
	};
	cleanup_fd int tree = mount_clone(root->tree, "", true);

	if (tree >= 0 && mount_change(tree, &change) == 0) {
		close(root->tree);
		root->tree = steal_fd(&tree);
		return 0;
	}
	if (errno == ENOSYS)
		return report_error(report, 0,
			"this kernel lacks open_tree(2) or mount_setattr(2): Linux 5.12 or later "
			"is needed");
	return report_error(report, errno, "cannot clone the mount of %s", root->path);
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

/* The source of a line with nofail that is not there: the line is passed over. */
static bool
lacks_source(const struct plan_mount *line)
{
	struct stat found;

	return line->is_bind && line->may_fail && stat(line->source, &found) < 0 && errno == ENOENT;
}

static bool
is_directory(int fd)
{
	struct stat found;

	return fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
}

/* A tag such as LABEL=games becomes the device that has it; anything else stays what it is. */
static int
find_source(const struct plan_mount *line, char **source, struct report *report)
{
	static const char *const tags[] = {"LABEL=", "UUID=", "PARTLABEL=", "PARTUUID=", NULL};

	for (size_t i = 0; tags[i]; i++) {
		if (strncmp(line->source, tags[i], strlen(tags[i])) != 0)
			continue;
		*source = mnt_resolve_spec(line->source, NULL);
		if (*source)
			return 0;
		report_mend(report, "blkid shows which there are");
		return report_error(
			report, 0, "no filesystem for %s has %s", line->target, line->source);
	}
	*source = strdup(line->source);
	return *source ? 0 : report_error(report, ENOMEM, "cannot make %s", line->target);
}

static int
make_filesystem(const struct plan_mount *line, struct report *report)
{
	const struct mount_change asked = {.propagation = line->propagation};
	cleanup_free char *source = NULL;
	cleanup_fd int fd = -1;

	if (find_source(line, &source, report) < 0)
		return -1;
	fd = mount_make(line->type, source, line->target, (const char *const *)line->options,
		line->set, report);
	if (fd < 0)
		return -1;
	if (line->propagation && mount_change(fd, &asked) < 0)
		return report_error(
			report, errno, "cannot give %s the options %s", line->target, line->words);
	return steal_fd(&fd);
}

static int
make_line(const struct plan_mount *line, int *made, struct report *report)
{
	if (lacks_source(line)) {
		report_note(report, "passed over %s, since the host lacks %s", line->target,
			line->source);
		return 0;
	}
	*made = line->is_bind ? make_bind(line, report) : make_filesystem(line, report);
	return *made < 0 ? -1 : 0;
}

int
mounts_make(struct mounts *mounts, const struct plan *plan, struct report *report)
{
	/* one more, so that none is not NULL */
	cleanup_free int *fds = calloc(plan->count + 1, sizeof(*fds));
	cleanup_free uint64_t *ids = calloc(plan->count + 1, sizeof(*ids));

	*mounts = (struct mounts){0};
	if (!fds || !ids)
		return report_error(report, ENOMEM, "cannot make the mounts");
	mounts->fds = steal_pointer(&fds);
	mounts->ids = steal_pointer(&ids);
	mounts->count = plan->count;
	for (size_t i = 0; i < plan->count; i++)
		mounts->fds[i] = -1;
	for (size_t i = 0; i < plan->count; i++) {
		if (make_line(&plan->mounts[i], &mounts->fds[i], report) < 0) {
			mounts_release(mounts);
			return -1;
		}
	}
	return 0;
}

static int
make_target(const struct plan_mount *line, const struct root *root, bool directory,
	struct report *report)
{
	mode_t mode = line->target_mode ? line->target_mode : directory ? 0755 : 0644;
	cleanup_fd int there = root_open_target(root, line->target);

	if (there >= 0)
		return 0;
	if (root_make_target(root, line->target, directory, mode) == 0)
		return 0;
	if (errno == EXDEV)
		return report_error(report, 0,
			"x-mount.mkdir makes nothing on another mount, and %s%s leads onto one: "
			"make it there yourself",
			root->path, line->target);
	return report_error(
		report, errno, "cannot make the mount point %s%s", root->path, line->target);
}

/* Below another line it is the host that lacks it, and nothing made in the tree would be seen. */
static int
cannot_open_target(const struct plan *plan, size_t index, bool directory, const struct root *root,
	struct report *report)
{
	const struct plan_mount *line = &plan->mounts[index];
	char path[2 * PATH_MAX], word[2 * PATH_MAX];
	int error = errno;

	snprintf(path, sizeof(path), "%s%s", root->path, line->target);
	if (error == ENOENT && !plan_is_nested(plan, index))
		report_mend(report, "%s %s", directory ? "mkdir -p" : "touch",
			report_word(path, word, sizeof(word)));
	else if (error == ENOENT)
		report_mend(report, "make it below the source of the line above it, or add nofail");
	return report_error(report, error, "cannot open the mount point %s", path);
}

/* Its id, by which what is attached below it later is known not to be on the root's own tree. */
static int
note_id(struct mounts *mounts, size_t index, struct report *report)
{
	struct statx found;

	if (statx(mounts->fds[index], "", AT_EMPTY_PATH, STATX_MNT_ID, &found) < 0)
		return report_error(report, errno, "cannot look at a mount");
	mounts->ids[index] = found.stx_mnt_id;
	return 0;
}

static int
attach_line(struct mounts *mounts, const struct plan *plan, size_t index, const struct root *root,
	struct report *report)
{
	const struct plan_mount *line = &plan->mounts[index];
	int fd = mounts->fds[index];
	bool directory = is_directory(fd);
	cleanup_fd int target = -1;

	if (line->makes_target && make_target(line, root, directory, report) < 0)
		return -1;
	target = root_open_target(root, line->target);
	if (target < 0 && errno == ENOENT && line->may_fail) {
		report_note(report, "passed over %s, which is not there", line->target);
		return 0;
	}
	if (target < 0)
		return cannot_open_target(plan, index, directory, root, report);
	if (root_judge_target(root, line->target, target, mounts->ids, mounts->count, report) < 0)
		return -1;
	if (directory != is_directory(target))
		return report_error(report, 0,
			"cannot mount %s on %s%s: one is a directory and one is not", line->source,
			root->path, line->target);
	if (mount_attach(fd, target) < 0)
		return report_error(report, errno, "cannot mount %s on %s%s", line->source,
			root->path, line->target);
	return note_id(mounts, index, report);
}

int
mounts_attach(struct mounts *mounts, const struct plan *plan, const struct root *root,
	struct report *report)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->fds[i] >= 0 && attach_line(mounts, plan, i, root, report) < 0)
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
	free(mounts->ids);
	*mounts = (struct mounts){0};
}
