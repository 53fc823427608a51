/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/command.h"

#include "common/program.h"
#include "common/report.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* files at most; the kernel gives up after five first lines (exec_binprm in its fs/exec.c) */
#define STEPS_MAX 7

/* A file on the way from the command to the program that the kernel executes in the end. */
struct step {
	const char *command; /* borrowed; the first file */
	char path[PATH_MAX];
	char holder[PATH_MAX]; /* the file that names it; "" for the command itself */
	struct program before; /* the holder */
	struct program self; /* this very program */
};

/* Reports the fault of the file of this step. */
static void __attribute__((format(printf, 3, 4)))
say(const struct step *step, struct report *report, const char *format, ...)
{
	bool is_first = strcmp(step->holder, step->command) == 0;
	const char *command = step->command;
	char what[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	if (step->holder[0] == '\0')
		report_error(report, 0, "cannot execute %s: it %s", command, what);
	else if (step->before.kind == PROGRAM_ELF && is_first)
		report_error(report, 0, "cannot execute %s: its interpreter %s %s", command,
			step->path, what);
	else if (step->before.kind == PROGRAM_ELF)
		report_error(report, 0, "cannot execute %s: the interpreter %s of %s %s", command,
			step->path, step->holder, what);
	else if (is_first)
		report_error(report, 0,
			"cannot execute %s: the interpreter %s of its first line %s", command,
			step->path, what);
	else
		report_error(report, 0,
			"cannot execute %s: the interpreter %s of the first line of %s %s", command,
			step->path, step->holder, what);
}

static void
say_missing(const struct step *step, struct report *report)
{
	const struct program *before = &step->before;
	char text[32];

	if (step->holder[0] != '\0' && before->kind == PROGRAM_ELF)
		say(step, report, "is missing inside; a %u-bit program for %s needs it%s",
			before->bits, program_machine(before, text, sizeof(text)),
			before->bits < step->self.bits ? " and the 32-bit libraries" : "");
	else if (step->holder[0] != '\0' && step->path[strlen(step->path) - 1] == '\r')
		say(step, report,
			"is missing inside; the line ends in a carriage return, as those of DOS do");
	else
		say(step, report, "is missing inside");
}

/* Reports a fault of the file that does not depend on its content. False if it has none. */
static bool
say_fault(const struct step *step, struct report *report)
{
	struct stat found;
	struct statvfs filesystem;

	if (stat(step->path, &found) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			say_missing(step, report);
		else
			say(step, report, "cannot be reached: %s", strerror(errno));
	} else if (!S_ISREG(found.st_mode)) {
		say(step, report, "is %s",
			S_ISDIR(found.st_mode) ? "a directory" : "no regular file");
	} else if (statvfs(step->path, &filesystem) == 0 && filesystem.f_flag & ST_NOEXEC) {
		say(step, report, "lies on a filesystem that is mounted noexec");
	} else if (access(step->path, X_OK) < 0) {
		say(step, report, "may not be executed %s (chmod +x)",
			found.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH) ? "by you" : "by anybody");
	} else {
		return false;
	}
	return true;
}

/* True for an ELF interpreter, the end of the way: the kernel loads it for a program. */
static bool
is_loader(const struct step *step)
{
	return step->holder[0] != '\0' && step->before.kind == PROGRAM_ELF;
}

/* Reports why the kernel refused an ELF file. */
static void
say_elf(const struct step *step, const struct program *program, int error, struct report *report)
{
	const struct program *wanted = is_loader(step) ? &step->before : &step->self;
	char text[32], other[32];
	const char *machine = program_machine(program, text, sizeof(text));

	if (program->bits == 0)
		say(step, report, "is a program cut off in its first bytes");
	else if (is_loader(step) &&
		 (program->machine != wanted->machine || program->bits != wanted->bits))
		say(step, report, "is for %s, and the program for %s", machine,
			program_machine(wanted, other, sizeof(other)));
	else if (program_is_foreign(program, wanted))
		say(step, report, "is for %s, and this machine is %s", machine,
			program_machine(wanted, other, sizeof(other)));
	else if (!program->is_executable)
		say(step, report, "is an object file or a core dump, no program");
	else if (!program->is_whole)
		say(step, report, "is a damaged program");
	else if (program->bits != wanted->bits)
		say(step, report,
			"is a %u-bit program (%s), and this kernel executes none of those",
			program->bits, machine);
	else
		say(step, report, "is not what the kernel takes: %s", strerror(error));
}

