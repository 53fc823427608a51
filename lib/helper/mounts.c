/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/mounts.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/essentials.h"
#include "helper/filesystem.h"
#include "helper/mount_make.h"
#include "helper/mounted.h"
#include "helper/ownership.h"
#include "helper/ownership_host.h"
#include "helper/ownership_inside.h"
#include "helper/plan.h"
#include "superuser/mount.h"
#include "superuser/root.h"

#include <libmount/libmount.h>
#include <limits.h>
#include <string.h>
#include <sys/sysmacros.h>

static void
mend_source(const struct plan_mount *line, int error, struct report *report)
{
	if (error == ENOENT)
		report_mend(report, "make %s, or add nofail to its line", line->source);
}

static int
share(struct mounted *host, const struct plan_mount *line, struct report *report)
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
		report_mend(
			report, "take x-live off the line, or mount something on %s", line->source);
		return report_error(
			report, 0, "%s cannot be live, since it is no mount point", line->source);
	}
	if (mounted_has_shared(host, found.stx_mnt_id))
		return 0;
	fd = open(line->source, O_PATH | O_CLOEXEC);
	if (fd < 0 || mount_change(fd, &shared) < 0)
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
mounts_share_live(struct mounted *host, const struct plan *plan, struct report *report)
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

/* Slave or private before anything else: a peer of the host's tree carries to it what is mounted.
 * line: that for `/`, or NULL. */
static int
clone_tree(struct root *root, const struct plan_mount *line, const struct mount_change *change,
	struct mounted *host, struct report *report)
{
	const struct mount_change deaf = {
		.propagation = MS_PRIVATE,
		.recursive = line && line->propagates_below,
	};
	cleanup_fd int tree = -1;

	root->has_mounts = (!line || line->is_recursive) && mounted_has_below(host, root->path);
	tree = mount_clone(root->tree, "", root->has_mounts);
	if (tree >= 0 && mount_change(tree, change) == 0 &&
		(!line || line->propagation != MS_PRIVATE || mount_change(tree, &deaf) == 0)) {
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
		.recursive = line->propagates_below,
	};

	if (mount_change(fd, &slave) < 0)
		return -1;
	if (line->propagation != 0 && line->propagation != MS_SLAVE)
		return mount_change(fd, &asked);
	return 0;
}

/* Are there mounts to come along? A path with links has other names in the table. */
static bool
is_recursive(const struct plan_mount *line, struct mounted *host)
{
	cleanup_free char *path = NULL;

	if (!line->is_recursive || mounted_has_below(host, line->source))
		return line->is_recursive;
	path = realpath(line->source, NULL);
	return !path || strcmp(path, line->source) != 0;
}

static int
make_bind(const struct plan_mount *line, struct mounted *host, struct report *report)
{
	cleanup_fd int fd = mount_clone(AT_FDCWD, line->source, is_recursive(line, host));

	if (fd < 0) {
		mend_source(line, errno, report);
		return report_error(report, errno, "cannot clone %s, the source of %s",
			line->source, line->target);
	}
	if (change_bind(fd, line) < 0)
		return report_error(report, errno, "cannot give the clone of %s the options %s",
			line->source, line->words);
	return steal_fd(&fd);
}

static bool
is_tag(const char *source)
{
	static const char *const tags[] = {
		"LABEL=", "UUID=", "PARTLABEL=", "PARTUUID=", "ID=", NULL};

	for (size_t i = 0; tags[i]; i++)
		if (strncmp(source, tags[i], strlen(tags[i])) == 0)
			return true;
	return false;
}

bool
mounts_lacks_source(const struct plan_mount *line)
{
	cleanup_free char *device = NULL;
	struct stat found;

	if (line->source[0] == '/')
		return stat(line->source, &found) < 0 && errno == ENOENT;
	if (!is_tag(line->source))
		return false;
	device = mnt_resolve_spec(line->source, NULL);
	return !device;
}

/* A tag such as LABEL=games becomes the device that has it; anything else stays what it is. */
static int
find_source(const struct plan_mount *line, char **source, struct report *report)
{
	*source =
		is_tag(line->source) ? mnt_resolve_spec(line->source, NULL) : strdup(line->source);
	if (*source)
		return 0;
	report_mend(report, "blkid shows which there are");
	return report_error(report, 0, "no filesystem for %s has %s", line->target, line->source);
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
		return report_error(
			report, errno, "cannot give %s the options %s", line->target, line->words);
	return steal_fd(&fd);
}

/* Judges a layer of an overlay as a tree of its own, because a merged directory shows the owner of
 * the layer on top alone. */
