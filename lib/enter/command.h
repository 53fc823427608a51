/* SPDX-License-Identifier: BSD-2-Clause */
/* The command: found on a PATH and executed in place, without a shell in between. */
#ifndef COMMAND_H
#define COMMAND_H

struct report;

enum {
	COMMAND_FAILED = 125, /* the caller's own failure */
	COMMAND_NOT_EXECUTABLE = 126, /* found, but it cannot be executed */
	COMMAND_NOT_FOUND = 127,
};

/*
 * Replaces the process. A file without a slash is looked for in the directories of search_path;
 * never handed to a shell when the kernel does not take it (execvp(3) would). Returns only on
 * failure, with the exit status that says which, and the error said.
 */
int command_execute(const char *file, char *const *argv, char *const *environment,
	const char *search_path, struct report *report);

#endif
