/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/tree_user_make.h"

#include "common/cleanup.h"
#include "common/owner.h"
#include "common/report.h"
#include "common/report_word.h"
#include "common/syscalls.h"
#include "helper/namespace_make.h"
#include "helper/new_file.h"
#include "helper/people.h"
#include "helper/prepared_root.h"
#include "helper/service.h"
#include "helper/state.h"
#include "helper/tree_user.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <shadow.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define WORDS 24 /* of a command, with those of chroot-enter */

struct make {
	struct service *service; /* borrowed, as are the next ones */
	const char *name; /* of the root */
	struct tree_user *user;
	bool has_default_user; /* so that chroot-enter needs -u 0 */
	int (*step)(struct make *make); /* reports its errors */
};

static int
run_step(void *data)
{
	struct make *make = data;

	return make->step(make);
}

/* Runs a step inside. The lock keeps a stop from ending this process there. */
static int
visit(struct make *make, int (*step)(struct make *make))
{
	struct service *service = make->service;
	struct report *report = service->report;
	cleanup_fd int lock = state_lock(service->state, make->name, report);
	struct prepared_root prepared;
	int result;

	if (lock < 0 || prepared_root_open(
				&prepared, service->state, make->name, service->host, report) < 0)
		return -1;
	make->step = step;
	make->has_default_user = *record_value(&prepared.record, "default_user") != '\0';
	if (prepared.state == PREPARED_ROOT_GOOD)
		result = namespace_visit(prepared.pin, service->host, run_step, make, NULL, report);
	else
		result = report_error(report, 0, "%s", prepared_root_reason(prepared.state));
	prepared_root_release(&prepared);
	return result;
}

static int
look(struct make *make)
{
	return tree_user_look(make->user, make->name, make->service->report);
}

/* Adds a line to the text of a file inside, and replaces the file. */
static int
add_line(const char *path, const char *text, const char *line, struct report *report)
{
	const size_t length = text ? strlen(text) : 0;
	struct stat found = {.st_mode = 0644};
	cleanup_free char *whole = NULL;
	struct new_file file = {""};

	if (text && lstat(path, &found) < 0)
		return report_error(report, errno, "cannot look at %s inside", path);
	if (asprintf(&whole, "%s%s%s\n", text ? text : "",
		    length > 0 && text[length - 1] != '\n' ? "\n" : "", line) < 0) {
		whole = NULL;
		return report_error(report, ENOMEM, "cannot write %s inside", path);
	}
	if (new_file_write(&file, path, whole, &found) < 0 || new_file_put(&file, path) < 0)
		return report_error(report, errno, "cannot write %s inside", path);
	return 0;
}

/*
 * Makes the home below a directory that only the superuser can write to. Threat: a user puts a link
 * there, and the superuser gives away another directory. Defence: no link is followed, and no other
 * user can change the directory above it.
 */
