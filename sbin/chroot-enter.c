/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins the namespace of a root and becomes the user's shell or command there. Setuid: a listed
 * user enters as themselves and gains nothing, the superuser enters as the superuser. What the
 * superuser alone may ask for is another program, which this one executes. The order of `enter`
 * below is the whole defence; sbin/chroot-enter.1 says against what.
 */
#include "common/collision.h"
#include "common/namespace.h"
#include "common/report.h"
#include "enter/admission.h"
#include "enter/command.h"
#include "enter/entry.h"
#include "enter/guard.h"
#include "enter/identity_become.h"
#include "enter/log.h"
#include "enter/options.h"
#include "enter/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTER_AS LIBEXECDIR "/chroot-mounts/chroot-enter-as"

/*
 * Executes the program for the superuser with the same words. It reads the record again, and judges
 * whatever it is given itself: nothing passes but the arguments and the environment.
 */
static int
become_enter_as(const struct entry *entry, char **argv)
{
	execve(ENTER_AS, argv, entry->environment);
	if (errno == ENOENT)
		report_mend(entry->report, "reinstall the package");
	return report_error(entry->report, errno, "cannot execute " ENTER_AS);
}

/* Refuses a user what is for the superuser; log: a word of theirs for the host's log. */
static int
refuse(const struct entry *entry)
{
	const struct options *options = entry->options;

	if (!options->user)
		return report_error(entry->report, 0, "-b and --bind-ro are for the superuser");
	log_say("chroot-enter", "uid %u was refused -u for %s: %.64s", (unsigned)entry->caller.uid,
		options->root, options->user);
	return report_error(
		entry->report, 0, "-u is for the superuser; others enter as themselves");
}

/*
 * A user drops privileges before joining, so that no process of the setuid start stands in the
 * tree; there are only the calls that drop and that look at `/`. The superuser joins as the
 * superuser.
 */
static int
join(struct entry *entry)
{
	const struct identity *caller = &entry->caller;

	entry->caller.allows_setuid =
		strcmp(record_value(&entry->record, "allow_setuid"), "yes") == 0;
	if (!entry->is_superuser && identity_become(caller, false, entry->report) < 0)
		return -1;
	/* the host's files, so before joining; with the user's ids and no capability effective */
	session_read_host(entry);
	if (!entry->is_superuser && identity_arm(entry->report) < 0)
		return -1;
	if (namespace_join(entry->namespace) < 0)
		return report_error(entry->report, errno, "cannot join the namespace of %s",
			entry->options->root);
	/*
	 * Threat: a directory or a program of the host, open as 9: -d, -s, COMMAND or the root's
	 * own passwd names it /proc/self/fd/9. Nothing of libc's is open, and nothing is read
	 * before.
	 */
	entry->namespace = -1;
	if (guard_close_descriptors(entry->report) < 0)
		return -1;
	if (!entry->is_superuser && identity_let_go(caller, entry->report) < 0)
		return -1;
	if (admission_check_place(entry, false) < 0)
		return -1;
	if (entry->is_superuser || !caller->allows_setuid)
		return 0;
	return collision_check(&entry->record, caller, entry->options->root, entry->report);
}

/*
 * The order that matters: the caller and the record decide; everything that is asked of the host;
 * then down to the user, into the namespace, and the last capabilities away; only then is anything
 * of the root read.
 */
static int
enter(struct entry *entry, char **argv)
{
	const struct options *options = entry->options;
	bool is_special = options->user || options->bind_count > 0;

	if (admission_find_caller(entry) < 0)
		return COMMAND_FAILED;
	if (entry->is_superuser && is_special) {
		become_enter_as(entry, argv);
		return COMMAND_FAILED;
	}
	if (admission_open(entry) < 0)
		return COMMAND_FAILED;
	if (entry->is_superuser && *record_value(&entry->record, "default_user") != '\0') {
		become_enter_as(entry, argv);
		return COMMAND_FAILED;
	}
	if (is_special) {
		refuse(entry);
		return COMMAND_FAILED;
	}
	session_find_directory(entry);
	return join(entry) < 0 ? COMMAND_FAILED : session_execute(entry);
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
	entry.target = &entry.caller;
	entry.namespace = -1;
	report_init(&report, "chroot-enter");
	if (guard_process(&report) < 0)
		return COMMAND_FAILED;
	result = options_read(&options, argc, argv, &report);
	if (result != 0)
		return result < 0 ? COMMAND_FAILED : EXIT_SUCCESS;
	if (!options.lists)
		return enter(&entry, argv);
	return admission_find_caller(&entry) < 0 || admission_list(&entry) < 0 ? COMMAND_FAILED
									       : EXIT_SUCCESS;
}
