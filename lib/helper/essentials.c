/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/essentials.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/program.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/ownership.h"
#include "helper/people.h"
#include "helper/plan.h"
#include "superuser/root.h"

#include <limits.h>
#include <string.h>
#include <sys/xattr.h>

#define INTERPRETERS 4 /* one of another, as the kernel takes them: BINPRM's recursion limit */
#define FLAGS (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static const char *const listed[] = {"/usr", "/lib", "/lib32", "/lib64", "/libx32", "/libexec",
	"/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/usr/libexec", "/etc",
	"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/profile", "/etc/profile.d",
	"/etc/bash.bashrc", "/etc/ld.so.preload", "/etc/ld.so.conf", "/etc/ld.so.cache"};

/* dash(1), bash(1), zsh(1), ksh(1), mksh(1), tcsh(1), fish(1) */
static const char *const startup[] = {".profile", ".bash_profile", ".bash_login", ".bashrc",
	".bash_logout", ".zshenv", ".zprofile", ".zshrc", ".zlogin", ".kshrc", ".mkshrc", ".cshrc",
	".tcshrc", ".login", ".config/fish/config.fish"};

/* One judgement of all of the list. */
struct judgement {
	struct essentials *essentials; /* borrowed */
	struct report *report; /* borrowed */
	char **good; /* owned, as each of them; directories that have been judged */
	size_t good_count;
	char at[PATH_MAX]; /* where the last path led, without links */
};

/* Where a path without links is found. */
struct place {
	int directory; /* borrowed; -1 where it is passed over */
	const char *name; /* borrowed; "" for directory itself */
};

void
essentials_release(struct essentials *essentials)
{
	for (size_t i = 0; i < essentials->shared_count; i++)
		free(essentials->shared[i].path);
	cleanup_free_release(&essentials->shared);
	essentials->shared_count = 0;
}

static struct place
find_place(const struct essentials *essentials, const char *path)
{
	for (size_t i = essentials->cover_count; i-- > 0;) {
		const struct essentials_cover *cover = &essentials->covers[i];

		if (plan_is_at_or_below(path, cover->place)) {
			const char *below = path + strlen(cover->place);

			return (struct place){cover->fd, below + (*below == '/')};
		}
	}
	return (struct place){essentials->root->tree, path + 1};
}

static int
cannot_judge(const struct judgement *judgement, const char *path)
{
	return report_error(judgement->report, errno, "cannot look at %s inside %s", path,
		judgement->essentials->root->path);
}

/* True if the path leads nowhere. EACCES does not say that: a user's FUSE on the directory answers
 * it to the superuser too, and may be gone a moment later. */
static bool
is_missing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/* True if the host has the same thing at root->path: on the tree's own mount, and not on another
 * that is seen in its place. */
static bool
is_on_host(const struct root *root, const struct place *place)
{
	struct statx found, top;

	return root->is_of_host && place->directory == root->tree &&
	       statx(place->directory, place->name, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &found) ==
		       0 &&
	       statx(root->tree, "", AT_EMPTY_PATH, STATX_MNT_ID, &top) == 0 &&
	       found.stx_mnt_id == top.stx_mnt_id;
}

static int
refuse(const struct judgement *judgement, const char *path, const struct place *place,
	const struct stat *found)
{
	const struct root *root = judgement->essentials->root;
	char whole[2 * PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root->path, path);
	return ownership_refuse(root->tree, root->path, whole,
		is_on_host(root, place) ? whole : NULL, found, judgement->report);
}

/* acl(5): where there is a list, the bits of the group are its mask, and owner and mode do not say
 * who can write. */
static int
refuse_list(const struct judgement *judgement, const char *path, const struct place *place)
{
	const struct root *root = judgement->essentials->root;
	struct report *report = judgement->report;
	char whole[2 * PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root->path, path);
	if (is_on_host(root, place))
		report_mend(report, "setfacl -b %s", report_word(report, whole));
	return report_error(report, 0,
		"%s has an access control list by which others may write, and the superuser runs "
		"what is there",
		whole);
}

