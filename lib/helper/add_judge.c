/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/add_judge.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/report_word.h"
#include "helper/config.h"
#include "helper/people.h"
#include "helper/reserved_name.h"
#include "helper/service.h"
#include "helper/state.h"
#include "helper/tree_user.h"
#include "superuser/host_account.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* Sets the command that mends the error: the same one, with another directory, and the names of the
 * users apart. */
static void
mend_command(struct report *report, const struct add_request *request, const char *directory)
{
	cleanup_free char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return;
	fprintf(stream, "chroot-mounts add %s %s", request->name, report_word(report, directory));
	for (size_t i = 0; i < request->count; i++) {
		cleanup_free char *copy = strdup(request->users[i]);
		char *rest = NULL;

		for (char *word = copy ? strtok_r(copy, ", ", &rest) : NULL; word;
			word = strtok_r(NULL, ", ", &rest))
			fprintf(stream, " %s", report_word(report, word));
	}
	if (fclose(stream) == 0)
		report_mend(report, "%s", text);
}

static int
judge_name(struct report *report, const struct add_request *request)
{
	const char *name = request->name;

	if (!name_is_valid(name)) {
		struct add_request swapped = *request;

		swapped.name = request->directory;
		if (name[0] == '/' && name_is_valid(swapped.name))
			mend_command(report, &swapped, name);
		return report_error(report, 0,
			"%s is no name of a root, which has small letters, digits, - and _",
			*name != '\0' ? name : "''");
	}
	if (reserved_name_is_leftover(name))
		return report_error(report, 0,
			"%s is no name of a root: package managers and editors end the names of their leftovers so",
			name);
	if (catalogue_is_runlevel(name))
		return report_error(report, 0,
			"%s is no name of a root: it is a runlevel's, so OpenRC would read %s/%s.%s in place of %s/%s",
			name, CATALOGUE_DIRECTORY, CATALOGUE_SERVICE, name, CATALOGUE_DIRECTORY,
			CATALOGUE_SERVICE);
	return 0;
}

/* Refuses a root that is configured or prepared. A file counts even if start would not read it. */
static int
judge_new(struct service *service, const char *name)
{
	char path[sizeof(CATALOGUE_DIRECTORY "/" CATALOGUE_SERVICE ".") + NAME_LENGTH];
	struct report *report = service->report;
	struct stat found;

	snprintf(path, sizeof(path), CATALOGUE_DIRECTORY "/" CATALOGUE_SERVICE ".%s", name);
	if (lstat(path, &found) == 0) {
		report_mend(report, "chroot-mounts start %s # or choose another name", name);
		return report_error(report, 0, "%s is there already, and is left as it is", path);
	}
	if (errno != ENOENT)
		return report_error(report, errno, "cannot look at %s", path);
	if (!service_knows(service, name))
		return 0;
	report_mend(report, "chroot-mounts stop %s", name);
	return report_error(report, 0, "is still prepared, from a file that is gone");
}

static int
judge_directory(struct report *report, const struct add_request *request)
{
	const char *directory = request->directory;
	cleanup_free char *path = NULL;
	cleanup_free char *whole = NULL;

	if (!config_is_line(directory))
		return report_error(report, 0,
			"cannot configure %s: its path has control characters, or bytes that are no UTF-8",
			directory);
	if (strcmp(directory, "/") == 0)
		return report_error(report, 0, "/ is the host's own tree");
	if (config_is_path(directory))
		return access(directory, F_OK) == 0
			       ? 0
			       : report_error(report, errno, "cannot find the tree %s", directory);
	if (directory[0] == '/')
		path = realpath(directory, NULL);
	else if (request->here && asprintf(&whole, "%s/%s", request->here, directory) >= 0)
		path = realpath(whole, NULL);
	if (path && path[1] != '\0')
		mend_command(report, request, path);
	if (directory[0] == '/')
		return report_error(
			report, 0, "%s is no path without `.`, `..` and `//`", directory);
	return report_error(
		report, 0, "%s is not an absolute path", *directory != '\0' ? directory : "''");
}

static int
refuse_user(struct report *report, const struct add_request *request, const char *word)
{
	if (errno != ENOENT)
		return report_error(report, errno, "the host cannot say which user %s is", word);
	if (!strpbrk(word, ", "))
		return report_error(report, 0, "no user of the host is called %s", word);
	mend_command(report, request, request->directory);
	return report_error(
		report, 0, "no user of the host is called %s: blanks separate the names", word);
}

static int
judge_users(struct report *report, const struct add_request *request, struct tree_user *users,
	size_t *count)
{
	for (size_t i = 0; i < request->count; i++) {
		struct tree_user *user = &users[*count];
		const char *word = request->users[i];

		*user = (struct tree_user){0};
		if (host_account_by_name(&user->account, word) < 0)
			return refuse_user(report, request, word);
		++*count;
		if (user->account.uid == 0) {
			report_warning(report, "%s is the superuser, who may always enter", word);
			tree_user_release(&users[--*count]);
			continue;
		}
		if (!tree_user_is_name(user->account.name))
			return report_error(report, 0,
				"cannot make an account for %s: a line of passwd cannot have that name",
				user->account.name);
		user->host_group = people_group_name(user->account.gid);
	}
	return 0;
}

int
add_judge(struct service *service, const struct add_request *request, struct tree_user *users,
	size_t *count)
{
	struct report *report = service->report;

	*count = 0;
	if (judge_name(report, request) < 0)
		return -1;
	report->subject = request->name;
	return judge_new(service, request->name) < 0 || judge_directory(report, request) < 0
		       ? -1
		       : judge_users(report, request, users, count);
}

/* Escapes as sh(1) reads it inside double quotes (POSIX XCU 2.2.3). */
static void
write_escaped(FILE *stream, const char *text, size_t length)
{
	for (const char *end = text + length; text < end; text++)
		fprintf(stream, "%s%c", strchr("\"\\$`", *text) ? "\\" : "", *text);
}

char *
add_text(const char *directory, const struct tree_user *users, size_t count)
{
	cleanup_free char *text = NULL;
	size_t size, length = strlen(directory);
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	fputs("# chroot-mounts(5) explains what can be set here.\nroot=\"", stream);
	/* without the slash that a shell completes */
	write_escaped(stream, directory, length - (directory[length - 1] == '/'));
	fputs("\"\n", stream);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "users=\"" : " ", stream);
		write_escaped(stream, users[i].account.name, strlen(users[i].account.name));
	}
	if (count > 0)
		fputs("\"\n", stream);
	return fclose(stream) == 0 ? steal_pointer(&text) : NULL;
}
