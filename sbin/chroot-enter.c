/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins the namespace of a root and becomes the user's shell or command there. Setuid: a listed
 * user enters as themselves and gains nothing. The order of `enter` below is the whole defence;
 * sbin/chroot-enter.1 says against what.
 */
#include "common/account.h"
#include "common/cleanup.h"
#include "common/collision.h"
#include "common/descriptors.h"
#include "common/identity.h"
#include "common/name.h"
#include "common/namespace.h"
#include "common/number.h"
#include "common/record.h"
#include "common/relocations.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "enter-as/binds.h"
#include "enter-as/identity_find.h"
#include "enter-as/keyring.h"
#include "enter-as/terminal.h"
#include "enter/authority.h"
#include "enter/command.h"
#include "enter/environment.h"
#include "enter/identity_become.h"
#include "enter/log.h"
#include "enter/options.h"
#include "enter/powers.h"

#include <limits.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>

/* One entry, from the question who may to the exec. */
struct entry {
	struct options *options; /* borrowed */
	struct report *report; /* borrowed */
	char **environment; /* borrowed; the caller's */
	bool is_superuser; /* who called */
	struct identity caller;
	struct identity named; /* of -u or default_user; no uid of it counts unless is_named */
	struct naming naming; /* what is still open of it until the tree was asked */
	bool is_named;
	struct record record;
	int namespace;
	struct binds binds;
	struct authority authority;
	char directory[PATH_MAX]; /* where the caller stands, "" where it has no name */
};

/* flags: at once with none, CLOSE_RANGE_CLOEXEC for at exec. */
static int
close_descriptors(unsigned flags, struct report *report)
{
	if (syscall_close_range(STDERR_FILENO + 1, ~0U, flags) == 0)
		return 0;
	if (errno == ENOSYS || errno == EINVAL)
		return report_error(
			report, 0, "this kernel is too old: Linux 5.12 or later is needed");
	return report_error(report, errno, "cannot close the descriptors");
}

/*
 * Threats: descriptors 0 to 2 closed, so that a file opened here becomes somebody's standard
 * error; a caller of the same uid who looks in by ptrace or /proc while there is privilege; an
 * environment that steers libc; descriptors of the host that would lead out of the root.
 */
static int
guard_process(struct report *report)
{
	environ = NULL;
	if (descriptors_fill() < 0)
		return -1;
	if (relocations_protect() < 0)
		return report_error(report, errno, "cannot make the program's own data read-only");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return report_error(report, errno, "cannot keep others from looking in");
	return close_descriptors(CLOSE_RANGE_CLOEXEC, report);
}

/* Uid 0 by the real uid alone: an effective one is what every caller of a setuid program has. */
static int
find_caller(struct entry *entry)
{
	if (identity_find_caller(&entry->caller, entry->report) < 0)
		return -1;
	entry->is_superuser = entry->caller.uid == 0;
	return powers_check(entry->is_superuser ? POWERS_TO_JOIN : POWERS_TO_DROP, entry->report);
}

static bool
is_listed(const struct record *record, const struct identity *caller)
{
	const char *value = NULL;
	uint64_t gid;

	if (record_has_number(record, "uid", caller->uid))
		return true;
	while ((value = record_next(record, "gid", value)))
		if (number_parse(value, UINT32_MAX, &gid) == 0 &&
			identity_has_group(caller, (gid_t)gid))
			return true;
	return false;
}

/*
 * The same words whether the root is absent, stopped, or not the caller's: it is nobody's business.
 * error: why it cannot be looked at, ENOENT and ESTALE (namespace_open_pin) because it is not
 * there.
 */
static int
refuse(const struct entry *entry, int error)
{
	const char *root = entry->options->root;

	if (entry->is_superuser && powers_check_place(entry->report) < 0)
		return -1;
	if (entry->is_superuser && error != ENOENT && error != ESTALE)
		return report_error(entry->report, error, "cannot look at %s", root);
	/* what was typed comes last: it can say nothing in another's name */
	if (!entry->is_superuser)
		log_say("chroot-enter", "uid %u was refused: %.64s", (unsigned)entry->caller.uid,
			root);
	return report_error(entry->report, 0,
		"%s is not prepared (rc-service chroot-mounts start), or you are not listed for it",
		*root != '\0' ? root : "''");
}

