/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SIZE 16384 /* bytes of a message at most, without the command that mends it */

/* A line, which one write(2) prints whole even if several programs write. */
struct line {
	char *text; /* borrowed */
	size_t length, size;
};

void
report_init(struct report *report, const char *program)
{
	*report =
		(struct report){.program = program, .level = REPORT_WARNINGS, .fd = STDERR_FILENO};
}

size_t
report_character_length(const unsigned char *at, size_t left)
{
	size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;

	if (at[0] < 0x80)
		return (at[0] >= 0x20 && at[0] != 0x7f) || at[0] == '\t' || at[0] == '\n';
	if (at[0] < 0xc2 || at[0] > 0xf4 || length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* C1, two ways to write one character, surrogates, past U+10FFFF */
	if ((at[0] == 0xc2 && at[1] < 0xa0) || (at[0] == 0xe0 && at[1] < 0xa0) ||
		(at[0] == 0xed && at[1] >= 0xa0) || (at[0] == 0xf0 && at[1] < 0x90) ||
		(at[0] == 0xf4 && at[1] >= 0x90))
		return 0;
	return length;
}

static void
line_add(struct line *line, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t left = strlen(text);

	/* 5: an escaped byte, or a character, and the newline at the end */
	while (left > 0 && line->length + 5 < line->size) {
		size_t length =
			at[0] == '\t' || at[0] == '\n' ? 0 : report_character_length(at, left);

		if (length == 0)
			snprintf(line->text + line->length, 5, "\\%03o", at[0]);
		else
			memcpy(line->text + line->length, at, length);
		line->length += length > 0 ? length : 4;
		at += length > 0 ? length : 1;
		left -= length > 0 ? length : 1;
	}
}

/* error: an errno, or 0. mending: the command that mends it, or NULL. */
static void __attribute__((format(printf, 3, 0))) say(const struct report *report, int error,
	const char *format, va_list arguments, const char *mending)
{
	char text[TEXT_SIZE], spare[TEXT_SIZE] = "";
	const char *parts[9];
	size_t count = 0, size = 1;
	char *whole;
	struct line line;
	ssize_t ignored;

	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		return;
	parts[count++] = report->program;
	parts[count++] = ": ";
	if (report->subject) {
		parts[count++] = report->subject;
		parts[count++] = ": ";
	}
	parts[count++] = text;
	if (error != 0) {
		parts[count++] = ": ";
		parts[count++] = strerror(error);
	}
	if (mending) {
		parts[count++] = report->is_advice ? "; " : "; to mend it: ";
		parts[count++] = mending;
	}
	for (size_t i = 0; i < count; i++)
		size += 4 * strlen(parts[i]);
	whole = malloc(size + 5);
	line = whole ? (struct line){.text = whole, .size = size + 5}
		     : (struct line){.text = spare, .size = sizeof(spare)};
	/* a command that is cut short could do harm, so it is left out */
	if (!whole && mending)
		count -= 2;
	for (size_t i = 0; i < count; i++)
		line_add(&line, parts[i]);
	line.text[line.length++] = '\n';
	ignored = write(report->fd, line.text, line.length);
	(void)ignored; /* no place is left to report that */
	free(whole);
}

static void
forget_mending(struct report *report)
{
	free(report->mending);
	report->mending = NULL;
	while (report->words) {
		struct report_word *next = report->words->next;

		free(report->words);
		report->words = next;
	}
	report->lacks_word = report->is_advice = false;
}

void
report_mend(struct report *report, const char *format, ...)
{
	int saved = errno;
	char *before = report->mending;
	va_list arguments;

	va_start(arguments, format);
	report->lacks_word |=
		report->lacks_word || vasprintf(&report->mending, format, arguments) < 0;
	if (report->lacks_word)
		report->mending = NULL;
	va_end(arguments);
	report->is_advice = false;
	free(before);
	errno = saved;
}

int
report_error(struct report *report, int error, const char *format, ...)
{
	int saved = errno;
	va_list arguments;

	va_start(arguments, format);
	say(report, error, format, arguments, report->mending);
	va_end(arguments);
	forget_mending(report);
	report->errors++;
	errno = saved;
	return -1;
}

void
report_say(struct report *report, enum report_level level, const char *format, ...)
{
	int saved = errno;
	va_list arguments;

	if (report->level < level)
		return;
	va_start(arguments, format);
	say(report, 0, format, arguments, NULL);
	va_end(arguments);
	/* its own words are freed; those of a command stay for the error that it mends */
	if (!report->mending)
		forget_mending(report);
	errno = saved;
}
