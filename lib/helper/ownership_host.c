/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ownership_host.h"

#include "common/cleanup.h"
#include "common/owner.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/mountinfo.h"
#include "helper/ownership.h"
#include "superuser/report_word.h"
#include "superuser/root.h"

#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include <linux/loop.h>

/* A walk along a path that judges each component by its open descriptor. */
struct walk {
	const struct root *root; /* borrowed */
	struct report *report; /* borrowed */
	const char *path; /* borrowed; as it was written */
	bool is_part; /* of the line for `/`, perhaps no directory; else the root */
	bool is_missing; /* the part, and only the superuser can make it */
	int here; /* owned */
	char rest[PATH_MAX]; /* components left */
	unsigned links;
};

static int
walk_error(const struct walk *walk, int error)
{
	if (walk->is_part)
		return report_error(
			walk->report, error, "cannot look at %s, which / is made of", walk->path);
	if (error == ENOENT)
		return report_error(walk->report, 0,
			"cannot open the root %s: %s; put a tree there, or set root= to where it is",
			walk->path, strerror(error));
	return report_error(walk->report, error, "cannot open the root %s", walk->path);
}

static int
walk_move(struct walk *walk, int to)
{
	if (to < 0)
		return -1;
	close(walk->here);
	walk->here = to;
	return 0;
}

static int
walk_link(struct walk *walk, const char *name, const char *behind)
{
	int result;

	errno = ELOOP;
	if (++walk->links > ROOT_LINKS)
		return -1;
	result = root_follow(walk->here, name, behind, walk->rest);
	return result > 0 ? walk_move(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) : result;
}

/*
 * True if only the superuser can write to the directory, and path's last component is free there;
 * whole receives the path. mount: that it must lie on, 0 for any.
 */
static bool
is_better_place(const char *directory, const char *path, uint64_t mount, char *whole, size_t size)
{
	const char *last = strrchr(path, '/');
	struct statx place;
	struct stat found;

	if (!last || snprintf(whole, size, "%s%s", directory[1] == '\0' ? "" : directory, last) >=
			     (int)size)
		return false;
	return lstat(directory, &found) == 0 && S_ISDIR(found.st_mode) &&
	       owner_is_superuser_alone(found.st_uid, found.st_mode) &&
	       statx(AT_FDCWD, directory, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &place) == 0 &&
	       (mount == 0 || place.stx_mnt_id == mount) && lstat(whole, &found) < 0 &&
	       errno == ENOENT;
}

static bool
find_better_place(const char *above, const char *path, uint64_t mount, char *whole, size_t size)
{
	const char *const places[] = {"/opt", "/srv", above};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (is_better_place(places[i], path, mount, whole, size))
			return true;
	return false;
}

/*
 * Advises to move name from the unsafe directory wrong to one of the superuser's. Not from further
 * below, because the owner of wrong could put a link on the way at any time. Not with mounts below,
 * because mv(1) copies and removes where rename(2) fails.
 */
static void
mend_place(const struct walk *walk, const char *wrong, const char *name)
{
	struct report *report = walk->report;
	char path[2 * PATH_MAX], place[PATH_MAX];
	struct mountinfo mountinfo = {0};
	const char *from, *to, *slash = strrchr(wrong, '/');
	cleanup_free char *above = slash ? strndup(wrong, (size_t)(slash - wrong)) : NULL;
	struct statx found;
	bool is_alone;

	if (!above || wrong[0] != '/' || name[0] == '\0' || strchr(name, '/') ||
		strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	snprintf(path, sizeof(path), "%s%s%s", wrong, wrong[1] == '\0' ? "" : "/", name);
	/* a move of a link or a mount point moves no tree */
	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MNT_ID, &found) < 0 ||
		S_ISLNK(found.stx_mode) || found.stx_attributes & STATX_ATTR_MOUNT_ROOT ||
		!find_better_place(
			*above ? above : "/", path, found.stx_mnt_id, place, sizeof(place)) ||
		mountinfo_read(&mountinfo, report) < 0)
		return;
	is_alone = !mountinfo_has_below(&mountinfo, path);
	mountinfo_release(&mountinfo);
	if (!is_alone)
		return;
	from = report_word(report, path);
	to = report_word(report, place);
	if (walk->is_part)
		report_mend(report, "mv %s %s # and name that in the line for /", from, to);
	else
		report_mend(report, "mv %s %s # and set root= to that", from, to);
}

/*
 * Refuses a directory or link above the root or a part. Others may need it as it is, so no change
 * is advised. wrong: its path. rest: the path below it.
 */
