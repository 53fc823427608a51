/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/config_parse.h"

#include "common/cleanup.h"
#include "common/report.h"

#include <stdarg.h>
#include <string.h>

#define BLANKS " \t"
#define DIGITS "0123456789"
#define KEY_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS "_"
/* Bytes without a meaning to any shell anywhere; `~` has one after a colon. */
#define BARE_BYTES KEY_BYTES "./:,@%+=-"

int
config_parse_error(const struct config_parse *parse, unsigned line, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return report_error(parse->report, 0, "%s:%u: %s", parse->file, line, text);
}

#define fault(parse, ...) config_parse_error(parse, (parse)->line, __VA_ARGS__)

static int
fault_byte(const struct config_parse *parse, unsigned line, unsigned char byte)
{
	if (byte == '\r') {
		report_mend(parse->report, "sed -i 's/\\r$//' %s", parse->file);
		return config_parse_error(
			parse, line, "a carriage return; a newline alone ends a line here");
	}
	if (byte == '\0')
		return config_parse_error(parse, line, "a NUL byte; this is not a text file");
	if (byte >= 0x80)
		return config_parse_error(
			parse, line, "byte \\%03o begins no printable UTF-8 character", byte);
	return config_parse_error(parse, line, "control character \\%03o", byte);
}

static int
check_characters(const struct config_parse *parse, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)parse->text;
	unsigned line = 1;

	for (size_t at = 0, length; at < size; at += length) {
		length = report_character_length(bytes + at, size - at);
		if (length == 0)
			return fault_byte(parse, line, bytes[at]);
		if (bytes[at] == '\n')
			line++;
	}
	return 0;
}

int
config_parse_open(struct config_parse *parse, FILE *stream, const char *file, struct report *report)
{
	size_t size;

	*parse = (struct config_parse){.file = file, .report = report, .line = 1};
	/* one byte above the limit, and the NUL */
	parse->text = malloc(CONFIG_FILE_SIZE + 2);
	if (!parse->text)
		return report_error(report, ENOMEM, "cannot read a configuration file");
	size = fread(parse->text, 1, CONFIG_FILE_SIZE + 1, stream);
	if (ferror(stream))
		return report_error(report, errno, "%s: cannot be read", file);
	if (size > CONFIG_FILE_SIZE)
		return report_error(report, 0, "%s: larger than 64 KiB", file);
	parse->text[size] = '\0';
	parse->value = malloc(size + 1);
	if (!parse->value)
		return report_error(report, ENOMEM, "cannot read a configuration file");
	parse->at = parse->text;
	return check_characters(parse, size);
}

void
config_parse_close(struct config_parse *parse)
{
	free(parse->text);
	free(parse->value);
}

static int
fault_no_assignment(const struct config_parse *parse, size_t length)
{
	const char *after = parse->at + length;
	const char *next = after + strspn(after, BLANKS);
	/* a longer word would push the reason off the line */
	const int shown = length < 80 ? (int)length : 80;

	if (length == 0 || strchr(DIGITS, *parse->at))
		return fault(
			parse, "a line begins with a key, as in root=\"/opt/games\", or with `#`");
	if (strncmp(after, "+=", 2) == 0)
		return fault(parse, "`+=` is not understood; write the whole value");
	if (*next == '=')
		return fault(parse, "no blanks may stand around `=`");
	if (*next != '\n' && *next != '\0' && next > after)
		return fault(parse, "`%.*s` is a command for a shell; write KEY=VALUE alone", shown,
			parse->at);
	return fault(parse, "`%.*s` is not followed by `=`", shown, parse->at);
}

int
config_parse_key(struct config_parse *parse)
{
	size_t length;

	for (;;) {
		parse->at += strspn(parse->at, BLANKS);
		if (*parse->at == '#')
			parse->at += strcspn(parse->at, "\n");
		if (*parse->at != '\n')
			break;
		parse->at++;
		parse->line++;
	}
	if (*parse->at == '\0')
		return 0;
	length = strspn(parse->at, KEY_BYTES);
	if (length == 0 || strchr(DIGITS, *parse->at) || parse->at[length] != '=')
		return fault_no_assignment(parse, length);
	parse->at[length] = '\0';
	parse->key = parse->at;
	parse->key_line = parse->line;
	parse->at += length + 1;
	return 1;
}