static int
mend_by_restart(const struct entry *entry, const char *what)
{
	const char *service = record_value(&entry->record, "service");

	report_mend(entry->report, "rc-service %s restart", *service ? service : "chroot-mounts");
	return report_error(entry->report, 0, "%s %s", entry->options->root, what);
}

/* May the caller enter? Nothing but the record and the kernel's credentials is asked. error: what
 * keeps the record from being read, 0 for nothing. */
static bool
may_enter(struct entry *entry, int folder, int *error)
{
	*error = record_read(&entry->record, folder, "record") < 0 ? errno : 0;
	if (entry->is_superuser)
		return true;
	return (*error == 0 || *error == EPROTO) && is_listed(&entry->record, &entry->caller);
}

/* Who is not listed learns of no failure either: a limit on descriptors would tell what there is.
 */
static int
authorise(struct entry *entry, int folder)
{
	int error;

	if (!may_enter(entry, folder, &error))
		return refuse(entry, ENOENT);
	if (error == EPROTO)
		return mend_by_restart(entry, "was prepared by another version");
	if (error == ENOENT)
		return refuse(entry, ENOENT);
	if (error != 0)
		return report_error(
			entry->report, error, "cannot read the record of %s", entry->options->root);
	return 0;
}

/*
 * Threat: a setuid copy of this program inside a root, or a caller in a mount namespace of its
 * own making, with a state directory of its own. The record names the mount that is `/` on the
 * host: its number is nobody else's while it lasts, in whatever namespace, and costs no look into
 * /proc.
 */
static int
check_host(const struct entry *entry)
{
	struct namespace_place place;

	if (namespace_place(&place) < 0)
		return report_error(entry->report, errno, "cannot look at /");
	if (record_has_number(&entry->record, "host_mount", place.mount))
		return 0;
	return report_error(entry->report, 0,
		"it can be used on the host only, not from inside another mount namespace");
}