static bool
has_list(const struct place *place)
{
	cleanup_fd int fd = openat(place->directory, place->name, O_RDONLY | FLAGS);

	return fd >= 0 && fgetxattr(fd, "system.posix_acl_access", NULL, 0) > 0;
}

static int
add_shared(
	const struct judgement *judgement, const char *path, const struct place *place, gid_t group)
{
	struct essentials *essentials = judgement->essentials;
	struct essentials_shared *grown;

	for (size_t i = 0; i < essentials->shared_count; i++)
		if (strcmp(essentials->shared[i].path, path) == 0)
			return 0;
	grown = reallocarray(
		essentials->shared, essentials->shared_count + 1, sizeof(*essentials->shared));
	if (!grown)
		return cannot_judge(judgement, path);
	essentials->shared = grown;
	grown += essentials->shared_count;
	*grown = (struct essentials_shared){.path = strdup(path),
		.group = group,
		.has_host_path = is_on_host(essentials->root, place)};
	if (!grown->path)
		return cannot_judge(judgement, path);
	essentials->shared_count++;
	return 0;
}

static int
judge_owner(const struct judgement *judgement, const char *path, const struct place *place,
	const struct stat *found)
{
	if (found->st_uid != 0 || (!S_ISLNK(found->st_mode) && found->st_mode & S_IWOTH))
		return refuse(judgement, path, place, found);
	if (S_ISLNK(found->st_mode) || !(found->st_mode & S_IWGRP))
		return 0;
	return has_list(place) ? refuse_list(judgement, path, place)
			       : add_shared(judgement, path, place, found->st_gid);
}

/* True if a directory that others can write to is sticky and only on the way: then what rest names
 * in it, which is the superuser's, stays (/tmp, Nix's store). */
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
is_good(const struct judgement *judgement, const char *path)
{
	for (size_t i = 0; i < judgement->good_count; i++)
		if (strcmp(judgement->good[i], path) == 0)
			return true;
	return false;
}

static int
add_good(struct judgement *judgement, const char *path)
{
	char **grown =
		reallocarray(judgement->good, judgement->good_count + 1, sizeof(*judgement->good));

	if (!grown)
		return -1;
	judgement->good = grown;
	grown[judgement->good_count] = strdup(path);
	return grown[judgement->good_count] ? (judgement->good_count++, 0) : -1;
}

/* The next component of rest, cut off it; NULL at the end. */
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

/* One component, behind judgement->at. 1 to go on, 0 where there is nothing, or -1. */
static int
judge_component(struct judgement *judgement, const char *name, char *rest, unsigned *links)
{
	char path[PATH_MAX];
	struct place place;
	struct stat found;

	if (snprintf(path, sizeof(path), "%s/%s", judgement->at, name) >= (int)sizeof(path))
		return 0;
	if (is_good(judgement, path)) {
		memcpy(judgement->at, path, sizeof(path));
		return 1;
	}
	place = find_place(judgement->essentials, path);
	if (place.directory < 0)
		return 0;
	if (fstatat(place.directory, place.name, &found,
		    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH) < 0)
		return is_missing(errno) ? 0 : cannot_judge(judgement, path);
	if (is_safe_way(&place, &found, rest)) {
		memcpy(judgement->at, path, sizeof(path));
		return 1;
	}
	if (judge_owner(judgement, path, &place, &found) < 0)
		return -1;
	if (S_ISLNK(found.st_mode)) {
		int result;

		if (++*links > ROOT_LINKS)
			return 0;
		result = root_follow(place.directory, place.name, rest, rest);
		if (result < 0)
			return cannot_judge(judgement, path);
		if (result > 0)
			judgement->at[0] = '\0';
		return 1;
	}
	if (S_ISDIR(found.st_mode) && add_good(judgement, path) < 0)
		return cannot_judge(judgement, path);
	memcpy(judgement->at, path, sizeof(path));
	return S_ISDIR(found.st_mode) || rest[strspn(rest, "/")] == '\0';
}