/* Reports on a file that is neither an ELF file nor a script that names its interpreter. */
static void
say_other(const struct step *step, const struct program *program, struct report *report)
{
	if (program->kind == PROGRAM_EMPTY)
		say(step, report, "is empty");
	else if (is_loader(step))
		say(step, report, "is no program");
	else if (program->kind == PROGRAM_TEXT)
		say(step, report, "is a text whose first line names no interpreter (#!)");
	else if (program->kind == PROGRAM_SCRIPT && program->is_whole)
		say(step, report, "names no interpreter behind #!");
	else if (program->kind == PROGRAM_SCRIPT)
		say(step, report, "has a first line longer than the kernel reads");
	else
		say(step, report, "is neither a program for this machine nor a script with #!");
}

/* Reports a fault of the file's content. False if the content explains nothing. */
static bool
say_format(const struct step *step, const struct program *program, int error, struct report *report)
{
	/* EIO: an ELF interpreter shorter than its headers; ELIBBAD: one of another kind */
	bool is_format = error == ENOEXEC || error == ELIBBAD || error == EIO || error == EINVAL;
	char text[32];

	if (program->kind != PROGRAM_ELF) {
		bool is_nothing =
			program->kind == PROGRAM_SCRIPT && program->interpreter[0] == '\0';

		if (!is_nothing &&
			!(is_format && (program->kind != PROGRAM_SCRIPT || is_loader(step))))
			return false;
		say_other(step, program, report);
		return true;
	}
	if (error == ENOENT && program->bits != 0 && program_is_foreign(program, &step->self)) {
		say(step, report,
			"is for %s, and what executes those here (binfmt_misc) is missing inside",
			program_machine(program, text, sizeof(text)));
		return true;
	}
	if (!is_format || (error != ENOEXEC && program->is_whole && !is_loader(step)))
		return false;
	say_elf(step, program, error, report);
	return true;
}

/* Reports the error alone: a file that cannot be read may still be executable. */
static void
say_error(const struct step *step, int error, struct report *report)
{
	if (error == ENOENT || error == ENOTDIR)
		say(step, report, "names an interpreter that is missing inside");
	else if (error == ENOEXEC)
		say(step, report, "is neither a program for this machine nor a script with #!");
	else if (error == ELOOP)
		report_error(report, 0,
			"cannot execute %s: first lines lead from script to script, further than the kernel follows",
			step->command);
	else
		report_error(report, error, "cannot execute %s", step->command);
}

/* Follows the kernel's way to the first file that explains the error. */
static void
explain_way(const char *path, int error, struct report *report)
{
	struct step step = {.command = path};
	struct program program;

	snprintf(step.path, sizeof(step.path), "%s", path);
	program_inspect_self(&step.self);
	for (int left = STEPS_MAX; left > 0; left--) {
		if (say_fault(&step, report))
			return;
		if (program_inspect(&program, step.path) < 0)
			break;
		if (say_format(&step, &program, error, report))
			return;
		if (is_loader(&step) || program.interpreter[0] == '\0')
			break;
		memcpy(step.holder, step.path, sizeof(step.holder));
		memcpy(step.path, program.interpreter, sizeof(step.path));
		step.before = program;
	}
	say_error(&step, error, report);
}

/* Reports why execve(2) failed. Not inlined: its paths are large, and seldom needed. */
static int __attribute__((noinline)) explain(const char *path, int error, struct report *report)
{
	if ((error == ENOENT || error == ENOTDIR) && access(path, F_OK) < 0)
		return COMMAND_NOT_FOUND;
	if (error == E2BIG || error == ETXTBSY)
		report_error(report, error, "cannot execute %s", path);
	else
		explain_way(path, error, report);
	return COMMAND_NOT_EXECUTABLE;
}

/* Takes the first file that can be executed, else reports on the first that exists, like a shell.
 */
static int __attribute__((noinline)) search(const char *file, char *const *argv,
	char *const *environment, const char *search_path, struct report *report)
{
	char path[PATH_MAX];
	char refused[PATH_MAX];
	int error = 0;

	for (const char *directory = search_path; *file != '\0' && *directory != '\0';) {
		size_t length = strcspn(directory, ":");
		int why;

		if (snprintf(path, sizeof(path), "%.*s/%s", (int)length, directory, file) <
			(int)sizeof(path)) {
			execve(path, argv, environment);
			why = errno;
			if (why != ENOENT && why != ENOTDIR && why != ENAMETOOLONG && why != EACCES)
				return explain(path, why, report);
			/* it may not be executed; a later directory may have a better one */
			if (error == 0 && access(path, F_OK) == 0) {
				snprintf(refused, sizeof(refused), "%s", path);
				error = why;
			}
		}
		directory += length + (directory[length] == ':');
	}
	return error == 0 ? COMMAND_NOT_FOUND : explain(refused, error, report);
}

int
command_execute(const char *file, char *const *argv, char *const *environment,
	const char *search_path, struct report *report)
{
	if (!strchr(file, '/'))
		return search(file, argv, environment, search_path, report);
	execve(file, argv, environment);
	return explain(file, errno, report);
}
