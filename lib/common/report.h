/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages: each is reported once, in one line, to the user who typed the command. */
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
	const char *subject; /* borrowed; the root's name, or NULL */
	enum report_level level;
	int fd; /* borrowed; standard error, or the log's socket */
	unsigned errors; /* reported so far */
	char *mending; /* owned; printed with the next error, then freed */
	bool is_advice; /* mending is no command */
	struct report_word *words; /* owned; the quoted words of mending */
	bool lacks_word; /* one could not be printed: mending is left out */
};

/* A quoted word of the command that mends an error. */
struct report_word {
	struct report_word *next; /* owned */
	char text[];
};

/* Sets a report that writes errors and warnings to standard error. */
void report_init(struct report *report, const char *program);

/* Sets the command that mends the next error. It is printed whole, or not at all. The arguments may
 * have the command that was set before. */
void
report_mend(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets advice in place of that command, where no command mends the error. */
#define report_advise(report, ...)                                                                 \
	do {                                                                                       \
		report_mend(report, __VA_ARGS__);                                                  \
		(report)->is_advice = true;                                                        \
	} while (0)

/*
 * Returns the number of bytes of the first character, of those that are left; 0 for a control
 * character but a tab or a newline, and for one that is not UTF-8 (RFC 3629).
 */
size_t report_character_length(const unsigned char *at, size_t left);

/*
 * Prints "PROGRAM: SUBJECT: MESSAGE: STRERROR; to mend it: COMMAND", or "…; ADVICE". error: an
 * errno, or 0. Control characters, and bytes that are not UTF-8, are printed as a backslash and
 * three octal digits. Returns -1, so that a function can end with it. Keeps errno.
 */
int report_error(struct report *report, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints a warning or a note, if the report's level allows it. Keeps errno. */
void report_say(struct report *report, enum report_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define report_warning(report, ...) report_say(report, REPORT_WARNINGS, __VA_ARGS__)
#define report_note(report, ...) report_say(report, REPORT_NOTES, __VA_ARGS__)

#endif
