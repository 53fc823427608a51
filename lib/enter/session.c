/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/session.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/report.h"
#include "common/report_word.h"
#include "enter/command.h"
#include "enter/entry.h"
#include "enter/environment.h"
#include "enter/options.h"

#include <limits.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Asks the kernel: getcwd(3) reads the directories itself if the path is longer than PATH_MAX or
 * "(unreachable)/...". */
void
session_find_directory(struct entry *entry)
{
	if (syscall(SYS_getcwd, entry->directory, sizeof(entry->directory)) < 0 ||
		entry->directory[0] != '/')
		entry->directory[0] = '\0';
}

/* Returns the last assignment's value, as lib/enter/environment.c does; NULL for none. */
static const char *
caller_variable(const struct entry *entry, const char *name)
{
	size_t length = strlen(name);
	const char *value = NULL;

	for (char **string = entry->environment; string && *string; string++)
		if (strncmp(*string, name, length) == 0 && (*string)[length] == '=')
			value = *string + length + 1;
	return value;
}

void
session_read_xauthority(struct entry *entry)
{
	if (entry->target->uid == entry->caller.uid && caller_variable(entry, "DISPLAY"))
		xauthority_read(&entry->xauthority, caller_variable(entry, "XAUTHORITY"),
			caller_variable(entry, "HOME"));
}

/* True if the word is one of a list of mount options. */
static bool
has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
			return true;
	return false;
}

/* True if the source of a line of the record is another file now than the one that is bound. */
static bool
was_replaced(const char *line, const char *source)
{
	struct record_mount bound;
	struct stat found;

	return record_parse_mount(line, RECORD_LINE, &bound) == 0 && bound.id != 0 &&
	       stat(source, &found) == 0 && !S_ISDIR(found.st_mode) &&
	       (found.st_dev != bound.device || found.st_ino != bound.inode);
}

/*
 * The root keeps the old file when an editor renames a new one into place. Reported for a shell
 * alone: the output of a command stays its own. Recursive binds are passed over, since stat(2) of a
 * directory could wait for a server.
 */
void
session_report_replaced(const struct entry *entry)
{
	const struct record *record = &entry->record;
	const char *line = NULL;

	if (entry->options->command)
		return;
	while ((line = record_next(record, "line", line))) {
		const char *source = record_next(record, "line_source", line);
		const char *options = record_next(record, "line_options", line);

		if (source && options && has_word(options, "bind") && was_replaced(line, source))
			report_warning(entry->report,
				"%s was replaced on the host, and %s has the old one; chroot-mounts reload %s renews it",
				source, entry->options->root, entry->options->root);
	}
}

/* True for a name that may stand in prompts and paths. */
static bool
is_user_name(const char *name)
{
	for (const char *byte = name; *byte != '\0'; byte++)
		if (*byte == '/' || (unsigned char)*byte < ' ' || *byte == 0x7f)
			return false;
	return *name != '\0';
}

/* Returns the user's name: that of the tree's passwd, else the one on the host. */
static const char *
user_name(const struct entry *entry, const struct account *account)
{
	const char *name = account->name ? account->name : entry->target->name;

	if (!name && entry->target == &entry->caller && !(name = caller_variable(entry, "LOGNAME")))
		name = caller_variable(entry, "USER");
	return name && is_user_name(name) ? name : "unknown";
}

/* Names the command of the tree that makes an account. The superuser's is never made so. */
static void
report_no_account(const struct entry *entry, const char *user)
{
	const char *root = entry->options->root;
	unsigned uid = (unsigned)entry->target->uid;
	bool has_useradd = access("/usr/sbin/useradd", X_OK) == 0;

	if (uid != 0 && (has_useradd || access("/usr/sbin/adduser", X_OK) == 0))
		report_warning(entry->report,
			"%s has no account with the number %u; the superuser makes it: chroot-enter -u 0 -d / %s %s -u %u %s",
			root, uid, root, has_useradd ? "useradd -m" : "adduser -D", uid,
			report_word(entry->report, user));
	else
		report_warning(entry->report,
			"%s has no account with the number %u; its /etc/passwd wants a line such as %s:x:%u:%u::/:/bin/sh",
			root, uid, user, uid, (unsigned)entry->target->gid);
}

/* Returns the home, or `/` if it is missing inside. Reported for a shell alone, as above. */
static const char *
home_of(const struct entry *entry, const struct account *account)
{
	struct stat found;

	if (account->home && account->home[0] == '/' && stat(account->home, &found) == 0 &&
		S_ISDIR(found.st_mode))
		return account->home;
	if (entry->options->command)
		return "/";
	if (account->name)
		report_warning(entry->report,
			"your home %s is missing inside %s; make it there and give it to %s",
			account->home, entry->options->root, account->name);
	else
		report_no_account(entry, user_name(entry, account));
	return "/";
}

static const char *
shell_of(const struct entry *entry, const struct account *account)
{
	const char *shell = entry->options->shell ? entry->options->shell
						  : record_value(&entry->record, "shell");

	if (*shell == '\0' && account->shell)
		shell = account->shell;
	return *shell == '\0' ? "/bin/sh" : shell;
}

