/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins the namespace of a root and executes the user's shell or command there. Setuid: a listed
 * user enters as themselves, the superuser as the superuser. chroot-enter-as, which this program
 * executes, has the options for the superuser alone. SECURITY.md lists the threats.
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

/* Executes chroot-enter-as, which reads the record again and judges for itself: it gets nothing but
 * the arguments and the environment. */
static int
become_enter_as(const struct entry *entry, char **argv)
{
	execve(ENTER_AS, argv, entry->environment);
	if (errno == ENOENT)
		report_advise(entry->report, "reinstall the package");
	return report_error(entry->report, errno, "cannot execute " ENTER_AS);
}

/* Refuses the superuser's options to a user. */
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
 * Enters the root, in the order that matters. The caller's files are read first, then the record
 * decides. The pin is opened, the namespace is joined, and the last capability is dropped, without
 * a call between that could wait for the caller. The root is read only after that. The superuser
 * keeps every capability.
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
	session_read_xauthority(entry);
	if (admission_judge(entry) < 0)
		return -1;
	if (entry->is_superuser && *record_value(&entry->record, "default_user") != '\0')
		return become_enter_as(entry, argv);
	if (is_special)
		return refuse(entry);
	session_report_replaced(entry);
	if (admission_open_pin(entry) < 0 || admission_join(entry) < 0)
		return -1;
	caller->allows_setuid = strcmp(record_value(&entry->record, "allow_setuid"), "yes") == 0;
	if (!entry->is_superuser && privileges_let_go(caller, entry->report) < 0)
		return -1;
	if (admission_check_root(entry, false) < 0)
		return -1;
	if (entry->is_superuser || !caller->allows_setuid)
		return 0;
	return collision_check(&entry->record, caller, options->root, entry->report);
}

int
main(int argc, char **argv)
{
	/* static: pages that are never touched take no memory */
	static struct report report;
	static struct options options;
	static struct entry entry;
	int result;

	entry_init(&entry, &options, &report);
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