static int
make_home(const struct tree_user *user)
{
	cleanup_free char *above = strdup(user->home);
	char *last = above ? strrchr(above, '/') : NULL;
	cleanup_fd int directory = -1;
	cleanup_fd int home = -1;
	struct stat found;

	if (!last)
		return -1;
	*last++ = '\0';
	directory = root_open_inside(
		AT_FDCWD, *above != '\0' ? above : "/", O_DIRECTORY, RESOLVE_NO_SYMLINKS);
	if (directory < 0 || fstat(directory, &found) < 0)
		return -1;
	if (!owner_is_superuser_alone(found.st_uid, found.st_mode)) {
		errno = EPERM;
		return -1;
	}
	if (mkdirat(directory, last, 0700) < 0)
		return -1;
	home = openat(directory, last, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return home < 0 ? -1 : fchown(home, user->account.uid, user->account.gid);
}

static int
write_lines(struct make *make)
{
	const struct tree_user *user = make->user;
	const struct account *account = &user->account;
	struct report *report = make->service->report;
	cleanup_free char *passwd = NULL;
	cleanup_free char *group = NULL;

	/* no password is right */
	if (asprintf(&passwd, "%s:*:%u:%u::%s:%s", account->name, (unsigned)account->uid,
		    (unsigned)account->gid, user->home, user->shell) < 0)
		passwd = NULL;
	if (asprintf(&group, "%s:x:%u:", user->group ? user->group : "", (unsigned)account->gid) <
		0)
		group = NULL;
	if (!passwd || !group)
		return report_error(report, ENOMEM, "cannot make an account inside");
	if ((user->group && !user->has_group &&
		    add_line("/etc/group", user->group_text, group, report) < 0) ||
		add_line("/etc/passwd", user->passwd_text, passwd, report) < 0)
		return -1;
	if (!user->has_home && make_home(user) < 0)
		report_warning(report, "%s has no home inside: cannot make %s: %s", account->name,
			user->home, strerror(errno));
	return 0;
}

/* Reads the files again under their lock, which the tools of a running program inside take too, and
 * writes the lines. */
static int
look_and_write(struct make *make)
{
	int result;

	if (lckpwdf() < 0)
		return report_error(make->service->report, errno, "cannot lock /etc/passwd inside");
	result = look(make);
	if (result == 0 && make->user->state == TREE_USER_MISSING)
		result = write_lines(make);
	ulckpwdf();
	return result;
}

/* Executes a command with no input, and with its output among the messages. Returns the status that
 * waitpid(2) gives, or -1 with errno set. */
static int
execute(const char *path, const char *const *argv)
{
	static char *const environment[] = {NULL};
	posix_spawn_file_actions_t actions;
	int status = -1, error = posix_spawn_file_actions_init(&actions);
	mode_t mask;
	pid_t pid;

	if (error == 0) {
		error = posix_spawn_file_actions_addopen(
			&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		if (error == 0)
			error = posix_spawn_file_actions_adddup2(
				&actions, STDERR_FILENO, STDOUT_FILENO);
		/* a caller that ignores it would hide the status (waitpid(2), NOTES) */
		signal(SIGCHLD, SIG_DFL);
		mask = umask(022);
		if (error == 0)
			error = posix_spawn(&pid, path, &actions, NULL,
				(char *const *)(uintptr_t)argv, environment);
		umask(mask);
		posix_spawn_file_actions_destroy(&actions);
	}
	errno = error;
	while (error == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Runs a program of the tree by chroot-enter, which enters as for the superuser who types it. True
 * if it succeeded. */
static bool
run_tool(const struct make *make, bool is_group)
{
	struct report *report = make->service->report;
	struct tree_user_command command = {0};
	const char *argv[WORDS] = {"chroot-enter", "-d", "/"};
	size_t count = 3;
	int status;

	if (make->has_default_user) {
		argv[count++] = "-u";
		argv[count++] = "0";
	}
	argv[count++] = make->name;
	tree_user_command(make->user, is_group, &command);
	for (const char **word = command.words; *word && count < WORDS - 1; word++)
		argv[count++] = *word;
	status = execute(BINDIR "/chroot-enter", argv);
	if (status < 0)
		report_warning(
			report, "cannot execute %s/chroot-enter: %s", BINDIR, strerror(errno));
	else if (WIFSIGNALED(status))
		report_warning(report, "%s inside was ended by signal %d", command.words[0],
			WTERMSIG(status));
	else if (status != 0)
		report_warning(report, "%s inside ended with status %d", command.words[0],
			WEXITSTATUS(status));
	return status == 0;
}

/* True if the account that is in the way is a person's, and both names can stand in a command. */
static bool
can_rename(const struct tree_user *user)
{
	const char *const names[] = {user->account.name, user->other.name};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i][strspn(names[i], "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0')
			return false;
	return user->other.uid >= PEOPLE_FIRST;
}

/* Reports the account that is in the way, with the command that gives it the user's name or
 * number. */
static int
refuse(const struct make *make)
{
	const struct tree_user *user = make->user;
	const char *name = user->account.name, *other = user->other.name;
	const unsigned uid = (unsigned)user->account.uid, other_uid = (unsigned)user->other.uid;
	const char *special = make->has_default_user ? " -u 0" : "";
	bool is_number = user->state == TREE_USER_OTHER_NUMBER;
	bool has_usermod = user->tool && !user->tool->is_busybox;
	struct report *report = make->service->report;
	struct account holder = {0};
	bool is_taken =
		is_number && account_find(&holder, user->passwd_text, NULL, user->account.uid) == 0;

	account_release(&holder);
	if (is_taken || !can_rename(user))
		report_advise(report, "give one of the accounts inside another name or number");
	else if (has_usermod && is_number)
		report_mend(report, "chroot-enter%s -d / %s usermod -u %u %s", special, make->name,
			uid, name);
	else if (has_usermod)
		report_mend(report, "chroot-enter%s -d / %s usermod -l %s %s", special, make->name,
			name, other);
	else if (is_number)
		report_mend(report,
			"chroot-enter%s -d / %s sed -i 's/^%s:\\([^:]*\\):%u:/%s:\\1:%u:/' /etc/passwd",
			special, make->name, name, other_uid, name, uid);
	else
		report_mend(report, "chroot-enter%s -d / %s sed -i 's/^%s:/%s:/' /etc/passwd",
			special, make->name, other, name);
	if (is_number)
		return report_error(report, 0,
			"cannot make an account for %s: the number is %u inside and %u on the host, so %s enters %s",
			name, other_uid, uid, name,
			is_taken ? "under another name" : "without a name");
	return report_error(report, 0,
		"cannot make an account for %s: the number %u is %s inside, so %s enters as %s",
		name, uid, other, name, other);
}

int
tree_user_make(struct tree_user *user, struct service *service, const char *name, const char **how)
{
	struct make make = {.service = service, .name = name, .user = user};
	struct report *report = service->report;

	*how = NULL;
	if (visit(&make, look) < 0)
		return -1;
	if (user->state == TREE_USER_THERE)
		return 0;
	if (user->state != TREE_USER_MISSING)
		return refuse(&make);
	if (user->tool) {
		const char *program = strrchr(user->tool->user, '/') + 1;
		bool has_made =
			(user->has_group || run_tool(&make, true)) && run_tool(&make, false);

		if (visit(&make, look) < 0)
			return -1;
		*how = program;
		if (user->state == TREE_USER_THERE && has_made) {
			if (!user->has_home && user->is_home_unsafe)
				report_warning(report,
					"%s has no home inside: another user can change the way to %s",
					user->account.name, user->home);
			return 0;
		}
		if (user->state != TREE_USER_MISSING)
			return report_error(report, 0,
				"%s has made the account of %s inside in part only", program,
				user->account.name);
	}
	*how = "a line in /etc/passwd";
	return visit(&make, look_and_write);
}