static int
judge_layer(const char *path, const struct mounts_root *what, struct report *report)
{
	struct root layer = {.tree = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC),
		.is_of_host = true,
		.path = realpath(path, NULL),
		.names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	struct essentials essentials = {
		.root = &layer, .path = what->program_path, .shell = what->shell};
	int result = -1;

	if (layer.tree < 0 || !layer.path || layer.names < 0)
		report_error(report, errno, "cannot look at %s, which / is made of", path);
	else if (essentials_judge(&essentials, report) == 0)
		result = essentials_judge_groups(&essentials, report);
	essentials_release(&essentials);
	root_release(&layer);
	return result;
}

/* source: the line's own, or what its tag stands for. */
static int
judge_parts(const struct plan_mount *line, const char *source, const struct mounts_root *what,
	struct report *report)
{
	bool is_overlay = strcmp(line->type, "overlay") == 0;
	char **paths = NULL;
	int result = 0;

	/* else it is a word, such as overlay, or the name of something that is no file */
	if (strchr(source, '/') || filesystem_needs_libmount(line))
		result = ownership_judge_part(source, report);
	if (result == 0 && plan_paths(line, &paths) < 0)
		result = report_error(report, errno, "cannot look at what / is made of");
	for (char **path = paths; result == 0 && path && *path; path++) {
		struct stat found;

		result = ownership_judge_part(*path, report);
		if (result == 0 && is_overlay && stat(*path, &found) == 0)
			result = judge_layer(*path, what, report);
	}
	plan_paths_release(paths);
	return result;
}

int
mounts_judge_parts(
	const struct plan_mount *line, const struct mounts_root *what, struct report *report)
{
	cleanup_free char *source = NULL;

	if (find_source(line, &source, report) < 0)
		return -1;
	return judge_parts(line, source, what, report);
}

/* what: the tree, where the line is that for `/`, whose parts are judged as they are mounted. */
static int
make_filesystem(const struct plan_mount *line, const struct mounts_root *what,
	struct filesystem_stage *stage, struct report *report)
{
	const struct mount_change asked = {.propagation = line->propagation};
	cleanup_free char *source = NULL;
	cleanup_fd int fd = -1;

	if (find_source(line, &source, report) < 0 ||
		(what && judge_parts(line, source, what, report) < 0))
		return -1;
	if (is_tag(line->source) || filesystem_needs_libmount(line))
		fd = make_by_libmount(line, source, stage, report);
	else
		fd = mount_make(line->type, source, line->target,
			(const char *const *)line->options, line->set, report);
	if (fd < 0)
		return -1;
	if (line->propagation && mount_change(fd, &asked) < 0)
		return report_error(
			report, errno, "cannot give %s the options %s", line->target, line->words);
	return steal_fd(&fd);
}

/* Where the top directory of a filesystem that is to be `/` gets its owner and mode from. */
static const char *
mend_top(const struct plan_mount *line)
{
	if (strcmp(line->type, "tmpfs") != 0)
		return "chown root:root and chmod go-w that directory, where it comes from or with "
		       "the filesystem mounted elsewhere";
	for (char **option = line->options; option && *option; option++)
		if (strncmp(*option, "uid=", 4) == 0)
			return "take uid= off the line for /";
	return "add mode=0755 to the line for /";
}

static int
adopt_filesystem(struct root *root, const struct plan_mount *line, const struct mounts_root *what,
	const struct mount_change *change, struct filesystem_stage *stage, struct report *report)
{
	const char *called =
		line->source[0] == '/' || is_tag(line->source) ? line->source : line->type;
	int tree = make_filesystem(line, what, stage, report);

	if (tree < 0 ||
		ownership_adopt_root(root, tree, what->path, called, mend_top(line), report) < 0)
		return -1;
	if (mount_change(root->tree, change) == 0)
		return 0;
	report_error(report, errno, "cannot give %s the options it shall have", what->path);
	root_release(root);
	return -1;
}

/* The tree of a bind that is to be `/`, or of none. */
static int
open_tree_of(struct root *root, const struct plan_mount *line, const struct mounts_root *what,
	struct report *report)
{
	if (!line)
		return ownership_open_root(root, what->path, report);
	if (!mounts_lacks_source(line))
		return ownership_open_root(root, line->source, report);
	report_mend(report, "put a tree there, or correct the line for /");
	return report_error(report, ENOENT, "cannot open the root %s", line->source);
}

int
mounts_make_root(struct root *root, const struct plan *plan, const struct mounts_root *what,
	struct mounted *host, struct filesystem_stage *stage, struct report *report)
{
	const struct plan_mount *line = plan->root;
	struct mount_change change = {
		.set = what->allow_setuid ? 0 : MOUNT_ATTR_NOSUID, .recursive = true};

	if (line && !line->is_bind)
		return adopt_filesystem(root, line, what, &change, stage, report);
	change.propagation = what->is_private ? MS_PRIVATE : MS_SLAVE;
	if (line) {
		change.set |= line->set;
		change.clear = line->clear & ~change.set;
	}
	if (open_tree_of(root, line, what, report) < 0)
		return -1;
	if (clone_tree(root, line, &change, host, report) == 0)
		return 0;
	root_release(root);
	return -1;
}

