/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/essentials_path.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/report_word.h"
#include "common/syscalls.h"
#include "helper/ownership.h"
#include "helper/plan.h"
#include "superuser/root.h"

#include <string.h>
#include <sys/xattr.h>

#define FLAGS (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

struct place {
	int directory; /* borrowed; -1: skipped */
	const char *name; /* borrowed; "" for directory itself */
};

void
essentials_path_release(struct essentials_path *walk)
{
	for (size_t i = 0; i < walk->good_count; i++)
		free(walk->good[i]);
	free(walk->good);
}

static struct place
find_place(const struct essentials *essentials, const char *path)
{
	for (size_t i = essentials->cover_count; i-- > 0;) {
		const struct essentials_cover *cover = &essentials->covers[i];

		if (plan_is_at_or_below(path, cover->mount_point)) {
			const char *below = path + strlen(cover->mount_point);

			return (struct place){cover->fd, below + (*below == '/')};
		}
	}
	return (struct place){essentials->root->tree, path + 1};
}

int
essentials_path_error(const struct essentials_path *walk, const char *path)
{
	return report_error(walk->report, errno, "cannot look at %s inside %s", path,
		walk->essentials->root->path);
}

/*
 * True if the path leads nowhere. EACCES does not say so: a user's FUSE returns it to the superuser
 * too, and may be gone a moment later.
 */
static bool
is_missing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/*
 * True if the host has the same file below root->path, on the tree's own mount and not one that
 * covers it.
 */
static bool
is_seen_on_host(const struct root *root, const struct place *place)
{
	struct statx found, top;

	return root->is_of_host && place->directory == root->tree &&
	       statx(place->directory, place->name, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &found) ==
		       0 &&
	       statx(root->tree, "", AT_EMPTY_PATH, STATX_MNT_ID, &top) == 0 &&
	       found.stx_mnt_id == top.stx_mnt_id;
}

static int
refuse(const struct essentials_path *walk, const char *path, const struct place *place,
	const struct stat *found)
{
	const struct root *root = walk->essentials->root;
	char whole[2 * PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root->path, path);
	return ownership_refuse(root->tree, root->path, whole,
		is_seen_on_host(root, place) ? whole : NULL, found, walk->report);
}

/*
 * Refuses an access control list. With one, the group bits are its mask, and owner and mode do not
 * tell which users can write (acl(5)).
 */
static int
refuse_acl(const struct essentials_path *walk, const char *path, const struct place *place)
{
	const struct root *root = walk->essentials->root;
	struct report *report = walk->report;
	char whole[2 * PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root->path, path);
	if (is_seen_on_host(root, place))
		report_mend(report, "setfacl -b %s", report_word(report, whole));
	return report_error(report, 0,
		"%s has an access control list by which others may write, and the superuser runs what is there",
		whole);
}

static bool
has_acl(const struct place *place)
{
	cleanup_fd int fd = openat(place->directory, place->name, O_RDONLY | FLAGS);

	return fd >= 0 && fgetxattr(fd, "system.posix_acl_access", NULL, 0) > 0;
}

static int
add_shared(const struct essentials_path *walk, const char *path, const struct place *place,
	gid_t group)
{
	struct essentials *essentials = walk->essentials;
	struct essentials_shared *grown;

	for (size_t i = 0; i < essentials->shared_count; i++)
		if (strcmp(essentials->shared[i].path, path) == 0)
			return 0;
	grown = reallocarray(
		essentials->shared, essentials->shared_count + 1, sizeof(*essentials->shared));
	if (!grown)
		return essentials_path_error(walk, path);
	essentials->shared = grown;
	grown += essentials->shared_count;
	*grown = (struct essentials_shared){.path = strdup(path),
		.group = group,
		.has_host_path = is_seen_on_host(essentials->root, place)};
	if (!grown->path)
		return essentials_path_error(walk, path);
	essentials->shared_count++;
	return 0;
}

static int
judge_owner(const struct essentials_path *walk, const char *path, const struct place *place,
	const struct stat *found)
{
	if (found->st_uid != 0 || (!S_ISLNK(found->st_mode) && found->st_mode & S_IWOTH))
		return refuse(walk, path, place, found);
	if (S_ISLNK(found->st_mode) || !(found->st_mode & S_IWGRP))
		return 0;
	return has_acl(place) ? refuse_acl(walk, path, place)
			      : add_shared(walk, path, place, found->st_gid);
}

/*
 * True for a sticky directory of the superuser's (/tmp, Nix's store) if the next component is the
 * superuser's: other users cannot replace that.
 */
