/* SPDX-License-Identifier: BSD-2-Clause */
/* Says things once, in one line, to the person who typed the command. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>

enum report_level {
	REPORT_ERRORS, /* -q */
	REPORT_WARNINGS, /* the default */
	REPORT_NOTES, /* -v */
};

struct report {
	const char *program; /* borrowed; begins each line */
	const char *subject; /* borrowed, may be NULL: the root's name, second on each line */
	enum report_level level;
	int fd; /* borrowed; where the lines go, standard error in both programs */
	unsigned errors; /* said so far */
	char *mending; /* owned; said at the end of the next error, then freed */
	struct report_word *words; /* owned; those of mending that had to be quoted */
	bool lacks_word; /* no memory for one of them: then nothing is said to mend it */
};

/* Lines to standard error, warnings included. */
void report_init(struct report *report, const char *program);

/*
 * Sets the command that mends the next error, which is said with it: whole, or not at all. It
 * stands until an error is reported.
 */
void
report_mend(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Returns a path as one word of such a command: as it is, or in quotes where a shell would take it
 * for more. Threat: a user who names a file writes the superuser's commands. Defence: the quotes.
 * Borrowed, from path or from the report until its next error.
 */
const char *report_word(struct report *report, const char *path);

/*
 * How many bytes the character at the beginning has, of those that are left; 0 when it is a control
 * character, tabs and newlines excepted, or not UTF-8 (RFC 3629).
 */
size_t report_character_length(const unsigned char *at, size_t left);

/*
 * "program: subject: what was tried: why it failed; to mend it: command". error is an errno or
 * 0. Returns -1, so that a function can end with it. Bytes that would steer a terminal, or
 * are not UTF-8, are written as backslash and three octal digits. Keeps errno.
 */
int report_error(struct report *report, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Not an error, but the user would want to know. */
void report_warning(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Said with -v only. */
void
report_note(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
