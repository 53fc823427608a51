/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ownership.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/mounted.h"
#include "superuser/root.h"

#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <linux/loop.h>

static bool
is_writable_by_others(const struct stat *found)
{
	return found->st_mode & (S_IWGRP | S_IWOTH);
}

/* next: what the path names in the directory, or NULL where the path ends. */
static bool
is_trustworthy(const struct stat *directory, const struct stat *next)
{
	if (directory->st_uid != 0)
		return false;
	if (!is_writable_by_others(directory))
		return true;
	return directory->st_mode & S_ISVTX && next && next->st_uid == 0;
}

static const char why[] = "who could replace what everyone inside relies on";

/* advice: what follows the reason, or "". */
static int
say_untrustworthy(
	const char *what, const struct stat *found, const char *advice, struct report *report)
{
	if (found->st_uid != 0)
		return report_error(report, 0, "%s belongs to user %u, %s%s", what,
			(unsigned)found->st_uid, why, advice);
	return report_error(report, 0, "%s can be written by others (mode %04o), %s%s", what,
		(unsigned)found->st_mode & 07777, why, advice);
}

/* A file that belongs to a user has what that user put there, and may be open for writing. */
static void
mend_owner(const char *path, const struct stat *found, struct report *report)
{
	const char *word = report_word(report, path);

	if (S_ISLNK(found->st_mode))
		report_mend(report, "chown -h root %s", word);
	else if (found->st_uid == 0)
		report_mend(report, "chmod go-w %s", word);
	else if (is_writable_by_others(found))
		report_mend(report, "chown root %s && chmod go-w %s # if you trust what is in it",
			word, word);
	else
		report_mend(report, "chown root %s # if you trust what is in it", word);
}

/* Returns the name of a filesystem that shows the owners and modes it was mounted with (mount(8),
 * uid= and umask=), or NULL for any other. */
static const char *
ownerless_type(int tree)
{
	/* linux/magic.h and the drivers; ntfs-3g and exfat-fuse are FUSE */
	static const struct {
		uint32_t magic;
		const char *name;
	} types[] = {{0x4d44, "vfat"}, {0x2011bab0, "exfat"}, {0x7366746e, "ntfs3"},
		{0x5346544e, "ntfs"}, {0x65735546, "FUSE"}};
	struct statfs found;

	if (fstatfs(tree, &found) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if ((uint32_t)found.f_type == types[i].magic)
			return types[i].name;
	return NULL;
}

/* Counts the usual directories that a tree has at its top: those of a user, or with NULL all. */
static size_t
count_names(int tree, const uid_t *user)
{
	static const char *const names[] = {"bin", "etc", "lib", "sbin", "usr", "var"};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct stat found;

		if (fstatat(tree, names[i], &found, AT_SYMLINK_NOFOLLOW) == 0)
			count += !user || found.st_uid == *user;
	}
	return count;
}

/* True if several of them belong to the user: then it is the unpacking that went wrong, and a
 * change of one directory after the other would only hide it. */
static bool
is_unpacked_by(int tree, uid_t user)
{
	return count_names(tree, &user) >= 2;
}

int
ownership_refuse(int tree, const char *top, const char *what, const char *path,
	const struct stat *found, struct report *report)
{
	const char *type = ownerless_type(tree);
	uid_t user = found->st_uid;

	if (type && (strcmp(type, "FUSE") != 0 || (user != 0 && is_unpacked_by(tree, user))))
		return report_error(report, 0,
			"%s lies on a %s filesystem, which shows everything there with one owner "
			"and one mode: unpack the tree on one that keeps them, such as ext4, xfs "
			"or btrfs",
			top, type);
	if (user != 0 && is_unpacked_by(tree, user))
		return report_error(report, 0,
			"%s was unpacked by user %u, or with shifted uids, and the superuser who "
			"enters would run what that user can change: unpack it again as the "
			"superuser, by tar xpf ARCHIVE --numeric-owner -C NEW_DIRECTORY or "
			"debootstrap",
			top, (unsigned)user);
	/* a change of /tmp is no mend: what leads through it is wrong */
	if (path && !(S_ISDIR(found->st_mode) && found->st_mode & S_ISVTX))
		mend_owner(path, found, report);
	return say_untrustworthy(what, found, "", report);
}

/* A walk along a path, one component at a time, each judged by the descriptor it was opened as. */
struct walk {
	const struct root *root; /* borrowed */
	struct report *report; /* borrowed */
	const char *path; /* borrowed; as it was written */
	bool is_part; /* of what the line for `/` is made of, be it no directory; else the root */
	bool is_missing; /* the part, and only the superuser can make it */
	int here; /* owned */
	char rest[PATH_MAX]; /* what is still to go */
	unsigned links;
};