static void
take_byte(struct config_parse *parse)
{
	if (*parse->at == '\n')
		parse->line++;
	parse->value[parse->length++] = *parse->at++;
}

/* Drops a backslash only where sh does (POSIX XCU 2.2.3), so the \040 of fstab(5) survives. */
static void
take_escape(struct config_parse *parse)
{
	if (parse->at[1] == '\n') {
		parse->at += 2;
		parse->line++;
		return;
	}
	if (parse->at[1] != '\0' && strchr("\"\\$`", parse->at[1]))
		parse->at++;
	take_byte(parse);
}

static int
parse_quoted(struct config_parse *parse)
{
	parse->quote = *parse->at++;
	while (*parse->at != parse->quote) {
		char byte = *parse->at;

		if (byte == '\0')
			return fault(parse, "the quote opened on line %u is not closed",
				parse->key_line);
		if (parse->quote == '\'') {
			take_byte(parse);
		} else if (byte == '$' || byte == '`') {
			return fault(parse,
				"`%c` needs a shell; write \\%c for the character itself", byte,
				byte);
		} else if (byte == '\\') {
			take_escape(parse);
		} else {
			take_byte(parse);
		}
	}
	parse->at++;
	return 0;
}

static int
fault_joined(const struct config_parse *parse)
{
	char byte = *parse->at;

	if (parse->quote != '\0' || byte == '"' || byte == '\'')
		return fault(parse, "put the whole value inside one pair of quotes");
	if (byte == '$' || byte == '`')
		return fault(parse,
			"`%c` needs a shell; for the character itself, put the value in single quotes",
			byte);
	if ((unsigned char)byte >= 0x80)
		return fault(parse, "a value with letters beyond ASCII needs quotes");
	return fault(parse, "a value with `%c` needs quotes", byte);
}

static int
fault_second_word(const struct config_parse *parse, const char *word)
{
	size_t length = strspn(word, KEY_BYTES);

	if (length > 0 && word[length] == '=')
		return fault(parse, "two assignments on one line; write each on a line of its own");
	if (parse->quote != '\0')
		return fault(parse, "only a comment may follow a value");
	if (parse->length == 0)
		return fault(parse, "no blanks may stand around `=`");
	return fault(parse, "a value with blanks needs quotes");
}

static int
parse_line_end(struct config_parse *parse)
{
	char *next = parse->at + strspn(parse->at, BLANKS);

	if (*next == '#' && next > parse->at)
		next += strcspn(next, "\n");
	if (*next == '\n' || *next == '\0') {
		parse->at = next;
		return 0;
	}
	if (parse->key_line != parse->line)
		return fault(parse,
			"the quote opened on line %u ends here, and more follows it; is its closing quote missing?",
			parse->key_line);
	return next == parse->at ? fault_joined(parse) : fault_second_word(parse, next);
}

int
config_parse_value(struct config_parse *parse)
{
	const char *quoted = parse->at + 1;

	parse->length = 0;
	parse->quote = '\0';
	parse->source = NULL;
	if (*parse->at == '"' || *parse->at == '\'') {
		if (parse_quoted(parse) < 0)
			return -1;
	} else {
		for (size_t left = strspn(parse->at, BARE_BYTES); left > 0; left--)
			take_byte(parse);
	}
	parse->value[parse->length] = '\0';
	if (parse->quote == '"') {
		parse->at[-1] = '\0';
		parse->source = quoted;
	}
	return parse_line_end(parse);
}

unsigned
config_parse_line(const char *source, unsigned line, unsigned offset)
{
	const char *at = source;

	if (!at)
		return line + offset;
	for (; *at != '\0'; at++) {
		if (at[0] == '\\' && at[1] == '\n') {
			at++;
			line++;
		} else if (offset == 0) {
			break;
		} else if (at[0] == '\n') {
			offset--;
			line++;
		} else if (at[0] == '\\' && at[1] != '\0') {
			at++;
		}
	}
	return line;
}