/*
 * Goes along a path in the tree by its text: what is in front has been judged, so that nobody but
 * the superuser can exchange it, and has no links. 1 with judgement->at where it leads, 0 where it
 * leads to nothing or is passed over, or -1 after reporting the error.
 */
static int
judge_path(struct judgement *judgement, const char *path)
{
	char rest[PATH_MAX], name[PATH_MAX];
	unsigned links = 0;
	int result = 1;

	judgement->at[0] = '\0';
	if (snprintf(rest, sizeof(rest), "%s", path) >= (int)sizeof(rest))
		return 0;
	while (result > 0 && cut_component(rest, name)) {
		char *last = strrchr(judgement->at, '/');

		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") != 0)
			result = judge_component(judgement, name, rest, &links);
		else if (last)
			*last = '\0';
	}
	return result;
}

/* Opens the file that the last path led to. Returns 1 with a descriptor, 0 where it is no file, or
 * -1 after reporting the error. */
static int
open_judged(const struct judgement *judgement, int *fd)
{
	struct place place = find_place(judgement->essentials, judgement->at);
	struct stat found;

	if (judgement->at[0] == '\0')
		return 0; /* the top */
	if (fstatat(place.directory, place.name, &found, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		return cannot_judge(judgement, judgement->at);
	if (!S_ISREG(found.st_mode))
		return 0;
	/* a mount of a single file that is not attached yet is known by its descriptor alone */
	*fd = place.name[0] == '\0' ? root_open_again(judgement->essentials->root, place.directory)
				    : openat(place.directory, place.name, O_RDONLY | FLAGS);
	return *fd < 0 ? cannot_judge(judgement, judgement->at) : 1;
}

static int
judge_list(struct judgement *judgement)
{
	for (size_t i = 0; i < sizeof(listed) / sizeof(*listed); i++)
		if (judge_path(judgement, listed[i]) < 0)
			return -1;
	return 0;
}

/* Each directory of PATH. One that is relative names none inside. */
static int
judge_program_path(struct judgement *judgement)
{
	cleanup_free char *copy = strdup(judgement->essentials->path);
	char *rest = copy, *directory;

	if (!copy)
		return cannot_judge(judgement, "the directories of PATH");
	while ((directory = strsep(&rest, ":")))
		if (directory[0] == '/' && judge_path(judgement, directory) < 0)
			return -1;
	return 0;
}

/* A program, and what the kernel executes it with: an ELF interpreter, or that of a script. */
static int
judge_program(struct judgement *judgement, const char *path)
{
	struct program program;
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s", path);
	for (int i = 0; name[0] == '/' && i <= INTERPRETERS; i++) {
		cleanup_fd int fd = -1;
		int result = judge_path(judgement, name);

		if (result > 0)
			result = open_judged(judgement, &fd);
		if (result <= 0)
			return result;
		if (program_read(&program, fd) < 0)
			return cannot_judge(judgement, name);
		memcpy(name, program.interpreter, sizeof(name));
	}
	return 0;
}

/* The entry of uid 0 in the tree's passwd; chroot-enter takes the home and the shell from it. */
static int
read_superuser(struct judgement *judgement, struct account *account)
{
	cleanup_fd int fd = -1;
	cleanup_free char *text = NULL;
	int result = judge_path(judgement, "/etc/passwd");

	*account = (struct account){0};
	if (result > 0)
		result = open_judged(judgement, &fd);
	if (result <= 0)
		return result;
	text = account_text_of(fd, true);
	if (!text || (account_read(account, text, 0) < 0 && errno != ENOENT))
		return cannot_judge(judgement, "/etc/passwd");
	return 0;
}

static int
judge_home(struct judgement *judgement, const char *home)
{
	int result = home && home[0] == '/' ? judge_path(judgement, home) : 0;

	if (result < 0)
		return -1;
	/* as chroot-enter(1) has it */
	if (result == 0)
		home = "/";
	for (size_t i = 0; i < sizeof(startup) / sizeof(*startup); i++) {
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s/%s", home, startup[i]) < (int)sizeof(path) &&
			judge_path(judgement, path) < 0)
			return -1;
	}
	return 0;
}

static int
judge_superuser(struct judgement *judgement)
{
	const char *shell = judgement->essentials->shell;
	struct account account;
	int result = read_superuser(judgement, &account);

	if (shell[0] == '\0' && account.shell)
		shell = account.shell;
	if (result == 0)
		result = judge_home(judgement, account.home);
	if (result == 0)
		result = judge_program(judgement, "/bin/sh");
	if (result == 0 && strcmp(shell, "/bin/sh") != 0)
		result = judge_program(judgement, shell);
	account_release(&account);
	return result;
}

int
essentials_judge(struct essentials *essentials, struct report *report)
{
	struct judgement judgement = {.essentials = essentials, .report = report};
	int result = judge_list(&judgement);

	if (result == 0)
		result = judge_program_path(&judgement);
	if (result == 0)
		result = judge_superuser(&judgement);
	for (size_t i = 0; i < judgement.good_count; i++)
		free(judgement.good[i]);
	free(judgement.good);
	return result;
}

/* The paths of one group, as words of a command or of a message: all, or those that the host has.
 * Owned by the caller, NULL without memory. */
static char *
list_paths(const struct essentials *essentials, gid_t group, bool only_hosts, struct report *report)
{
	char *list = strdup("");

	for (size_t i = 0; list && i < essentials->shared_count; i++) {
		const struct essentials_shared *shared = &essentials->shared[i];
		char path[2 * PATH_MAX], *longer = NULL;

		if (shared->group != group || (only_hosts && !shared->has_host_path))
			continue;
		snprintf(path, sizeof(path), "%s%s", essentials->root->path, shared->path);
		if (asprintf(&longer, "%s%s%s", list, *list ? " " : "", report_word(report, path)) <
			0)
			longer = NULL;
		free(list);
		list = longer;
	}
	return list;
}

static int
judge_group(const struct essentials *essentials, gid_t group, struct report *report)
{
	cleanup_free char *paths = list_paths(essentials, group, false, report);
	cleanup_free char *changed = list_paths(essentials, group, true, report);
	cleanup_free char *found = people_group_name(group);
	const char *name = found ? found : "without a name";
	int members = people_have_group(group);

	if (!paths || !changed)
		return report_error(report, ENOMEM, "cannot look at the groups");
	if (members < 0)
		return report_error(report, errno,
			"cannot find the members of the group %u, which can write to %s",
			(unsigned)group, paths);
	if (members == 0) {
		report_warning(report,
			"the group %s (%u), which has no members now, can write to what the "
			"superuser runs inside: %s%s%s",
			name, (unsigned)group, paths,
			*changed ? "; to take that away: chmod g-w " : "", changed);
		return 0;
	}
	if (*changed)
		report_mend(report, "chmod g-w %s", changed);
	return report_error(report, 0,
		"the group %s (%u), which has members on the host, can write to what the "
		"superuser runs inside: %s",
		name, (unsigned)group, paths);
}

static bool
is_first_of_group(const struct essentials *essentials, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (essentials->shared[i].group == essentials->shared[index].group)
			return false;
	return true;
}

int
essentials_judge_groups(const struct essentials *essentials, struct report *report)
{
	for (size_t i = 0; i < essentials->shared_count; i++)
		if (is_first_of_group(essentials, i) &&
			judge_group(essentials, essentials->shared[i].group, report) < 0)
			return -1;
	return 0;
}