static int
refuse_above(const struct walk *walk, const char *wrong, const struct stat *found, const char *rest)
{
	cleanup_fd int thing = open(walk->path, O_PATH | O_CLOEXEC);
	cleanup_free char *leads = NULL;
	struct stat there = {.st_uid = (uid_t)-1};
	char what[3 * PATH_MAX];

	if (thing >= 0 && fstat(thing, &there) == 0 && there.st_uid != 0 &&
		ownership_is_unpacked_by(thing, there.st_uid))
		return ownership_refuse(thing, walk->path, walk->path, NULL, &there, walk->report);
	if (S_ISLNK(found->st_mode) && (leads = realpath(wrong, NULL)))
		return report_error(walk->report, 0,
			"%s, on the way to %s, is a link of user %u, %s: name %s itself", wrong,
			walk->path, (unsigned)found->st_uid, ownership_why, leads);
	if (there.st_uid == 0)
		mend_place(walk, wrong, rest);
	snprintf(what, sizeof(what), "%s, on the way to %s,", wrong, walk->path);
	return ownership_report(what, found,
		walk->report->mending ? "" : ": move it below directories of the superuser's",
		walk->report);
}

/* Refuses a step from where the walk is. next: the status of name there, or NULL. */
static int
refuse_step(
	const struct walk *walk, const struct stat *here, const char *name, const struct stat *next)
{
	char text[PATH_MAX], wrong[PATH_MAX + NAME_MAX + 2];
	const char *path = root_name_of(walk->root, walk->here, text, sizeof(text));
	const char *rest = walk->rest + strspn(walk->rest, "/");

	/* a sticky directory such as /tmp is right, the next component wrong */
	if (here->st_uid != 0 || !(here->st_mode & S_ISVTX) || !next)
		return refuse_above(walk, path, here, rest);
	rest += strlen(name);
	rest += strspn(rest, "/");
	snprintf(wrong, sizeof(wrong), "%s%s%s", path, path[1] == '\0' ? "" : "/", name);
	return refuse_above(walk, wrong, next, rest);
}

/* Refuses a file. A user's file may be open for writing, so a new owner would not do. */
static int
refuse_file(const struct walk *walk, const char *path, const struct stat *found)
{
	struct report *report = walk->report;
	char place[PATH_MAX];

	if (found->st_uid != 0 && S_ISREG(found->st_mode) &&
		find_better_place("/var", path, 0, place, sizeof(place)))
		report_mend(report,
			"install -m 600 %s %s # if you trust what is in it, and name that in the line for /",
			report_word(report, path), report_word(report, place));
	else if (found->st_uid == 0 && S_ISREG(found->st_mode))
		ownership_mend(path, found, report);
	return ownership_report(path, found, "", report);
}

static int
refuse_end(const struct walk *walk, const struct stat *found)
{
	char name[PATH_MAX];
	const char *path = root_name_of(walk->root, walk->here, name, sizeof(name));
	/* a directory that is no tree, a home say, is not to be taken over */
	bool is_tree = walk->is_part || ownership_count_names(walk->here, NULL) > 0;

	if (!S_ISDIR(found->st_mode))
		return refuse_file(walk, path, found);
	return ownership_refuse(walk->here, path, path, is_tree ? path : NULL, found, walk->report);
}

static bool
is_last(const char *rest)
{
	return rest[strspn(rest, "/")] == '\0';
}

/* Takes a step. Returns 0, 1 at the end, or -1 as walk_path. */
static int
walk_step(struct walk *walk)
{
	const char *begin = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(begin, "/");
	char name[NAME_MAX + 1];
	struct stat here, next;
	int type = O_DIRECTORY;

	if (length == 0)
		return 1;
	if (length > NAME_MAX)
		return walk_error(walk, ENAMETOOLONG);
	snprintf(name, sizeof(name), "%.*s", (int)length, begin);
	if (fstat(walk->here, &here) < 0)
		return walk_error(walk, errno);
	if (fstatat(walk->here, name, &next, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT || !walk->is_part)
			return walk_error(walk, errno);
		if (!ownership_is_safe(&here, NULL))
			return refuse_step(walk, &here, name, NULL);
		walk->is_missing = true;
		return -1;
	}
	if (!ownership_is_safe(&here, &next)) {
		/* here the tree itself is wrong */
		if (here.st_uid == 0 && here.st_mode & S_ISVTX && is_last(begin + length) &&
			!S_ISLNK(next.st_mode) &&
			walk_move(walk, root_open_inside(walk->here, name, O_NOFOLLOW, 0)) == 0)
			return refuse_end(walk, &next);
		return refuse_step(walk, &here, name, &next);
	}
	if (S_ISLNK(next.st_mode))
		return walk_link(walk, name, begin + length) < 0 ? walk_error(walk, errno) : 0;
	if (walk->is_part && is_last(begin + length))
		type = 0;
	if (walk_move(walk, root_open_inside(walk->here, name, O_NOFOLLOW | type, 0)) < 0)
		return walk_error(walk, errno);
	memmove(walk->rest, begin + length, strlen(begin + length) + 1);
	return 0;
}

