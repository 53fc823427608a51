#include "ownership.h"

#include "cleanup.h"
#include "report.h"
#include "root.h"
#include "syscalls.h"

#include <limits.h>
#include <string.h>

#define LINKS 40 /* as many as the kernel follows, path_resolution(7) */

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

static int
say_untrustworthy(const char *what, const struct stat *found, struct report *report)
{
	if (found->st_uid != 0)
		return report_error(
			report, 0, "%s belongs to user %u, %s", what, (unsigned)found->st_uid, why);
	return report_error(report, 0, "%s can be written by others (mode %04o), %s", what,
		(unsigned)found->st_mode & 07777, why);
}

/* In a sticky directory it is the next component that is wrong, and /tmp that is right. */
static int
untrustworthy(const char *path, const struct stat *found, const char *next, struct report *report)
{
	char whole[2 * PATH_MAX];

	if (found->st_uid == 0 && found->st_mode & S_ISVTX && next) {
		snprintf(whole, sizeof(whole), "%s%s%s", path, path[1] == '\0' ? "" : "/", next);
		report_mend(report, "chown -h root:root %s", report_word(report, whole));
		return report_error(report, 0,
			"%s does not belong to the superuser but to somebody %s", whole, why);
	}
	report_mend(report, "chown root:root %s && chmod go-w %s", report_word(report, path),
		report_word(report, path));
	return say_untrustworthy(path, found, report);
}

/* A walk along a path, one component at a time, each judged by the descriptor it was opened as. */
struct walk {
	const struct root *root; /* borrowed */
	struct report *report; /* borrowed */
	const char *path; /* borrowed; as it was written */
	int here; /* owned */
	char rest[PATH_MAX]; /* what is still to go */
	unsigned links;
};

static int
walk_error(const struct walk *walk, int error)
{
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

/* Puts what the link names in its place. */
static int
walk_link(struct walk *walk, const char *name, const char *behind)
{
	char target[PATH_MAX], whole[PATH_MAX];
	ssize_t length = readlinkat(walk->here, name, target, sizeof(target) - 1);

	if (length < 0)
		return -1;
	target[length] = '\0';
	errno = ELOOP;
	if (++walk->links > LINKS)
		return -1;
	errno = ENAMETOOLONG;
	if (snprintf(whole, sizeof(whole), "%s/%s", target, behind) >= (int)sizeof(whole))
		return -1;
	memcpy(walk->rest, whole, sizeof(whole));
	return target[0] == '/' ? walk_move(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) : 0;
}

/* One component. 1 when there is none left. */
static int
walk_step(struct walk *walk)
{
	const char *begin = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(begin, "/");
	char name[NAME_MAX + 1], path[PATH_MAX];
	struct stat here, next;

	if (length == 0)
		return 1;
	if (length > NAME_MAX)
		return walk_error(walk, ENAMETOOLONG);
	snprintf(name, sizeof(name), "%.*s", (int)length, begin);
	if (fstat(walk->here, &here) < 0 ||
		fstatat(walk->here, name, &next, AT_SYMLINK_NOFOLLOW) < 0)
		return walk_error(walk, errno);
	if (!is_trustworthy(&here, &next))
		return untrustworthy(root_name_of(walk->root, walk->here, path, sizeof(path)),
			&here, name, walk->report);
	if (S_ISLNK(next.st_mode))
		return walk_link(walk, name, begin + length) < 0 ? walk_error(walk, errno) : 0;
	if (walk_move(walk, root_open_inside(walk->here, name, O_NOFOLLOW | O_DIRECTORY, 0)) < 0)
		return walk_error(walk, errno);
	memmove(walk->rest, begin + length, strlen(begin + length) + 1);
	return 0;
}

static int
walk_whole(struct walk *walk)
{
	char path[PATH_MAX];
	struct stat found;
	int result;

	while ((result = walk_step(walk)) == 0)
		continue;
	if (result < 0)
		return -1;
	if (fstat(walk->here, &found) < 0)
		return walk_error(walk, errno);
	if (!is_trustworthy(&found, NULL))
		return untrustworthy(root_name_of(walk->root, walk->here, path, sizeof(path)),
			&found, NULL, walk->report);
	return 0;
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
	struct walk walk = {.root = root, .report = report, .path = path};

	*root = (struct root){.tree = -1};
	root->names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	walk.here = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->names < 0 || walk.here < 0)
		report_error(
			report, errno, "cannot open %s", root->names < 0 ? "/proc/self/fd" : "/");
	else if (snprintf(walk.rest, sizeof(walk.rest), "%s", path) >= (int)sizeof(walk.rest))
		walk_error(&walk, ENAMETOOLONG);
	else if (walk_whole(&walk) == 0)
		root->tree = steal_fd(&walk.here);
	cleanup_fd_release(&walk.here);
	if (root->tree >= 0 && name_root(root, path, report) == 0)
		return 0;
	root_release(root);
	return -1;
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
		say_untrustworthy(top, &found, report);
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
	char inside[PATH_MAX], path[2 * PATH_MAX];
	const char *name = root_name_of(root, fd, inside, sizeof(inside));

	snprintf(path, sizeof(path), "%s%s", root->path, strcmp(name, "/") == 0 ? "" : name);
	return untrustworthy(path, found, next, report);
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

/* What a judgement is made by. */
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
			if (++judgement->links > LINKS ||
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
