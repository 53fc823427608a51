/* SPDX-License-Identifier: BSD-2-Clause */
/* The command: found on a PATH and executed in place of the process, without a shell. */
#ifndef COMMAND_H
#define COMMAND_H

struct report;

enum {
	COMMAND_FAILED = 125, /* chroot-enter failed */
	COMMAND_NOT_EXECUTABLE = 126, /* found, but it cannot be executed */
	COMMAND_NOT_FOUND = 127,
};

/*
 * Executes the file. One without a slash is searched for in the directories of search_path. It is
 * never handed to a shell if the kernel refuses it, as execvp(3) does. Returns only on failure:
 * COMMAND_NOT_FOUND, which the caller reports, or COMMAND_NOT_EXECUTABLE after reporting the error.
 */
int command_execute(const char *file, char *const *argv, char *const *environment,
	const char *search_path, struct report *report);

#endif
