/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/essentials.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/program.h"
#include "common/report.h"
#include "common/report_word.h"
#include "helper/people.h"
#include "superuser/root.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define INTERPRETERS 4 /* nested; the kernel's own limit, exec_binprm() */

static const char *const listed[] = {"/usr", "/lib", "/lib32", "/lib64", "/libx32", "/libexec",
	"/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/usr/libexec", "/etc",
	"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/profile", "/etc/profile.d",
	"/etc/bash.bashrc", "/etc/ld.so.preload", "/etc/ld.so.conf", "/etc/ld.so.cache"};

/* dash(1), bash(1), zsh(1), ksh(1), mksh(1), tcsh(1), fish(1) */
static const char *const startup[] = {".profile", ".bash_profile", ".bash_login", ".bashrc",
	".bash_logout", ".zshenv", ".zprofile", ".zshrc", ".zlogin", ".kshrc", ".mkshrc", ".cshrc",
	".tcshrc", ".login", ".config/fish/config.fish"};

void
essentials_release(struct essentials *essentials)
{
	for (size_t i = 0; i < essentials->shared_count; i++)
		free(essentials->shared[i].path);
	cleanup_free_release(&essentials->shared);
	essentials->shared_count = 0;
}

static int
judge_list(struct essentials_path *walk)
{
	for (size_t i = 0; i < sizeof(listed) / sizeof(*listed); i++)
		if (essentials_path_judge(walk, listed[i]) < 0)
			return -1;
	return 0;
}

/* Judges the directories of PATH; a relative one names none inside. */
static int
judge_program_path(struct essentials_path *walk)
{
	cleanup_free char *copy = strdup(walk->essentials->path);
	char *rest = copy, *directory;

	if (!copy)
		return essentials_path_error(walk, "the directories of PATH");
	while ((directory = strsep(&rest, ":")))
		if (directory[0] == '/' && essentials_path_judge(walk, directory) < 0)
			return -1;
	return 0;
}

/* Judges a program and its chain of interpreters. */
static int
judge_program(struct essentials_path *walk, const char *path)
{
	struct program program;
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s", path);
	for (int i = 0; name[0] == '/' && i <= INTERPRETERS; i++) {
		cleanup_fd int fd = -1;
		int result = essentials_path_judge(walk, name);

		if (result > 0)
			result = essentials_path_open(walk, &fd);
		if (result <= 0)
			return result;
		if (program_read(&program, fd) < 0)
			return essentials_path_error(walk, name);
		memcpy(name, program.interpreter, sizeof(name));
	}
	return 0;
}

/* Reads the tree's entry of uid 0, with the home and the shell for chroot-enter. */
static int
read_superuser(struct essentials_path *walk, struct account *account)
{
	cleanup_fd int fd = -1;
	cleanup_free char *text = NULL;
	int result = essentials_path_judge(walk, "/etc/passwd");

	*account = (struct account){0};
	if (result > 0)
		result = essentials_path_open(walk, &fd);
	if (result <= 0)
		return result;
	text = account_text_of(fd, true);
	if (!text || (account_find(account, text, NULL, 0) < 0 && errno != ENOENT))
		return essentials_path_error(walk, "/etc/passwd");
	return 0;
}

static int
judge_home(struct essentials_path *walk, const char *home)
{
	int result = home && home[0] == '/' ? essentials_path_judge(walk, home) : 0;

	if (result < 0)
		return -1;
	/* chroot-enter(1) uses `/` for a missing home */
	if (result == 0)
		home = "/";
	for (size_t i = 0; i < sizeof(startup) / sizeof(*startup); i++) {
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s/%s", home, startup[i]) < (int)sizeof(path) &&
			essentials_path_judge(walk, path) < 0)
			return -1;
	}
	return 0;
}

static int
judge_superuser(struct essentials_path *walk)
{
	const char *shell = walk->essentials->shell;
	struct account account;
	int result = read_superuser(walk, &account);

	if (shell[0] == '\0' && account.shell)
		shell = account.shell;
	if (result == 0)
		result = judge_home(walk, account.home);
	if (result == 0)
		result = judge_program(walk, "/bin/sh");
	if (result == 0 && strcmp(shell, "/bin/sh") != 0)
		result = judge_program(walk, shell);
	account_release(&account);
	return result;
}

int
essentials_judge(struct essentials *essentials, struct report *report)
{
	struct essentials_path walk = {.essentials = essentials, .report = report};
	int result = judge_list(&walk);

	if (result == 0)
		result = judge_program_path(&walk);
	if (result == 0)
		result = judge_superuser(&walk);
	essentials_path_release(&walk);
	return result;
}

/*
 * Returns the paths of one group as words of a command, all or only the host's. Owned by the
 * caller; NULL without memory.
 */
static char *
list_group_paths(
	const struct essentials *essentials, gid_t group, bool only_hosts, struct report *report)
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
	cleanup_free char *paths = list_group_paths(essentials, group, false, report);
	cleanup_free char *changed = list_group_paths(essentials, group, true, report);
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
			"the group %s (%u), which has no members now, can write to what the superuser runs inside: %s%s%s",
			name, (unsigned)group, paths,
			*changed ? "; to take that away: chmod g-w " : "", changed);
		return 0;
	}
	if (*changed)
		report_mend(report, "chmod g-w %s", changed);
	return report_error(report, 0,
		"the group %s (%u), which has members on the host, can write to what the superuser runs inside: %s",
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