static int
walk_error(const struct walk *walk, int error)
{
	if (walk->is_part)
		return report_error(
			walk->report, error, "cannot look at %s, which / is made of", walk->path);
	if (error == ENOENT)
		report_mend(walk->report, "put a tree there, or set root= to where it is");
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

/* True if the directory is the superuser's alone, and has nothing called like the last component of
 * path; whole becomes the path that it would have there. mount: the only one it may lie on, 0 for
 * any. */
static bool
is_better_place(const char *directory, const char *path, uint64_t mount, char *whole, size_t size)
{
	const char *last = strrchr(path, '/');
	struct statx place;
	struct stat found;

	if (!last || snprintf(whole, size, "%s%s", directory[1] == '\0' ? "" : directory, last) >=
			     (int)size)
		return false;
	return lstat(directory, &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == 0 &&
	       !is_writable_by_others(&found) &&
	       statx(AT_FDCWD, directory, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &place) == 0 &&
	       (mount == 0 || place.stx_mnt_id == mount) && lstat(whole, &found) < 0 &&
	       errno == ENOENT;
}

/* above: another directory to try. False where there is none. */
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
 * The command that brings what is named below a directory of the superuser's: only where it lies in
 * the directory that is wrong, whose owner could put a link into a longer way at any time, and has
 * nothing mounted below, since mv(1) copies and removes where rename(2) does not do. wrong: that
 * directory's path.
 */
static void
mend_place(const struct walk *walk, const char *wrong, const char *name)
{
	struct report *report = walk->report;
	char path[2 * PATH_MAX], place[PATH_MAX];
	struct mounted mounted = {0};
	const char *from, *to, *slash = strrchr(wrong, '/');
	cleanup_free char *above = slash ? strndup(wrong, (size_t)(slash - wrong)) : NULL;
	struct statx found;
	bool is_alone;

	if (!above || wrong[0] != '/' || name[0] == '\0' || strchr(name, '/') ||
		strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	snprintf(path, sizeof(path), "%s%s%s", wrong, wrong[1] == '\0' ? "" : "/", name);
	/* moved, what is not the superuser's itself would be refused again */
	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MNT_ID, &found) < 0 ||
		S_ISLNK(found.stx_mode) || found.stx_attributes & STATX_ATTR_MOUNT_ROOT ||
		!find_better_place(
			*above ? above : "/", path, found.stx_mnt_id, place, sizeof(place)) ||
		mounted_read(&mounted, report) < 0)
		return;
	is_alone = !mounted_has_below(&mounted, path);
	mounted_release(&mounted);
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
 * Something above the root, or above a part of it, that is not the superuser's alone: another needs
 * it as it is, so no change of it is advised. wrong: its path; rest: what is named in it.
 */
static int
refuse_above(const struct walk *walk, const char *wrong, const struct stat *found, const char *rest)
{
	cleanup_fd int thing = open(walk->path, O_PATH | O_CLOEXEC);
	cleanup_free char *leads = NULL;
	struct stat there = {.st_uid = (uid_t)-1};
	char what[3 * PATH_MAX];

	if (thing >= 0 && fstat(thing, &there) == 0 && there.st_uid != 0 &&
		is_unpacked_by(thing, there.st_uid))
		return ownership_refuse(thing, walk->path, walk->path, NULL, &there, walk->report);
	if (S_ISLNK(found->st_mode) && (leads = realpath(wrong, NULL)))
		return report_error(walk->report, 0,
			"%s, on the way to %s, is a link of user %u, %s: name %s itself", wrong,
			walk->path, (unsigned)found->st_uid, why, leads);
	if (there.st_uid == 0)
		mend_place(walk, wrong, rest);
	snprintf(what, sizeof(what), "%s, on the way to %s,", wrong, walk->path);
	return say_untrustworthy(what, found,
		walk->report->mending ? "" : ": move it below directories of the superuser's",
		walk->report);
}

/* Refuses a step from the directory that the walk has reached. next: the thing that name is there,
 * or NULL for none. */
static int
refuse_step(
	const struct walk *walk, const struct stat *here, const char *name, const struct stat *next)
{
	char text[PATH_MAX], wrong[PATH_MAX + NAME_MAX + 2];
	const char *path = root_name_of(walk->root, walk->here, text, sizeof(text));
	const char *rest = walk->rest + strspn(walk->rest, "/");

	/* in a sticky directory it is the next component that is wrong, and /tmp that is right */
	if (here->st_uid != 0 || !(here->st_mode & S_ISVTX) || !next)
		return refuse_above(walk, path, here, rest);
	rest += strlen(name);
	rest += strspn(rest, "/");
	snprintf(wrong, sizeof(wrong), "%s%s%s", path, path[1] == '\0' ? "" : "/", name);
	return refuse_above(walk, wrong, next, rest);
}

/* A user's file can be open for writing already, so a change of its owner would not do. */
static int
refuse_file(const struct walk *walk, const char *path, const struct stat *found)
{
	struct report *report = walk->report;
	char place[PATH_MAX];

	if (found->st_uid != 0 && S_ISREG(found->st_mode) &&
		find_better_place("/var", path, 0, place, sizeof(place)))
		report_mend(report,
			"install -m 600 %s %s # if you trust what is in it, and name that in the "
			"line for /",
			report_word(report, path), report_word(report, place));
	else if (found->st_uid == 0 && S_ISREG(found->st_mode))
		mend_owner(path, found, report);
	return say_untrustworthy(path, found, "", report);
}

/* Refuses the thing that the whole path leads to. */
static int
refuse_end(const struct walk *walk, const struct stat *found)
{
	char name[PATH_MAX];
	const char *path = root_name_of(walk->root, walk->here, name, sizeof(name));
	/* a user's home, say, is no tree to be taken over */
	bool is_tree = walk->is_part || count_names(walk->here, NULL) > 0;

	if (!S_ISDIR(found->st_mode))
		return refuse_file(walk, path, found);
	return ownership_refuse(walk->here, path, path, is_tree ? path : NULL, found, walk->report);
}

static bool
is_last(const char *rest)
{
	return rest[strspn(rest, "/")] == '\0';
}

/* One component. 1 when there is none left. */
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
		if (!is_trustworthy(&here, NULL))
			return refuse_step(walk, &here, name, NULL);
		walk->is_missing = true;
		return -1;
	}
	if (!is_trustworthy(&here, &next)) {
		/* in a sticky directory the tree itself is what is wrong */
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
	/* the group of a block device is `disk`, which reads and writes every filesystem anyway */
	if (S_ISBLK(found.st_mode))
		found.st_mode &= ~(mode_t)S_IWGRP;
	return is_trustworthy(&found, NULL) ? 0 : refuse_end(walk, &found);
}

/* Walks from the host's `/`. Returns a descriptor of where the path leads, or -1 after reporting
 * the error, or with walk->is_missing set. */
static int
walk_path(struct walk *walk, struct root *root)
{
	int fd = -1;

	*root = (struct root){.tree = -1};
	root->names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	walk->root = root;
	walk->here = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->names < 0 || walk->here < 0)
		report_error(walk->report, errno, "cannot open %s",
			root->names < 0 ? "/proc/self/fd" : "/");
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

/* The file that a loop device, or a partition of one, shows; loop(4), sysfs-block. NULL for any
 * other device. */
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

/* True if the loop device shows that very file, wherever its path was looked up: loop(4). False for
 * a partition too, which does not answer. */
static bool
shows(const char *device, const struct stat *file)
{
	cleanup_fd int fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct loop_info64 info;

	return fd >= 0 && ioctl(fd, LOOP_GET_STATUS64, &info) == 0 &&
	       info.lo_device == (uint64_t)file->st_dev && info.lo_inode == file->st_ino;
}

/* behind: the device that shows the file at path, or NULL. */
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
	/* the mount says what is missing, in words that fit */
	if (fd < 0 && (!walk.is_missing || !behind))
		return walk.is_missing ? 0 : -1;
	if (fd >= 0 && fstat(fd, &found) < 0)
		return report_error(report, errno, "cannot look at %s", path);
	if (behind && (fd < 0 || !S_ISREG(found.st_mode) || !shows(behind, &found)))
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

int
ownership_adopt_root(struct root *root, int tree, const char *path, const char *what,
	const char *mend, struct report *report)
{
	char top[PATH_MAX];
	struct stat found;

	*root = (struct root){.tree = tree};
	root->names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	root->path = strdup(path);
	if (root->names < 0 || !root->path || fstat(tree, &found) < 0)
		report_error(report, errno, "cannot open the root %s", path);
	else if (!S_ISDIR(found.st_mode))
		report_error(report, 0, "what is to be mounted on / is no directory");
	else if (is_trustworthy(&found, NULL))
		return 0;
	else {
		snprintf(top, sizeof(top), "the top directory of %s", what);
		report_mend(report, "%s", mend);
		say_untrustworthy(top, &found, "", report);
	}
	root_release(root);
	return -1;
}

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
untrustworthy_inside(const struct root *root, int fd, const struct stat *found, const char *next,
	struct report *report)
{
	char inside[PATH_MAX], path[2 * PATH_MAX + NAME_MAX];
	const char *name = root_name_of(root, fd, inside, sizeof(inside));
	const char *top = strcmp(name, "/") == 0 ? "" : name;

	/* in a sticky directory it is the next component that is wrong */
	if (found->st_uid == 0 && found->st_mode & S_ISVTX && next) {
		snprintf(path, sizeof(path), "%s%s/%s", root->path, top, next);
		if (root->is_of_host)
			report_mend(report, "chown -h root %s", report_word(report, path));
		return report_error(report, 0,
			"%s does not belong to the superuser but to somebody %s", path, why);
	}
	snprintf(path, sizeof(path), "%s%s", root->path, top);
	return ownership_refuse(
		root->tree, root->path, path, root->is_of_host ? path : NULL, found, report);
}

/*
 * From the directory of the last component up to the top. What is wrong on the way is said only
 * when the top is reached: a mount of the plan in between means that all below it is the host's own
 * matter, and what is above was judged when that mount was attached. next: what last is in here.
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
		if (wrong < 0 && !is_trustworthy(&found, &next)) {
			wrong = fcntl(here, F_DUPFD_CLOEXEC, 3);
			wrong_found = found;
			is_last_wrong = first;
		}
		if (is_same(&found, &top))
			return wrong < 0 ? 0
					 : untrustworthy_inside(root, wrong, &wrong_found,
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

/* The arguments of one judgement. */
struct judgement {
	const struct root *root; /* borrowed */
	const uint64_t *foreign; /* borrowed */
	size_t count;
	struct report *report; /* borrowed */
	const char *path; /* borrowed; as a whole */
	int target; /* borrowed; what it leads to */
	unsigned links; /* followed so far */
};

/*
 * A link on a mount of the host's is the host's own matter if it leads to such a mount too. But
 * into the tree it must not lead, where its owner would choose the place.
 */
static bool
leads_to_foreign_mount(const struct judgement *judgement)
{
	const char *last;
	cleanup_fd int parent = root_open_parent(judgement->root, judgement->path, 0, &last);

	return parent >= 0 && is_on_foreign_mount(parent, judgement->foreign, judgement->count) &&
	       is_on_foreign_mount(judgement->target, judgement->foreign, judgement->count);
}

/* The directory that holds the last component of the path. *found becomes what the component is. */
static int
judge_component(
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

/* Where the link at path leads, as a path from the top; without slashes at the end. */
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
 * A link on the way leads where the owner of its directory wants, and so does a link on the way
 * that it leads itself: each directory that holds one is judged. whole: the last component may be
 * one.
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
		if (judge_component(judgement, path, true, &found) < 0)
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

/* The short way for a target right below the top, which no link can be on. */
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
	return is_trustworthy(&top, found)
		       ? 0
		       : untrustworthy_inside(root, root->tree, &top, last, judgement->report);
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
	return judge_component(judgement, copy, false, found);
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
	/* what was judged is what will be mounted on, whatever was moved in between */
	if (fstat(target, &opened) == 0 && is_same(&opened, &found)) {
		*mode = found.st_mode;
		return 0;
	}
	return report_error(
		report, 0, "the mount point %s%s changed while it was looked at", root->path, path);
}

/* As much of path as is there; "" for the top alone. */
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
	/* what is made there will be the superuser's */
	const struct stat made = {.st_uid = 0};
	struct judgement judgement = {.root = root, .report = report, .path = path, .target = -1};
	cleanup_free char *there = strdup(path);
	cleanup_fd int directory = -1;

	if (!there)
		return report_error(report, ENOMEM, "cannot look at %s%s", root->path, path);
	cut_to_existing(root, there);
	directory = root_open_inside(
		root->tree, there[0] == '\0' ? "/" : there, O_DIRECTORY, RESOLVE_IN_ROOT);
	/* why nothing can be made there is said by who tries */
	if (directory < 0)
		return 0;
	if (there[0] != '\0' && judge_links(&judgement, there, true) < 0)
		return -1;
	return judge_upwards(
		root, directory, path + strlen(there) + 1, made, foreign, count, report);
}