static bool
is_safe_way(const struct place *place, const struct stat *found, const char *rest)
{
	const char *next = rest + strspn(rest, "/");
	size_t length = strcspn(next, "/");
	char path[2 * PATH_MAX];
	struct stat behind;

	if (!S_ISDIR(found->st_mode) || found->st_uid != 0 || !(found->st_mode & S_ISVTX) ||
		length == 0 || (length == 1 && next[0] == '.') ||
		(length == 2 && next[0] == '.' && next[1] == '.'))
		return false;
	snprintf(path, sizeof(path), "%s%s%.*s", place->name, *place->name ? "/" : "", (int)length,
		next);
	return fstatat(place->directory, path, &behind, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) ==
		       0 &&
	       behind.st_uid == 0;
}

static bool
is_good(const struct essentials_path *walk, const char *path)
{
	for (size_t i = 0; i < walk->good_count; i++)
		if (strcmp(walk->good[i], path) == 0)
			return true;
	return false;
}

static int
add_good(struct essentials_path *walk, const char *path)
{
	char **grown = reallocarray(walk->good, walk->good_count + 1, sizeof(*walk->good));

	if (!grown)
		return -1;
	walk->good = grown;
	grown[walk->good_count] = strdup(path);
	return grown[walk->good_count] ? (walk->good_count++, 0) : -1;
}

/* Cuts the next component off rest. Returns NULL at the end. */
static const char *
cut_component(char *rest, char *name)
{
	const char *begin = rest + strspn(rest, "/");
	size_t length = strcspn(begin, "/");

	memcpy(name, begin, length);
	name[length] = '\0';
	memmove(rest, begin + length, strlen(begin + length) + 1);
	return length > 0 ? name : NULL;
}

/*
 * Judges a component below walk->at. Returns 1 to go on, 0 if nothing is there, or -1 after
 * reporting the error.
 */
static int
judge_component(struct essentials_path *walk, const char *name, char *rest, unsigned *links)
{
	char path[PATH_MAX];
	struct place place;
	struct stat found;

	if (snprintf(path, sizeof(path), "%s/%s", walk->at, name) >= (int)sizeof(path))
		return 0;
	if (is_good(walk, path)) {
		memcpy(walk->at, path, sizeof(path));
		return 1;
	}
	place = find_place(walk->essentials, path);
	if (place.directory < 0)
		return 0;
	if (fstatat(place.directory, place.name, &found,
		    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH) < 0)
		return is_missing(errno) ? 0 : essentials_path_error(walk, path);
	if (is_safe_way(&place, &found, rest)) {
		memcpy(walk->at, path, sizeof(path));
		return 1;
	}
	if (judge_owner(walk, path, &place, &found) < 0)
		return -1;
	if (S_ISLNK(found.st_mode)) {
		int result;

		if (++*links > ROOT_LINKS)
			return 0;
		result = root_follow(place.directory, place.name, rest, rest);
		if (result < 0)
			return essentials_path_error(walk, path);
		if (result > 0)
			walk->at[0] = '\0';
		return 1;
	}
	if (S_ISDIR(found.st_mode) && add_good(walk, path) < 0)
		return essentials_path_error(walk, path);
	memcpy(walk->at, path, sizeof(path));
	return S_ISDIR(found.st_mode) || rest[strspn(rest, "/")] == '\0';
}

int
essentials_path_judge(struct essentials_path *walk, const char *path)
{
	char rest[PATH_MAX], name[PATH_MAX];
	unsigned links = 0;
	int result = 1;

	walk->at[0] = '\0';
	if (snprintf(rest, sizeof(rest), "%s", path) >= (int)sizeof(rest))
		return 0;
	while (result > 0 && cut_component(rest, name)) {
		char *last = strrchr(walk->at, '/');

		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") != 0)
			result = judge_component(walk, name, rest, &links);
		else if (last)
			*last = '\0';
	}
	return result;
}

int
essentials_path_open(const struct essentials_path *walk, int *fd)
{
	struct place place = find_place(walk->essentials, walk->at);
	struct stat found;

	if (walk->at[0] == '\0')
		return 0; /* the top directory */
	if (fstatat(place.directory, place.name, &found, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		return essentials_path_error(walk, walk->at);
	if (!S_ISREG(found.st_mode))
		return 0;
	/* a detached mount of a file has only its descriptor */
	*fd = place.name[0] == '\0' ? root_open_again(walk->essentials->root, place.directory)
				    : openat(place.directory, place.name, O_RDONLY | FLAGS);
	return *fd < 0 ? essentials_path_error(walk, walk->at) : 1;
}
