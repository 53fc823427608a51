#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static void
line_add(struct line *line, const char *text)
{
	unsigned char previous = 0;

	/* 5 = an escaped byte and the newline that ends the line */
	for (; *text != '\0' && line->length + 5 < sizeof(line->text); text++) {
		unsigned char byte = (unsigned char)*text;

		/* C0, DEL, and C1 as UTF-8 writes it */
		if (byte < 0x20 || byte == 0x7f ||
			(previous == 0xc2 && byte >= 0x80 && byte < 0xa0)) {
			line->text[line->length++] = '\\';
			line->text[line->length++] = (char)('0' + (byte >> 6));
			line->text[line->length++] = (char)('0' + (byte >> 3 & 7));
			line->text[line->length++] = (char)('0' + (byte & 7));
		} else {
			line->text[line->length++] = (char)byte;
		}
		previous = byte;
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

	if (path[strspn(path,
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+,:@%-")] ==
		'\0')
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