/* Threat: a path leads to the host, by /proc/self/fd/0 or /proc/PID/cwd. Defence: the kernel calls
 * such a directory "(unreachable)/..." (getcwd(3)), and it counts as missing. */
static int
go_to(const char *path)
{
	static char name[PATH_MAX];

	if (chdir(path) < 0 || syscall(SYS_getcwd, name, sizeof(name)) < 0)
		return -1;
	if (name[0] == '/')
		return 0;
	errno = ENOENT;
	return -1;
}

/* True if the command names a file of the working directory, or a shell could make it name one. */
static bool
could_harm(char *const *command)
{
	while (*++command)
		if (strpbrk(*command, "*?[") || (**command != '/' && access(*command, F_OK) == 0))
			return true;
	return false;
}

/* Goes to -d, with -l to the home, else to the caller's directory. A command never runs elsewhere:
 * `rm -rf *` must not meet /. */
static int
go_to_directory(const struct entry *entry, const char *home)
{
	const struct options *options = entry->options;
	const char *wanted = options->directory ? options->directory
			     : options->login   ? home
						: entry->directory;
	const char *name = *wanted != '\0' ? wanted : "the current directory";
	int error;

	if (go_to(wanted) == 0)
		return 0;
	error = errno;
	if (options->command && !options->directory && go_to("/") == 0 &&
		could_harm(options->command))
		report_advise(entry->report, "-d says where it runs");
	else if (options->command && !options->directory)
		options_mend(entry->report, " -d /", options->words, NULL);
	if (options->command || options->directory)
		return report_error(entry->report, error, "cannot go to %s inside %s%s", name,
			options->root,
			strncmp(name, "/home/", 6) == 0
				? " (extra_mounts=\"/home /home none rbind,rslave\" shares it)"
				: "");
	if (go_to(home) < 0 && go_to(home = "/") < 0)
		return report_error(
			entry->report, errno, "cannot go to / inside %s", options->root);
	report_warning(entry->report, "cannot go to %s inside %s: %s; you are in %s", name,
		options->root, strerror(error), home);
	return 0;
}

/* Returns COMMAND_NOT_FOUND. */
static int
report_not_found(const struct entry *entry, const char *file)
{
	const struct options *options = entry->options;
	struct report *report = entry->report;
	bool is_line = options->command && !options->command[1] && strpbrk(file, " \t");
	bool is_last = strcmp(file, "/bin/sh") == 0;

	if (!options->command) {
		if (!options->shell && !is_last)
			options_mend(report, " -s /bin/sh", options->words, NULL);
		report_error(report, 0, "cannot find the shell %s inside %s%s", file, options->root,
			options->shell || is_last ? ""
			: *record_value(&entry->record, "shell") != '\0'
				? ", which the key shell names"
				: ", which its passwd names");
		return COMMAND_NOT_FOUND;
	}
	if (is_line) {
		options_mend(report, "", options->words, options->command);
		report_mend(report, "%s sh -c %s", report->mending, report_word(report, file));
	}
	report_error(report, 0, "%s: command not found%s", *file != '\0' ? file : "''",
		is_line ? ": it is one word with blanks" : "");
	return COMMAND_NOT_FOUND;
}

int
session_execute(struct entry *entry)
{
	const struct options *options = entry->options;
	const struct identity *target = entry->target;
	const char *persona = record_value(&entry->record, "personality");
	/* the root's own passwd, read as data, by the user who enters */
	cleanup_free char *passwd = account_text("/etc/passwd", true);
	struct account account = {0};
	struct environment_rules rules = {
		.caller = entry->environment,
		.record = &entry->record,
		.root = options->root,
		.keeps_session = target->uid == entry->caller.uid,
		.keeps_all = options->keeps_all,
		.added = options->added,
		.added_count = options->added_count,
	};
	char **environment;
	char name[NAME_MAX + 2];
	char *argv[] = {name, NULL};
	const char *base, *file;
	int status;

	if (passwd)
		account_find(&account, passwd, NULL, target->uid);
	rules.user = user_name(entry, &account);
	rules.home = home_of(entry, &account);
	rules.shell = shell_of(entry, &account);
	file = options->command ? options->command[0] : rules.shell;
	rules.xauthority = xauthority_show(&entry->xauthority, rules.home,
		caller_variable(entry, "XDG_RUNTIME_DIR"), options->root, entry->report);
	environment = environment_make(&rules);
	if (!environment) {
		report_error(entry->report, ENOMEM, "cannot make the environment");
		return COMMAND_FAILED;
	}
	if (go_to_directory(entry, rules.home) < 0)
		return COMMAND_FAILED;
	if (*persona != '\0' &&
		personality(strcmp(persona, "linux32") == 0 ? PER_LINUX32 : PER_LINUX) < 0) {
		report_error(entry->report, errno, "cannot take the personality %s", persona);
		return COMMAND_FAILED;
	}
	base = strrchr(rules.shell, '/');
	snprintf(name, sizeof(name), "%s%s", options->login ? "-" : "",
		base ? base + 1 : rules.shell);
	status = command_execute(file, options->command ? options->command : argv, environment,
		options->command ? record_value(&entry->record, "path") : "", entry->report);
	return status == COMMAND_NOT_FOUND ? report_not_found(entry, file) : status;
}