static int
walk_whole(struct walk *walk)
{
	struct stat found;
	int result;

	while ((result = walk_step(walk)) == 0)
		continue;
	if (result < 0)
		return -1;
	if (fstat(walk->here, &found) < 0)
		return walk_error(walk, errno);
	/* its group is `disk`, which can write to every filesystem anyway */
	if (S_ISBLK(found.st_mode))
		found.st_mode &= ~(mode_t)S_IWGRP;
	return ownership_is_safe(&found, NULL) ? 0 : refuse_end(walk, &found);
}

/*
 * Walks from the host's `/`. Returns a file descriptor of the path's end, or -1 after reporting the
 * error or with walk->is_missing set.
 */
static int
walk_path(struct walk *walk, struct root *root)
{
	int fd = -1;

	*root = (struct root){.tree = -1};
	root->proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	walk->root = root;
	walk->here = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->proc_fd < 0 || walk->here < 0)
		report_error(walk->report, errno, "cannot open %s",
			root->proc_fd < 0 ? "/proc/self/fd" : "/");
	else if (snprintf(walk->rest, sizeof(walk->rest), "%s", walk->path) >=
		 (int)sizeof(walk->rest))
		walk_error(walk, ENAMETOOLONG);
	else if (walk_whole(walk) == 0)
		fd = steal_fd(&walk->here);
	cleanup_fd_release(&walk->here);
	return fd;
}

static int
name_root(struct root *root, const char *path, struct report *report)
{
	char name[PATH_MAX];
	const char *found = root_name_of(root, root->tree, name, sizeof(name));

	if (found[0] != '/')
		return report_error(report, errno, "cannot find out where %s leads", path);
	if (found[1] == '\0')
		return report_error(report, 0, "%s leads to /, the host's own tree", path);
	root->path = strdup(found);
	return root->path ? 0 : report_error(report, ENOMEM, "cannot open the root %s", path);
}

int
ownership_open_root(struct root *root, const char *path, struct report *report)
{
	struct walk walk = {.path = path, .report = report};

	root->tree = walk_path(&walk, root);
	root->is_of_host = true;
	if (root->tree >= 0 && name_root(root, path, report) == 0)
		return 0;
	root_release(root);
	return -1;
}

/*
 * Returns the file of a loop device or of its partition (loop(4), sysfs-block), owned by the
 * caller; NULL for others.
 */
static char *
backing_file(const struct stat *device)
{
	static const char *const ways[] = {"loop", "../loop"};
	char path[64 + sizeof("../loop")], text[PATH_MAX];

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		cleanup_file FILE *stream = NULL;

		snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s/backing_file",
			major(device->st_rdev), minor(device->st_rdev), ways[i]);
		stream = fopen(path, "re");
		if (!stream || !fgets(text, sizeof(text), stream))
			continue;
		text[strcspn(text, "\n")] = '\0';
		return strdup(text);
	}
	return NULL;
}

/*
 * True if the loop device, or that of a partition, has that very file (loop(4)): its path may come
 * from elsewhere.
 */
static bool
is_device_of(const char *device, const struct stat *file)
{
	cleanup_fd int fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct loop_info64 info;

	return fd >= 0 && ioctl(fd, LOOP_GET_STATUS64, &info) == 0 &&
	       info.lo_device == (uint64_t)file->st_dev && info.lo_inode == file->st_ino;
}

/* Judges a part. behind: the device that shows the file at path, or NULL. */
static int
judge_part(const char *path, const char *behind, struct report *report)
{
	struct walk walk = {.path = path, .report = report, .is_part = true};
	cleanup_free char *file = NULL;
	cleanup_fd int fd = -1;
	struct root root;
	struct stat found;

	fd = walk_path(&walk, &root);
	root_release(&root);
	/* the mount reports a missing part in words that fit */
	if (fd < 0 && (!walk.is_missing || !behind))
		return walk.is_missing ? 0 : -1;
	if (fd >= 0 && fstat(fd, &found) < 0)
		return report_error(report, errno, "cannot look at %s", path);
	if (behind && (fd < 0 || !S_ISREG(found.st_mode) || !is_device_of(behind, &found)))
		return report_error(report, 0,
			"cannot judge the file of %s, which / is made of: it is not at %s", behind,
			path);
	file = S_ISBLK(found.st_mode) ? backing_file(&found) : NULL;
	return file ? judge_part(file, path, report) : 0;
}

int
ownership_judge_part(const char *path, struct report *report)
{
	return judge_part(path, NULL, report);
}
