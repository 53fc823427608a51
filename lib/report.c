#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What no shell takes for more than it is. */
#define UNQUOTED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+,:@%-"

/* A line grows here, so that one write(2) says it whole even when several programs speak. */
struct line {
	char text[4096];
	size_t length;
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
line_escape(struct line *line, unsigned char byte)
{
	line->text[line->length++] = '\\';
	line->text[line->length++] = (char)('0' + (byte >> 6));
	line->text[line->length++] = (char)('0' + (byte >> 3 & 7));
	line->text[line->length++] = (char)('0' + (byte & 7));
}

static void
line_add(struct line *line, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t left = strlen(text);

	/* 5 = an escaped byte, or a character, and the newline that ends the line */
	while (left > 0 && line->length + 5 < sizeof(line->text)) {
		size_t length =
			at[0] == '\t' || at[0] == '\n' ? 0 : report_character_length(at, left);

		if (length == 0)
			line_escape(line, at[0]);
		else
			memcpy(line->text + line->length, at, length);
		line->length += length;
		at += length > 0 ? length : 1;
		left -= length > 0 ? length : 1;
	}
}

static void
line_begin(struct line *line, const struct report *report)
{
	line->length = 0;
	line_add(line, report->program);
	line_add(line, ": ");
	if (report->subject) {
		line_add(line, report->subject);
		line_add(line, ": ");
	}
}

static void __attribute__((format(printf, 2, 0)))
line_add_format(struct line *line, const char *format, va_list arguments)
{
	char text[2048];

	if (vsnprintf(text, sizeof(text), format, arguments) >= 0)
		line_add(line, text);
}

static void
line_end(struct line *line, const struct report *report)
{
	ssize_t ignored;

	line->text[line->length++] = '\n';
	ignored = write(report->fd, line->text, line->length);
	(void)ignored; /* where could one say that nothing can be said? */
}

void
report_mend(struct report *report, const char *format, ...)
{
	int saved = errno;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(report->mending, sizeof(report->mending), format, arguments);
	va_end(arguments);
	errno = saved;
}

const char *
report_word(const char *path, char *text, size_t size)
{
	size_t length = 0;

	if (path[0] != '\0' && path[strspn(path, UNQUOTED)] == '\0')
		return path;
	text[length++] = '\'';
	/* 6 = a quote that is itself quoted, the last quote and NUL */
	for (; *path != '\0' && length + 6 < size; path++) {
		if (*path == '\'') {
			memcpy(text + length, "'\\'", 3);
			length += 3;
		}
		text[length++] = *path;
	}
	text[length++] = '\'';
	text[length] = '\0';
	return text;
}

int
report_error(struct report *report, int error, const char *format, ...)
{
	int saved = errno;
	struct line line;
	va_list arguments;

	line_begin(&line, report);
	va_start(arguments, format);
	line_add_format(&line, format, arguments);
	va_end(arguments);
	if (error != 0) {
		line_add(&line, ": ");
		line_add(&line, strerror(error));
	}
	if (report->mending[0] != '\0') {
		line_add(&line, "; to mend it: ");
		line_add(&line, report->mending);
		report->mending[0] = '\0';
	}
	line_end(&line, report);
	report->errors++;
	errno = saved;
	return -1;
}

static void __attribute__((format(printf, 2, 0)))
report_say(const struct report *report, const char *format, va_list arguments)
{
	int saved = errno;
	struct line line;

	line_begin(&line, report);
	line_add_format(&line, format, arguments);
	line_end(&line, report);
	errno = saved;
}

void
report_warning(struct report *report, const char *format, ...)
{
	va_list arguments;

	if (report->level < REPORT_WARNINGS)
		return;
	va_start(arguments, format);
	report_say(report, format, arguments);
	va_end(arguments);
}

void
report_note(struct report *report, const char *format, ...)
{
	va_list arguments;

	if (report->level < REPORT_NOTES)
		return;
	va_start(arguments, format);
	report_say(report, format, arguments);
	va_end(arguments);
}
