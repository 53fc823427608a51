#include "command.h"

#include "report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
not_found(const char *file, struct report *report)
{
	report_error(report, 0, "%s: command not found", file);
	return COMMAND_NOT_FOUND;
}

/* Why execve(2) failed with error. */
static int
explain(const char *path, int error, struct report *report)
{
	if ((error == ENOENT || error == ENOTDIR) && access(path, F_OK) < 0)
		return not_found(path, report);
	if (error == ENOENT)
		report_error(report, 0,
			"cannot execute %s: the interpreter it names is missing inside", path);
	else if (error == ENOEXEC)
		report_error(report, 0,
			"cannot execute %s: neither a program for this machine nor a script with "
			"#!",
			path);
	else
		report_error(report, error, "cannot execute %s", path);
	return COMMAND_NOT_EXECUTABLE;
}

static int
execute(const char *path, char *const *argv, char *const *environment)
{
	execve(path, argv, environment);
	return errno;
}

int
command_execute(const char *file, char *const *argv, char *const *environment,
	const char *search_path, struct report *report)
{
	char path[PATH_MAX];
	char refused[PATH_MAX] = "";
	int error = 0;

	if (strchr(file, '/'))
		return explain(file, execute(file, argv, environment), report);
	for (const char *directory = search_path; *file != '\0' && *directory != '\0';) {
		size_t length = strcspn(directory, ":");
		int why;

		if (snprintf(path, sizeof(path), "%.*s/%s", (int)length, directory, file) <
			(int)sizeof(path)) {
			why = execute(path, argv, environment);
			if (why != ENOENT && why != ENOTDIR && why != EACCES)
				return explain(path, why, report);
			/* one that is there and not ours to execute: the next directory may have a
			 * better one */
			if (access(path, F_OK) == 0 && refused[0] == '\0') {
				snprintf(refused, sizeof(refused), "%s", path);
				error = why;
			}
		}
		directory += length + (directory[length] == ':');
	}
	return refused[0] == '\0' ? not_found(file, report) : explain(refused, error, report);
}
