/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries for the superuser alone: as another user, or with binds. Not setuid: chroot-enter
 * executes it for the superuser, with the same arguments and environment and nothing else.
 */
#include "common/cleanup.h"
#include "common/collision.h"
#include "common/namespace.h"
#include "common/report.h"
#include "enter-as/binds.h"
#include "enter-as/groups.h"
#include "enter-as/identity_find.h"
#include "enter-as/keyring.h"
#include "enter-as/terminal.h"
#include "enter/admission.h"
#include "enter/capabilities.h"
#include "enter/command.h"
#include "enter/entry.h"
#include "enter/guard.h"
#include "enter/log.h"
#include "enter/options.h"
#include "enter/privileges.h"
#include "enter/session.h"
#include "superuser/namespace_copy.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

/* The entry that the superuser asks for. */
struct wish {
	struct identity user; /* of -u or default_user; complete after identity_ask_tree */
	struct user_spec naming; /* its words until then */
	struct binds binds;
};

/* Finds the user that the superuser becomes, by the host's name service. */
static int
find_user(struct entry *entry, struct wish *wish)
{
	const struct options *options = entry->options;
	const char *user = options->user;

	if (!user)
		user = record_value(&entry->record, "default_user");
	if (!options->user && *user == '\0')
		return 0;
	if (capabilities_check(CAPABILITIES_TO_CHANGE_USER, entry->report) < 0 ||
		identity_find_named(
			&wish->user, &wish->naming, user, options->groups, entry->report) < 0)
		return -1;
	entry->target = &wish->user;
	if (options->user && wish->user.uid == (uid_t)-1)
		log_write(
			"chroot-enter", "uid 0 asks for a user of %s: %.64s", options->root, user);
	else if (options->user)
		log_write("chroot-enter", "uid 0 enters %s as uid %u: %.64s", options->root,
			(unsigned)wish->user.uid, user);
	return 0;
}

static bool
is_named(const struct entry *entry)
{
	return entry->target != &entry->caller;
}

/* Makes the binds in a copy of the namespace. Returns 0 and the copy as a new file descriptor, or
 * -1 after reporting the error. */
static int
make_copy(struct entry *entry, struct binds *binds, int *copy)
{
	/* the host's, since those of the root may be any files */
	cleanup_fd int proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int namespaces = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *root = entry->options->root;

	if (proc_fd < 0 || namespaces < 0)
		return report_error(entry->report, errno, "cannot look at /proc/self");
	if (binds_open(binds, entry->report) < 0)
		return -1;
	if (namespace_join(entry->namespace) < 0)
		return report_error(entry->report, errno, "cannot join the namespace of %s", root);
	if (admission_check_root(entry, false) < 0 ||
		namespace_copy_enter(MS_SLAVE, entry->report) < 0 ||
		binds_attach(binds, proc_fd, root, entry->report) < 0)
		return -1;
	*copy = openat(namespaces, "mnt", O_RDONLY | O_CLOEXEC);
	return *copy < 0 ? report_error(entry->report, errno, "cannot open the new namespace") : 0;
}

/* For -b: replaces the namespace by a copy with the binds. Reads nothing of the root, and returns
 * to the host's namespace. Returns 0, or -1 after reporting the error. */
static int
bind_for_entry(struct entry *entry, struct binds *binds)
{
	cleanup_fd int host = -1;
	cleanup_fd int copy = -1;

	if (entry->options->bind_count == 0)
		return 0;
	if (binds_read(binds, entry->options, entry->report) < 0)
		return -1;
	host = namespace_open_own();
	if (host < 0)
		return report_error(entry->report, errno, "cannot look at /proc/self/ns/mnt");
	if (make_copy(entry, binds, &copy) < 0)
		return -1;
	if (namespace_join(host) < 0)
		return report_error(entry->report, errno, "cannot return to the host's namespace");
	cleanup_fd_release(&entry->namespace);
	entry->namespace = steal_fd(&copy);
	return 0;
}

/* True if the uid stays 0, and with it every capability. */
static bool
stays_superuser(const struct entry *entry)
{
	return entry->target->uid == 0;
}

/*
 * Becomes the named user, who may exist in the tree alone: two of its files are read with
 * privilege. Only the superuser can write them, they are no links, their size is limited, and no
 * library of the tree is loaded, because no name service is used.
 */
static int
become_named(struct entry *entry, struct wish *wish)
{
	if (identity_ask_tree(&wish->user, &wish->naming, entry->options->root, entry->report) < 0)
		return -1;
	if (stays_superuser(entry))
		return groups_take(&wish->user, entry->report);
	/* still with privilege, which seccomp(2) needs without no_new_privs */
	if (terminal_protect() < 0)
		return report_error(
			entry->report, errno, "cannot protect your terminal from the other user");
	if (groups_take(&wish->user, entry->report) < 0 ||
		privileges_become(&wish->user, entry->report) < 0 ||
		privileges_let_go(&wish->user, entry->report) < 0)
		return -1;
	/* after the change of uid, because the new keyring belongs to the process' uid */
	return keyring_leave(entry->report);
}

/* Joins before the change of user, because the user may exist in the tree alone. */
static int
join(struct entry *entry, struct wish *wish)
{
	const char *root = entry->options->root;
	bool has_binds = entry->options->bind_count > 0;

	if (admission_join(entry) < 0 || admission_check_root(entry, has_binds) < 0)
		return -1;
	/* setuid programs in the sources of -b were not judged */
	entry->target->allows_setuid =
		!has_binds && strcmp(record_value(&entry->record, "allow_setuid"), "yes") == 0;
	if (!is_named(entry))
		return 0;
	if (become_named(entry, wish) < 0)
		return -1;
	/* a user of the tree alone collides with no user of the tree */
	if (!wish->user.allows_setuid || stays_superuser(entry) || !wish->naming.is_account)
		return 0;
	return collision_check(&entry->record, &wish->user, root, entry->report);
}

static int
enter(struct entry *entry, struct wish *wish)
{
	if (admission_judge(entry) < 0 || find_user(entry, wish) < 0)
		return COMMAND_FAILED;
	session_find_directory(entry);
	session_read_xauthority(entry);
	session_report_replaced(entry);
	if (admission_open_pin(entry) < 0 || bind_for_entry(entry, &wish->binds) < 0 ||
		join(entry, wish) < 0)
		return COMMAND_FAILED;
	return session_execute(entry);
}

int
main(int argc, char **argv)
{
	static struct report report;
	static struct options options;
	static struct entry entry;
	static struct wish wish;
	int result;

	entry_init(&entry, &options, &report);
	if (guard_process(&report) < 0)
		return COMMAND_FAILED;
	if (getuid() != 0 || geteuid() != 0) {
		report_error(&report, 0, "this part of it is for the superuser; type chroot-enter");
		return COMMAND_FAILED;
	}
	if (admission_begin(&entry) < 0)
		return COMMAND_FAILED;
	result = options_read(&options, argc, argv, &report);
	if (result != 0)
		return result < 0 ? COMMAND_FAILED : EXIT_SUCCESS;
	if (options.lists) {
		report_error(&report, 0, "--list is for chroot-enter");
		return COMMAND_FAILED;
	}
	return enter(&entry, &wish);
}
