/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins the namespace of a root and becomes the user's shell or command there. Setuid: a listed
 * user enters as themselves and gains nothing, the superuser enters as the superuser. What the
 * superuser alone may ask for is another program, which this one executes. The order of `enter`
 * below is the whole defence; sbin/chroot-enter.1 says against what.
 */
#include "common/collision.h"
#include "common/report.h"
#include "enter/admission.h"
#include "enter/command.h"
#include "enter/entry.h"
#include "enter/guard.h"
#include "enter/log.h"
#include "enter/options.h"
#include "enter/privileges.h"
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

/* Refuses a user what is for the superuser. */
static int
refuse(const struct entry *entry)
{
	const struct options *options = entry->options;

	if (!options->user)
		return report_error(entry->report, 0, "-b and --bind-ro are for the superuser");
	log_refusal("chroot-enter", entry->caller.uid, " -u for %s: %.64s", options->root,
		options->user);
	return report_error(
		entry->report, 0, "-u is for the superuser; others enter as themselves");
}

/*
 * The order that matters. A user has only their own identity from the beginning on. What is the
 * caller's is read first, and the record decides. Then the pin is opened, the namespace joined, and
 * the last capability let go, with no call between that could wait for the caller. Only then is
 * anything of the root read. The superuser goes the same way, and keeps every capability.
 */
static int
enter(struct entry *entry, char **argv)
{
	const struct options *options = entry->options;
	struct identity *caller = &entry->caller;
	bool is_special = options->user || options->bind_count > 0;

	if (entry->is_superuser && is_special)
		return become_enter_as(entry, argv);
	session_find_directory(entry);
	session_read_authority(entry);
	if (admission_judge(entry) < 0)
		return -1;
	if (entry->is_superuser && *record_value(&entry->record, "default_user") != '\0')
		return become_enter_as(entry, argv);
	if (is_special)
		return refuse(entry);
	session_report_replaced(entry);
	if (admission_open_pin(entry) < 0)
		return -1;
	if (admission_join(entry) < 0)
		return -1;
	caller->allows_setuid = strcmp(record_value(&entry->record, "allow_setuid"), "yes") == 0;
	if (!entry->is_superuser && privileges_let_go(caller, entry->report) < 0)
		return -1;
	if (admission_check_place(entry, false) < 0)
		return -1;
	if (entry->is_superuser || !caller->allows_setuid)
		return 0;
	return collision_check(&entry->record, caller, options->root, entry->report);
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
	entry.folder = entry.record_file = entry.namespace = -1;
	report_init(&report, "chroot-enter");
	result = options_answer(argc, argv, &report);
	if (result == 0 && (guard_process(&report) < 0 || admission_begin(&entry) < 0))
		result = -1;
	if (result == 0)
		result = options_read(&options, argc, argv, &report);
	if (result != 0)
		return result < 0 ? COMMAND_FAILED : EXIT_SUCCESS;
	if (options.lists)
		return admission_list(&entry) < 0 ? COMMAND_FAILED : EXIT_SUCCESS;
	return enter(&entry, argv) < 0 ? COMMAND_FAILED : session_execute(&entry);
}
