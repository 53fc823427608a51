/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/add.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "helper/add_judge.h"
#include "helper/new_file.h"
#include "helper/reload.h"
#include "helper/service.h"
#include "helper/start.h"
#include "helper/tree_user.h"
#include "helper/tree_user_make.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

/* Prints a step that was made. */
static void __attribute__((format(printf, 2, 3)))
say(const struct report *report, const char *format, ...)
{
	va_list arguments;

	if (report->level < REPORT_WARNINGS)
		return;
	printf("%s: ", report->subject);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	/* before the programs of the tree print */
	fflush(stdout);
}

/* Writes the file whole, and never over another one. */
static int
write_config(const char *path, const char *text, struct report *report)
{
	const struct stat like = {.st_mode = 0644};
	struct new_file file = {""};

	if (new_file_write(&file, path, text, &like) == 0 && new_file_keep(&file, path) == 0)
		return 0;
	return report_error(report, errno, "cannot write %s", path);
}

/* Starts the root by the file that was written, or takes the file back. */
static int
start_written(struct service *service, const char *name, const char *path)
{
	service->catalogue.proposed = NULL;
	if (start_root(service, name) == 0)
		return 0;
	if (unlink(path) < 0)
		report_error(service->report, errno, "cannot remove %s", path);
	return -1;
}

/* Judges the tree by the text before it is written. */
static int
make_root(struct service *service, const struct add_request *request, const char *text)
{
	char path[sizeof(CATALOGUE_DIRECTORY "/" CATALOGUE_SERVICE ".") + NAME_LENGTH];
	struct report *report = service->report;
	sigset_t all, before;
	int result;

	snprintf(
		path, sizeof(path), CATALOGUE_DIRECTORY "/" CATALOGUE_SERVICE ".%s", request->name);
	if (catalogue_propose(&service->catalogue, request->name, text, report) < 0 ||
		start_judge(service, request->name) < 0)
		return -1;
	/* Ctrl-C would leave a file without its root */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	result = write_config(path, text, report);
	if (result == 0)
		result = start_written(service, request->name, path);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (result < 0)
		return -1;
	say(report, "written to %s", path);
	say(report, "started");
	return 0;
}

static int
make_accounts(struct service *service, const char *name, struct tree_user *users, size_t count)
{
	const char *allow_setuid = service->catalogue.service.values[CONFIG_ALLOW_SETUID].text;
	struct report *report = service->report;
	bool has_made = false;
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		const char *user = users[i].account.name;
		const char *how;

		if (tree_user_make(&users[i], service, name, &how) < 0)
			result = -1;
		else if (how)
			say(report, "%s has an account inside (%s)", user, how);
		else
			say(report, "%s has an account inside already", user);
		has_made |= how != NULL;
	}
	/* the record lists the accounts that the tree and the host have alike */
	if (has_made && allow_setuid && strcmp(allow_setuid, "yes") == 0 &&
		reload_root(service, name) < 0)
		result = -1;
	if (result < 0)
		report_warning(report, "is configured and started all the same");
	return result;
}

/* True if the service that handles the root passes it over, by `roots`. */
static bool
is_left_out(const struct service *service, const char *name)
{
	const char *listed = service->catalogue.service.values[CONFIG_ROOTS].text;
	const struct catalogue_entry *entry = catalogue_entry(&service->catalogue, name);
	cleanup_free char *copy = listed ? strdup(listed) : NULL;
	char *rest = NULL;

	if (!copy || listed[0] == '\0' || (entry && entry->has_symlink))
		return false;
	for (char *word = strtok_r(copy, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest))
		if (strcmp(word, name) == 0)
			return false;
	return true;
}

/* Says how to go on. */
static void
say_next(const struct service *service, const char *name)
{
	char text[NAME_LENGTH + sizeof(CATALOGUE_SERVICE ".")];
	const char *owner = service_of(service, name, text, sizeof(text));

	if (is_left_out(service, name))
		report_warning(service->report,
			"is not among the `roots` of %s/%s, so the service leaves it out",
			CATALOGUE_DIRECTORY, CATALOGUE_SERVICE);
	say(service->report, "to enter it: chroot-enter %s", name);
	if (catalogue_lacks_runlevel(owner))
		say(service->report, "to start it at boot: rc-update add %s default", owner);
}

int
add_root(struct service *service, const struct add_request *request)
{
	struct tree_user *users = calloc(request->count + 1, sizeof(*users));
	cleanup_free char *text = NULL;
	size_t count = 0;
	int result = users ? add_judge(service, request, users, &count)
			   : report_error(service->report, ENOMEM, "cannot add a root");

	if (result == 0) {
		text = add_text(request->directory, users, count);
		result = text ? make_root(service, request, text)
			      : report_error(service->report, errno, "cannot add the root");
	}
	if (result == 0) {
		result = make_accounts(service, request->name, users, count);
		say_next(service, request->name);
	}
	while (count > 0)
		tree_user_release(&users[--count]);
	free(users);
	return result;
}
