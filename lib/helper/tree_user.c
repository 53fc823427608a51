/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/tree_user.h"

#include "common/cleanup.h"
#include "common/owner.h"
#include "common/report.h"
#include "helper/config.h"

#include <string.h>
#include <sys/stat.h>

static const struct tree_user_tool tools[] = {
	{"/usr/sbin/useradd", "/usr/sbin/groupadd", false},
	{"/sbin/useradd", "/sbin/groupadd", false},
	{"/usr/sbin/adduser", "/usr/sbin/addgroup", true},
	{"/sbin/adduser", "/sbin/addgroup", true},
};

/* Forgets the tree's part. */
static void
forget_tree(struct tree_user *user)
{
	account_release(&user->other);
	cleanup_free_release(&user->group);
	cleanup_free_release(&user->passwd_text);
	cleanup_free_release(&user->group_text);
}

void
tree_user_release(struct tree_user *user)
{
	forget_tree(user);
	account_release(&user->account);
	cleanup_free_release(&user->host_group);
}

/* True for a text that a field of a passwd file can hold. */
static bool
is_field(const char *text)
{
	return config_is_line(text) && !strchr(text, ':');
}

bool
tree_user_is_name(const char *name)
{
	return name[0] != '\0' && !strchr("+-#", name[0]) && !strpbrk(name, ",/ ") &&
	       is_field(name);
}

static int
judge_account(struct tree_user *user)
{
	const struct account *account = &user->account;
	const char *passwd = user->passwd_text ? user->passwd_text : "";

	user->state = TREE_USER_MISSING;
	if (account_find(&user->other, passwd, account->name, 0) == 0)
		user->state =
			user->other.uid == account->uid ? TREE_USER_THERE : TREE_USER_OTHER_NUMBER;
	else if (errno == ENOENT && account_find(&user->other, passwd, NULL, account->uid) == 0)
		user->state = TREE_USER_OTHER_NAME;
	return user->state != TREE_USER_MISSING || errno == ENOENT ? 0 : -1;
}

/* Finds a group by its name, or by its number if name is NULL. Returns 0 with *found owned by the
 * caller, or -1 with errno set. */
static int
find_group(const char *text, const char *name, gid_t gid, char **found)
{
	cleanup_free char *line = NULL;
	char *fields[ACCOUNT_GROUP_FIELDS];
	uint64_t id;

	while (account_next_entry(&text, &line, fields, ACCOUNT_GROUP_FIELDS, &id) == 0) {
		if (name ? strcmp(fields[0], name) != 0 : id != gid)
			continue;
		*found = strdup(fields[0]);
		return *found ? 0 : -1;
	}
	return -1;
}

/* Takes a name for the group to be made: the host's, or the user's, if the tree has no such
 * group. */
static int
choose_group(struct tree_user *user, const char *text)
{
	const char *const names[] = {user->host_group, user->account.name};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_free char *taken = NULL;

		if (!names[i] || !tree_user_is_name(names[i]) ||
			find_group(text, names[i], 0, &taken) == 0)
			continue;
		if (errno != ENOENT)
			return -1;
		user->group = strdup(names[i]);
		return user->group ? 0 : -1;
	}
	return 0;
}

int
tree_user_judge(struct tree_user *user)
{
	const char *text = user->group_text ? user->group_text : "";

	if (judge_account(user) < 0)
		return -1;
	user->has_group = find_group(text, NULL, user->account.gid, &user->group) == 0;
	if (user->has_group)
		return 0;
	return errno == ENOENT ? choose_group(user, text) : -1;
}

static bool
is_program(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISREG(found.st_mode) && (found.st_mode & 0111) != 0 &&
	       owner_is_superuser_alone(found.st_uid, found.st_mode);
}

/*
 * Returns 1 if only the superuser can change the way to a path, 0 if a directory above it is
 * missing, or -1. Threat: a user owns a directory above the home, exchanges the home for a link
 * while a tool makes it, and the tool gives another directory away. Defence: no tool makes that
 * home.
 */
static int
judge_way(const char *path)
{
	char part[PATH_MAX];
	const char *end = path;
	struct stat found;

	do {
		snprintf(part, sizeof(part), "%.*s", end > path ? (int)(end - path) : 1, path);
		if (lstat(part, &found) < 0)
			return errno == ENOENT ? 0 : -1;
		if (!S_ISDIR(found.st_mode) ||
			!owner_is_superuser_alone(found.st_uid, found.st_mode))
			return -1;
		end += 1 + strcspn(end + 1, "/");
	} while (*end != '\0');
	return 1;
}

/* Takes the host's home if the tree has it or a safe directory above it, as where /home is shared.
 */
static void
choose_home(struct tree_user *user)
{
	const char *home = user->account.home;
	struct stat found;

	if (strlen(home) < sizeof(user->home) && config_is_path(home) && is_field(home)) {
		snprintf(user->home, sizeof(user->home), "%s", home);
		user->has_home = lstat(home, &found) == 0;
		user->is_home_unsafe = false;
		if (user->has_home || judge_way(home) > 0)
			return;
	}
	snprintf(user->home, sizeof(user->home), "/home/%s", user->account.name);
	user->has_home = lstat(user->home, &found) == 0;
	user->is_home_unsafe = judge_way(user->home) < 0;
}

static void
choose_shell(struct tree_user *user)
{
	const char *const shells[] = {user->account.shell, "/bin/bash"};

	user->shell = NULL;
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]) && !user->shell; i++)
		if (config_is_path(shells[i]) && is_field(shells[i]) && is_program(shells[i]))
			user->shell = shells[i];
	if (!user->shell)
		user->shell = "/bin/sh";
}

static void
choose_tool(struct tree_user *user)
{
	user->tool = NULL;
	if (!user->group)
		return;
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]) && !user->tool; i++)
		if (is_program(tools[i].user) && (user->has_group || is_program(tools[i].group)))
			user->tool = &tools[i];
}

int
tree_user_look(struct tree_user *user, const char *root, struct report *report)
{
	forget_tree(user);
	if (account_read_file(&user->passwd_text, "/etc/passwd", root, report) < 0 ||
		account_read_file(&user->group_text, "/etc/group", root, report) < 0)
		return -1;
	if (tree_user_judge(user) < 0)
		return report_error(report, errno, "cannot look for %s inside", user->account.name);
	choose_home(user);
	choose_shell(user);
	choose_tool(user);
	return 0;
}

void
tree_user_command(const struct tree_user *user, bool is_group, struct tree_user_command *command)
{
	const struct tree_user_tool *tool = user->tool;
	const char **word = command->words;

	snprintf(command->uid, sizeof(command->uid), "%u", (unsigned)user->account.uid);
	snprintf(command->gid, sizeof(command->gid), "%u", (unsigned)user->account.gid);
	*word++ = is_group ? tool->group : tool->user;
	if (is_group) {
		*word++ = "-g";
		*word++ = command->gid;
		*word++ = user->group;
		*word = NULL;
		return;
	}
	if (tool->is_busybox)
		*word++ = "-D";
	*word++ = "-u";
	*word++ = command->uid;
	*word++ = tool->is_busybox ? "-G" : "-g";
	*word++ = tool->is_busybox ? user->group : command->gid;
	*word++ = tool->is_busybox ? "-h" : "-d";
	*word++ = user->home;
	if (!tool->is_busybox)
		*word++ = user->has_home || user->is_home_unsafe ? "-M" : "-m";
	else if (user->has_home || user->is_home_unsafe)
		*word++ = "-H";
	*word++ = "-s";
	*word++ = user->shell;
	*word++ = user->account.name;
	*word = NULL;
}