static int
open_folder(const char *name)
{
	char path[sizeof(STATE_DIRECTORY "/") + NAME_LENGTH];
	size_t length = strlen(name);

	/* whoever calls has judged the name; nothing is written behind path all the same */
	if (length > NAME_LENGTH) {
		errno = ENOENT;
		return -1;
	}
	memcpy(path, STATE_DIRECTORY "/", sizeof(STATE_DIRECTORY));
	memcpy(path + sizeof(STATE_DIRECTORY), name, length + 1);
	return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Opens the pin, and sees that it is what start pinned. */
static int
open_namespace(struct entry *entry)
{
	cleanup_fd int folder = -1;
	uint64_t number;

	if (!name_is_valid(entry->options->root))
		return refuse(entry, ENOENT);
	folder = open_folder(entry->options->root);
	if (folder < 0)
		return refuse(entry, errno);
	if (authorise(entry, folder) < 0 || (!entry->is_superuser && check_host(entry) < 0))
		return -1;
	entry->namespace = namespace_open_pin(folder, "ns");
	if (entry->namespace < 0)
		return refuse(entry, errno);
	if (namespace_number(entry->namespace, &number) < 0 ||
		!record_has_number(&entry->record, "namespace", number))
		return mend_by_restart(
			entry, "is damaged: another namespace is pinned than start made");
	return 0;
}

/* NULL for nobody. */
static const char *
named_user(const struct entry *entry)
{
	const char *user = entry->options->user;

	if (user || !entry->is_superuser)
		return user;
	user = record_value(&entry->record, "default_user");
	return *user != '\0' ? user : NULL;
}

/*
 * Whom the superuser becomes, as far as the host knows. The name service is asked here, on the
 * host, and for nobody else.
 */
static int
find_target(struct entry *entry)
{
	const char *user = named_user(entry);

	if (!user)
		return 0;
	if (!entry->is_superuser) {
		log_say("chroot-enter", "uid %u was refused -u for %s: %.64s",
			(unsigned)entry->caller.uid, entry->options->root, user);
		return report_error(
			entry->report, 0, "-u is for the superuser; others enter as themselves");
	}
	if (powers_check(POWERS_TO_CHANGE, entry->report) < 0)
		return -1;
	entry->is_named = true;
	if (identity_find_named(
		    &entry->named, &entry->naming, user, entry->options->groups, entry->report) < 0)
		return -1;
	if (entry->options->user && entry->named.uid == (uid_t)-1)
		log_say("chroot-enter", "uid 0 asks for a user of %s: %.64s", entry->options->root,
			user);
	else if (entry->options->user)
		log_say("chroot-enter", "uid 0 enters %s as uid %u: %.64s", entry->options->root,
			(unsigned)entry->named.uid, user);
	return 0;
}

/*
 * The kernel alone is asked: getcwd(3) goes up and reads the directories itself, with the
 * superuser's powers, where the path is longer than PATH_MAX or, "(unreachable)/...", outside the
 * process' root.
 */
static void
find_directory(struct entry *entry)
{
	if (syscall(SYS_getcwd, entry->directory, sizeof(entry->directory)) < 0 ||
		entry->directory[0] != '/')
		entry->directory[0] = '\0';
}

static const struct identity *
target_of(const struct entry *entry)
{
	return entry->is_named ? &entry->named : &entry->caller;
}

/* The superuser who stays the superuser keeps every power. */
static bool
stays_superuser(const struct entry *entry)
{
	return entry->is_superuser && (!entry->is_named || entry->named.uid == 0);
}

/* The last of several, as lib/enter/environment.c has it. */
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

/* A cookie is for the user who called, and only where there is a display to use it on. */
static void
read_authority(struct entry *entry)
{
	if (target_of(entry)->uid == entry->caller.uid && caller_variable(entry, "DISPLAY"))
		authority_read(&entry->authority, caller_variable(entry, "XAUTHORITY"),
			caller_variable(entry, "HOME"));
}

/* Is it one of the words of an option list? */
static bool
has_word(const char *list, const char *word)
{
	size_t length;

	for (; *list != '\0'; list += length + (list[length] == ',')) {
		length = strcspn(list, ",");
		if (length == strlen(word) && strncmp(list, word, length) == 0)
			return true;
	}
	return false;
}

/*
 * Is it a file of the host's, and another one than was bound? line: MOUNT:DEVICE:INODE:PLACE,
 * mount 0 where there is none.
 */
static bool
was_replaced(const char *line, const char *source)
{
	unsigned long long mount, device, inode;
	struct stat found;

	if (sscanf(line, "%llu:%llu:%llu:", &mount, &device, &inode) != 3 || mount == 0)
		return false;
	return stat(source, &found) == 0 && !S_ISDIR(found.st_mode) &&
	       (found.st_dev != device || found.st_ino != inode);
}

/*
 * A file that an editor renames into place is a new one, and the root keeps the old. For a shell
 * alone, since a command's output stays its own. Recursive binds are of directories, and a look at
 * one could wait for a server.
 */
static void
tell_replaced(const struct entry *entry)
{
	const struct record *record = &entry->record;
	const char *service = record_value(record, "service");
	const char *line = NULL;

	if (entry->options->command)
		return;
	while ((line = record_next(record, "line", line))) {
		const char *source = record_next(record, "line_source", line);
		const char *options = record_next(record, "line_options", line);

		if (source && options && has_word(options, "bind") && was_replaced(line, source))
			report_warning(entry->report,
				"%s was replaced on the host, and %s has the old one; rc-service "
				"%s reload renews it",
				source, entry->options->root, *service ? service : "chroot-mounts");
	}
}

/*
 * Is this still the place that start made? The superuser inside can take away or cover anything.
 * is_copy: of that place, of which the mount has an id of its own.
 */
static int
check_place(const struct entry *entry, bool is_copy)
{
	struct namespace_place place;

	if (namespace_place(&place) < 0 ||
		!record_has_number(&entry->record, "device", place.device) ||
		!record_has_number(&entry->record, "inode", place.inode) ||
		(!is_copy && !record_has_number(&entry->record, "mount", place.mount)))
		return mend_by_restart(entry, "is damaged: / inside is not what start made");
	if (place.owner != 0 || place.mode & (S_IWGRP | S_IWOTH))
		return report_error(entry->report, 0,
			"%s is not safe to enter: its top directory can be written by others than "
			"the superuser",
			entry->options->root);
	return 0;
}

/* The binds, in a copy of the namespace, which *copy is opened on then. */
static int
make_copy(struct entry *entry, int *copy)
{
	/* the host's, since a root's own may be anything */
	cleanup_fd int names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int namespaces = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *root = entry->options->root;

	if (names < 0 || namespaces < 0)
		return report_error(entry->report, errno, "cannot look at /proc/self");
	if (binds_open(&entry->binds, entry->report) < 0)
		return -1;
	if (namespace_join(entry->namespace) < 0)
		return report_error(entry->report, errno, "cannot join the namespace of %s", root);
	if (check_place(entry, false) < 0 || binds_enter_copy(entry->report) < 0 ||
		binds_attach(&entry->binds, names, root, entry->report) < 0)
		return -1;
	*copy = openat(namespaces, "mnt", O_RDONLY | O_CLOEXEC);
	return *copy < 0 ? report_error(entry->report, errno, "cannot open the new namespace") : 0;
}

/*
 * For -b: what is joined from here on is a copy that has the binds too. It is made by the
 * superuser, who alone may, and on the way nothing of the root is read; then the process stands on
 * the host again, for the way in that all take.
 */
static int
bind_for_entry(struct entry *entry)
{
	cleanup_fd int host = -1;
	cleanup_fd int copy = -1;

	if (entry->options->bind_count == 0)
		return 0;
	if (!entry->is_superuser)
		return report_error(entry->report, 0, "-b and --bind-ro are for the superuser");
	if (binds_read(&entry->binds, entry->options, entry->report) < 0)
		return -1;
	host = namespace_open_own();
	if (host < 0)
		return report_error(entry->report, errno, "cannot look at /proc/self/ns/mnt");
	if (make_copy(entry, &copy) < 0)
		return -1;
	if (namespace_join(host) < 0)
		return report_error(entry->report, errno, "cannot return to the host's namespace");
	cleanup_fd_release(&entry->namespace);
	entry->namespace = steal_fd(&copy);
	return 0;
}

/*
 * From the superuser to whom they named. Who that is may be known to the tree alone, so it is asked
 * with powers at hand, which its owner must not get at: only here, for a caller whose real uid is
 * 0 and who could as well have read the files from the host. No name service, thus no library of
 * the tree; two files of the superuser's, not through a last link, of a limited size, as data.
 */
static int
become_named(struct entry *entry)
{
	const struct identity *target = &entry->named;

	if (identity_ask_tree(&entry->named, &entry->naming, entry->options->root, entry->report) <
		0)
		return -1;
	if (stays_superuser(entry))
		return identity_take_groups(target, entry->report);
	/* nobody but the one who called may type into the terminal; with power, which it takes
	 * where there is no no_new_privs, seccomp(2) */
	if (terminal_protect() < 0)
		return report_error(
			entry->report, errno, "cannot protect your terminal from the other user");
	if (identity_become(target, true, entry->report) < 0 ||
		identity_let_go(target, entry->report) < 0)
		return -1;
	/* after the change of uid: the new one belongs to whom it is */
	return keyring_leave(entry->report);
}

/* With allow_setuid: does nobody pass for another user, or a member of another group, by number?
 * The tree's own users are whom the tree says. */
static int
check_names(const struct entry *entry)
{
	const struct identity *target = target_of(entry);

	if (!target->allows_setuid || stays_superuser(entry) ||
		(entry->is_named && !entry->naming.is_account))
		return 0;
	return collision_check(&entry->record, target, entry->options->root, entry->report);
}

/*
 * A user goes down before going in, so that nothing of the setuid start stands in the tree; there
 * are only the calls that drop and look at `/`. The superuser goes in first.
 */
static int
join(struct entry *entry)
{
	const struct identity *caller = &entry->caller;

	/* what -b shows has not been judged */
	entry->caller.allows_setuid = entry->named.allows_setuid =
		entry->options->bind_count == 0 &&
		strcmp(record_value(&entry->record, "allow_setuid"), "yes") == 0;
	if (!entry->is_superuser && identity_become(caller, false, entry->report) < 0)
		return -1;
	/* the host's files, so before joining; with the user's ids and no capability effective */
	read_authority(entry);
	tell_replaced(entry);
	if (!entry->is_superuser && identity_arm(entry->report) < 0)
		return -1;
	if (namespace_join(entry->namespace) < 0)
		return report_error(entry->report, errno, "cannot join the namespace of %s",
			entry->options->root);
	/*
	 * Threat: a directory or a program of the host, open as 9: -d, -s, COMMAND or the root's
	 * own passwd names it /proc/self/fd/9. A module of the name service may have left one
	 * open as well. Nothing of libc's is open, and nothing is read before.
	 */
	entry->namespace = -1;
	if (close_descriptors(0, entry->report) < 0)
		return -1;
	if (!entry->is_superuser && identity_let_go(caller, entry->report) < 0)
		return -1;
	if (check_place(entry, entry->options->bind_count > 0) < 0)
		return -1;
	if (entry->is_named && become_named(entry) < 0)
		return -1;
	return check_names(entry);
}

/* The root's own passwd, read as data, as the user whom it is about. */
static void
find_account(uid_t uid, struct account *account)
{
	cleanup_free char *passwd = account_text("/etc/passwd", true);

	*account = (struct account){0};
	if (passwd)
		account_read(account, passwd, uid); /* none is no error: home_of says it */
}

/* The name ends in prompts and paths. */
static bool
is_user_name(const char *name)
{
	for (const char *byte = name; *byte != '\0'; byte++)
		if (*byte == '/' || (unsigned char)*byte < ' ' || *byte == 0x7f)
			return false;
	return *name != '\0';
}

/* What the user is called inside: by the root's passwd, else as on the host. */
static const char *
user_name(const struct entry *entry, const struct account *account)
{
	const char *name = account->name;

	if (!name)
		name = target_of(entry)->name;
	if (!name && !entry->is_named)
		name = caller_variable(entry, "LOGNAME");
	if (!name && !entry->is_named)
		name = caller_variable(entry, "USER");
	return name && is_user_name(name) ? name : "unknown";
}

static bool
is_directory(const char *path)
{
	struct stat found;

	return path[0] == '/' && stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* `/` where the home is missing inside. For a shell, a note says why; a command's output stays its
 * own. */
static const char *
home_of(const struct entry *entry, const struct account *account)
{
	unsigned uid = (unsigned)target_of(entry)->uid;
	const char *root = entry->options->root;

	if (account->home && is_directory(account->home))
		return account->home;
	if (entry->options->command)
		return "/";
	if (account->name)
		report_warning(entry->report,
			"your home %s is missing inside %s; make it there and give it to %s",
			account->home, root, account->name);
	else
		report_warning(entry->report,
			"%s has no account with the number %u; make one inside (useradd -m -u %u "
			"NAME, or adduser -u "
			"%u NAME)",
			root, uid, uid, uid);
	return "/";
}

static const char *
shell_of(const struct entry *entry, const struct account *account)
{
	const char *shell = entry->options->shell;

	if (!shell)
		shell = record_value(&entry->record, "shell");
	if (*shell == '\0' && account->shell)
		shell = account->shell;
	return *shell == '\0' ? "/bin/sh" : shell;
}

/*
 * Threat: a path that leads to a place of the host's, /proc/self/fd/0 or /proc/PID/cwd. The kernel
 * names such a place "(unreachable)/...", getcwd(3). Inside it does not exist.
 */
static int
go_to(const char *path)
{
	static char name[PATH_MAX];

	/* it has no name where it was removed, or where the name is too long */
	if (chdir(path) < 0 || syscall(SYS_getcwd, name, sizeof(name)) < 0)
		return -1;
	if (name[0] == '/')
		return 0;
	errno = ENOENT;
	return -1;
}

/*
 * The same place as outside where the root has it. A command never runs in another place than it
 * was typed in: `rm -rf *` must not meet /.
 */
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
	if (options->command && !options->directory)
		report_mend(entry->report, "chroot-enter -d DIR %s …", options->root);
	if (options->command || options->directory)
		return report_error(
			entry->report, error, "cannot go to %s inside %s", name, options->root);
	if (go_to(home) < 0) {
		home = "/";
		if (go_to(home) < 0)
			return report_error(
				entry->report, errno, "cannot go to / inside %s", options->root);
	}
	report_warning(entry->report, "cannot go to %s inside %s: %s; you are in %s", name,
		options->root, strerror(error), home);
	return 0;
}

static int
take_personality(const struct entry *entry)
{
	const char *wanted = record_value(&entry->record, "personality");
	unsigned long persona = strcmp(wanted, "linux32") == 0 ? PER_LINUX32 : PER_LINUX;

	if (*wanted != '\0' && personality(persona) < 0)
		return report_error(entry->report, errno, "cannot take the personality %s", wanted);
	return 0;
}

static int
execute_shell(const struct entry *entry, const char *shell, char **environment)
{
	const char *base = strrchr(shell, '/') ? strrchr(shell, '/') + 1 : shell;
	char name[NAME_MAX + 2];
	char *argv[] = {name, NULL};

	snprintf(name, sizeof(name), "%s%s", entry->options->login ? "-" : "", base);
	return command_execute(shell, argv, environment, "", entry->report);
}

/* Inside, as the user, without privilege: from here on the root may be read. */
static int
execute(struct entry *entry)
{
	const struct options *options = entry->options;
	const struct identity *target = target_of(entry);
	struct account account;
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

	find_account(target->uid, &account);
	rules.user = user_name(entry, &account);
	rules.home = home_of(entry, &account);
	rules.shell = shell_of(entry, &account);
	rules.authority = authority_show(&entry->authority, rules.home,
		caller_variable(entry, "XDG_RUNTIME_DIR"), options->root, entry->report);
	environment = environment_make(&rules);
	if (!environment) {
		report_error(entry->report, ENOMEM, "cannot make the environment");
		return COMMAND_FAILED;
	}
	if (go_to_directory(entry, rules.home) < 0 || take_personality(entry) < 0)
		return COMMAND_FAILED;
	if (!options->command)
		return execute_shell(entry, rules.shell, environment);
	return command_execute(options->command[0], options->command, environment,
		record_value(&entry->record, "path"), entry->report);
}

/*
 * The order that matters: who calls and whether they may; everything that is asked of the host;
 * then down to the user, into the namespace, and the last powers away; only then anything of the
 * root. For whom the superuser names it is into the namespace, the two files that say who that is,
 * and down.
 */
static int
enter(struct entry *entry)
{
	if (find_caller(entry) < 0 || open_namespace(entry) < 0 || find_target(entry) < 0)
		return COMMAND_FAILED;
	find_directory(entry);
	if (bind_for_entry(entry) < 0 || join(entry) < 0)
		return COMMAND_FAILED;
	return execute(entry);
}

/* Asked before anything is looked at: a root that could not be would be missing without a word,
 * and a word on it would tell that it is there. */
static int
check_descriptors(const struct entry *entry)
{
	cleanup_fd int folder = open("/", O_PATH | O_CLOEXEC);
	cleanup_fd int record = open("/", O_PATH | O_CLOEXEC);

	return folder >= 0 && record >= 0
		       ? 0
		       : report_error(entry->report, errno, "cannot look at the roots");
}

/* Says its name if the caller may enter it; the superuser, unless a stop is at work on it. */
static int
list_root(struct entry *entry, const char *name)
{
	cleanup_fd int folder = open_folder(name);
	cleanup_fd int pin = -1;
	int error;

	if (folder < 0 || !may_enter(entry, folder, &error) || error == ENOENT)
		return 0;
	if (!entry->is_superuser && check_host(entry) < 0)
		return -1;
	pin = namespace_open_pin(folder, "ns");
	if (pin >= 0)
		puts(name);
	return 0;
}

static int
is_root_name(const struct dirent *found)
{
	return name_is_valid(found->d_name);
}

/* A name is said of no root that entering would refuse. */
static int
list(struct entry *entry)
{
	struct dirent **roots = NULL;
	int count, result;

	if (find_caller(entry) < 0 || check_descriptors(entry) < 0)
		return COMMAND_FAILED;
	count = scandir(STATE_DIRECTORY, &roots, is_root_name, alphasort);
	result = count >= 0 || errno == ENOENT
			 ? 0
			 : report_error(entry->report, errno, "cannot look at the roots");
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = list_root(entry, roots[i]->d_name);
		record_release(&entry->record);
		free(roots[i]);
	}
	free(roots);
	if (result == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		result = report_error(entry->report, errno, "cannot write");
	return result == 0 ? EXIT_SUCCESS : COMMAND_FAILED;
}

int
main(int argc, char **argv)
{
	/* static: the pages that are not used stay the kernel's */
	static struct report report;
	static struct options options;
	static struct entry entry;
	int result;

	entry.options = &options;
	entry.report = &report;
	entry.environment = environ;
	entry.namespace = -1;
	report_init(&report, "chroot-enter");
	if (guard_process(&report) < 0)
		return COMMAND_FAILED;
	result = options_read(&options, argc, argv, &report);
	if (result != 0)
		return result < 0 ? COMMAND_FAILED : EXIT_SUCCESS;
	return options.lists ? list(&entry) : enter(&entry);
}