/*
 * A user's FUSE answers nobody else, the superuser included; who asks for nothing learns what the
 * kernel itself knows (fuse_getattr()). What can be mounted by users is a directory.
 */
static int
look_at_others(int fd, struct statx *found)
{
	if (errno != EACCES || statx(fd, "", AT_EMPTY_PATH, 0, found) < 0)
		return -1;
	found->stx_mode = S_IFDIR;
	found->stx_ino = 0;
	return 0;
}

static int
make_line(const struct plan_mount *line, struct mounts_line *made, uint64_t *id,
	struct mounted *host, struct filesystem_stage *stage, struct report *report)
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
		look_at_others(made->fd, &found) < 0)
		return report_error(report, errno, "cannot look at %s", line->source);
	made->is_directory = S_ISDIR(found.stx_mode);
	made->device = makedev(found.stx_dev_major, found.stx_dev_minor);
	made->inode = found.stx_ino;
	/* by which what is attached below it is known not to be on the root's own tree */
	*id = found.stx_mnt_id;
	return 0;
}

int
mounts_make(struct mounts *mounts, const struct plan *plan, const bool *keeps, struct mounted *host,
	struct filesystem_stage *stage, struct report *report)
{
	/* one more, so that none is not NULL */
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

int
mounts_make_room(const struct plan *plan, const struct root *root, struct report *report)
{
	struct mounted here;
	struct libmnt_iter *each = NULL;
	struct libmnt_fs *mount;

	if (!root->has_mounts)
		return 0;
	if (mounted_read_here(&here, root->names) < 0)
		return report_error(report, errno, "cannot read what is mounted in %s", root->path);
	each = mnt_new_iter(MNT_ITER_BACKWARD);
	while (each && mnt_table_next_fs(here.table, each, &mount) == 0) {
		const char *place = mnt_fs_get_target(mount);

		for (size_t i = 0; i < plan->count; i++)
			if (plan_is_at_or_below(place, plan->mounts[i].target)) {
				mount_detach(place); /* or it went with the one above it */
				break;
			}
	}
	mnt_free_iter(each);
	mounted_release(&here);
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
	char path[2 * PATH_MAX];
	int error = errno;

	snprintf(path, sizeof(path), "%s%s", root->path, line->target);
	if (error == ENOENT && !plan_is_nested(plan, index))
		report_mend(report, "%s %s", directory ? "mkdir -p" : "touch",
			report_word(report, path));
	else if (error == ENOENT)
		report_mend(report, "make it below the source of the line above it, or add nofail");
	return report_error(report, error, "cannot open the mount point %s", path);
}

/* A mount covers only what is of its kind, and a link counts as a file. */
static int
unlike(const struct plan_mount *line, const struct root *root, mode_t mode, struct report *report)
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
 * Judges the target of a line, and notes its place before it is covered: the kernel calls it the
 * same afterwards. known: the place, where the target is a mount, which is called after its source.
 */
static int
accept_target(struct mounts *mounts, const struct plan *plan, size_t index, const struct root *root,
	int target, const char *known, struct report *report)
{
	const struct plan_mount *line = &plan->mounts[index];
	struct mounts_line *made = &mounts->lines[index];
	char place[PATH_MAX];
	mode_t mode;

	if (ownership_judge_target(
		    root, line->target, target, mounts->ids, mounts->count, &mode, report) < 0)
		return -1;
	if (made->is_directory != S_ISDIR(mode))
		return unlike(line, root, mode, report);
	/* right below the top there is no link that could lead elsewhere */
	if (!known && !strchr(line->target + 1, '/'))
		known = line->target;
	if (!known)
		known = root_name_of(root, target, place, sizeof(place));
	free(made->place);
	made->place = known[0] == '/' ? strdup(known) : NULL;
	return made->place ? 0
			   : report_error(report, errno, "cannot find out where %s%s is",
				     root->path, line->target);
}

/* The target of a line, made where it shall be, and judged: 1 when it is open, 0 when the line is
 * to be passed over, -1 with the error said. */
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
		       : cannot_open_target(plan, index, directory, root, report);
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
	const struct root *root, int old, const char *place, struct report *report)
{
	bool is_beneath;

	if (accept_target(mounts, plan, index, root, old, place, report) < 0)
		return -1;
	/* Linux before 6.5 does not know it, and no kernel takes it for every pair of mounts */
	is_beneath = mount_attach_beneath(mounts->lines[index].fd, old) == 0;
	if (mount_take_off(old, root->names) < 0)
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

void
mounts_release(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		cleanup_fd_release(&mounts->lines[i].fd);
		free(mounts->lines[i].place);
	}
	free(mounts->lines);
	free(mounts->ids);
	*mounts = (struct mounts){0};
}
