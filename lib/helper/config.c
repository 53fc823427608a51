/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/config.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/number.h"
#include "common/report.h"
#include "helper/reserved_name.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#define BLANKS " \t"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define KEY_BYTES LETTERS DIGITS "_"
/* What no shell gives a meaning to, whatever stands around it: `~`, say, has one after a colon. */
#define BARE_BYTES KEY_BYTES "./:,@%+=-"
#define STOP_TIMEOUT_LIMIT 3600

/* What each key means while nobody sets it, and which values it can have. */
struct key {
	const char *name;
	const char *fallback;
	const char *separators; /* NULL: the value is one part */
	bool (*is_valid)(const char *part); /* NULL: whoever uses the value judges it */
	const char *rule; /* "`PART` is not …" */
};

/* A file on its way to becoming a config. */
struct parser {
	struct config *config; /* borrowed */
	struct report *report; /* borrowed */
	enum config_kind kind;
	bool has_symlink;
	const char *at; /* borrowed; what is read next; a NUL ends it */
	unsigned line;
	char *value; /* borrowed; the value being read, with room for the whole file */
	size_t length;
	char quote; /* the value's quote, or NUL */
	unsigned opened; /* the quote's line */
};

static bool
is_absolute_path(const char *part)
{
	if (part[0] != '/' || strpbrk(part, "\t\n"))
		return false;
	while (*part == '/' && *++part != '\0') {
		size_t length = strcspn(part, "/");

		if (length == 0 || (length <= 2 && strspn(part, ".") >= length))
			return false;
		part += length;
	}
	return true;
}

static bool
is_file_path(const char *part)
{
	return is_absolute_path(part) && part[strlen(part) - 1] != '/';
}

static bool
is_personality(const char *part)
{
	return strcmp(part, "linux32") == 0 || strcmp(part, "linux64") == 0;
}

static bool
is_yes_or_no(const char *part)
{
	return strcmp(part, "yes") == 0 || strcmp(part, "no") == 0;
}

static bool
is_timeout(const char *part)
{
	uint64_t seconds;

	return number_parse(part, STOP_TIMEOUT_LIMIT, &seconds) == 0;
}

static bool
is_variable(const char *part)
{
	size_t length = strspn(part, KEY_BYTES);

	return length > 0 && !strchr(DIGITS, part[0]) && part[length] == '=';
}

static bool
is_pattern(const char *part)
{
	return part[strspn(part, KEY_BYTES "*")] == '\0';
}

static bool
is_root_name(const char *part)
{
	return name_is_valid(part) && !reserved_name_is_leftover(part) &&
	       !reserved_name_is_runlevel(part);
}

#define PATH_RULE "an absolute path without `.`, `..` and `//`"
#define WORDS BLANKS "\n"

/* clang-format off */
static const struct key keys[CONFIG_KEYS] = {
	[CONFIG_ROOT] = {"root", "", NULL, is_absolute_path, PATH_RULE},
	[CONFIG_MOUNTS] = {"mounts",
		"/dev   /dev   none  rbind,rslave\n"
		"/sys   /sys   none  rbind,rslave\n"
		"/run   /run   none  rbind,rslave,x-live\n"
		"/tmp   /tmp   none  rbind,rslave\n"
		"proc   /proc  proc  nosuid,nodev,noexec\n"
		"tmpfs  /run/openrc  tmpfs  nofail,mode=0755,size=1m\n"
		"/etc/resolv.conf  /etc/resolv.conf  none  bind,ro,nofail,x-mount.mkdir\n",
		NULL, NULL, NULL},
	[CONFIG_EXTRA_MOUNTS] = {"extra_mounts", "", NULL, NULL, NULL},
	[CONFIG_USERS] = {"users", "", NULL, NULL, NULL},
	[CONFIG_GROUPS] = {"groups", "", NULL, NULL, NULL},
	[CONFIG_DEFAULT_USER] = {"default_user", "", NULL, NULL, NULL},
	[CONFIG_SHELL] = {"shell", "", NULL, is_file_path, PATH_RULE " that names a file"},
	[CONFIG_PASS_ENV] = {"pass_env", "", WORDS, is_pattern,
		"a variable's name or a pattern of letters, digits, `_` and `*`"},
	[CONFIG_SET_ENV] = {"set_env", "", WORDS, is_variable, "of the form NAME=value"},
	[CONFIG_PATH] = {"path",
		"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
		":/usr/local/games:/usr/games:/opt/bin",
		":", is_absolute_path, PATH_RULE},
	[CONFIG_PERSONALITY] = {"personality", "", NULL, is_personality, "linux32 or linux64"},
	[CONFIG_ALLOW_SETUID] = {"allow_setuid", "no", NULL, is_yes_or_no, "yes or no"},
	[CONFIG_VISIBLE] = {"visible", "no", NULL, is_yes_or_no, "yes or no"},
	[CONFIG_STOP_TIMEOUT] = {"stop_timeout", "10", NULL, is_timeout,
		"a whole number of seconds from 0 to 3600"},
	[CONFIG_ROOTS] = {"roots", "", WORDS, is_root_name,
		"a name that a root can have (see chroot-mounts(5))"},
};
/* clang-format on */

static enum config_key
key_find(const char *name, size_t length)
{
	enum config_key key = 0;

	while (key < CONFIG_KEYS &&
		(strncmp(keys[key].name, name, length) != 0 || keys[key].name[length] != '\0'))
		key++;
	return key;
}

static int __attribute__((format(printf, 3, 4)))
fault(const struct parser *parser, unsigned line, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return report_error(parser->report, 0, "%s:%u: %s", parser->config->file, line, text);
}

/* For messages: no word is repeated at a length that would push the reason off the line. */
static int
shown(size_t length)
{
	return length < 80 ? (int)length : 80;
}

static int
fault_byte(const struct parser *parser, unsigned line, unsigned char byte)
{
	if (byte == '\r') {
		report_mend(parser->report, "sed -i 's/\\r$//' %s", parser->config->file);
		return fault(parser, line, "a carriage return; a newline alone ends a line here");
	}
	if (byte == '\0')
		return fault(parser, line, "a NUL byte; this is not a text file");
	if (byte >= 0x80)
		return fault(parser, line, "byte \\%03o begins no printable UTF-8 character", byte);
	return fault(parser, line, "control character \\%03o", byte);
}

static int
check_characters(const struct parser *parser, const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned line = 1;

	for (size_t at = 0, length; at < size; at += length) {
		length = report_character_length(bytes + at, size - at);
		if (length == 0)
			return fault_byte(parser, line, bytes[at]);
		if (bytes[at] == '\n')
			line++;
	}
	return 0;
}

static int
check_part(const struct parser *parser, enum config_key key, unsigned line, const char *part)
{
	if (key == CONFIG_ROOT && strcmp(part, "/") == 0)
		return fault(parser, line, "`root` is `/`, the host's own tree");
	if (keys[key].is_valid(part))
		return 0;
	return fault(parser, line, "`%s`: `%.*s` is not %s", keys[key].name, shown(strlen(part)),
		part, keys[key].rule);
}

static int
check_value(const struct parser *parser, enum config_key key, unsigned line)
{
	const char *separators = keys[key].separators ? keys[key].separators : "";
	bool has_words = strchr(separators, ' ');
	cleanup_free char *copy = NULL;
	char *part, *rest;

	/* an empty value stands for the default */
	if (parser->length == 0 || !keys[key].is_valid)
		return 0;
	rest = copy = strdup(parser->value);
	if (!copy)
		return fault(parser, line, "not enough memory");
	while ((part = strsep(&rest, separators))) {
		if (part[0] == '\0' && has_words)
			continue;
		if (check_part(parser, key, line, part) < 0)
			return -1;
	}
	return 0;
}

static void
take_byte(struct parser *parser)
{
	if (*parser->at == '\n')
		parser->line++;
	parser->value[parser->length++] = *parser->at++;
}

/* sh drops the backslash before these only (POSIX XCU 2.2.3), so the \040 of fstab(5) survives. */
static void
take_escape(struct parser *parser)
{
	if (parser->at[1] == '\n') {
		parser->at += 2;
		parser->line++;
		return;
	}
	if (parser->at[1] != '\0' && strchr("\"\\$`", parser->at[1]))
		parser->at++;
	take_byte(parser);
}

static int
parse_quoted(struct parser *parser)
{
	parser->quote = *parser->at++;
	while (*parser->at != parser->quote) {
		char byte = *parser->at;

		if (byte == '\0')
			return fault(parser, parser->line,
				"the quote opened on line %u is not closed", parser->opened);
		if (parser->quote == '\'') {
			take_byte(parser);
		} else if (byte == '$' || byte == '`') {
			return fault(parser, parser->line,
				"`%c` needs a shell; write \\%c for the character itself", byte,
				byte);
		} else if (byte == '\\') {
			take_escape(parser);
		} else {
			take_byte(parser);
		}
	}
	parser->at++;
	return 0;
}

static int
parse_value(struct parser *parser)
{
	int result = 0;

	parser->length = 0;
	parser->quote = '\0';
	parser->opened = parser->line;
	if (*parser->at == '"' || *parser->at == '\'')
		result = parse_quoted(parser);
	else
		for (size_t left = strspn(parser->at, BARE_BYTES); left > 0; left--)
			take_byte(parser);
	parser->value[parser->length] = '\0';
	return result;
}

/* Something stands right behind the value. */
static int
fault_joined(const struct parser *parser)
{
	char byte = *parser->at;

	if (parser->quote != '\0' || byte == '"' || byte == '\'')
		return fault(parser, parser->line, "put the whole value inside one pair of quotes");
	if (byte == '$' || byte == '`')
		return fault(parser, parser->line,
			"`%c` needs a shell; for the character itself, put the value in single "
			"quotes",
			byte);
	if ((unsigned char)byte >= 0x80)
		return fault(
			parser, parser->line, "a value with letters beyond ASCII needs quotes");
	return fault(parser, parser->line, "a value with `%c` needs quotes", byte);
}

/* Something stands behind the value and blanks. */
static int
fault_second_word(const struct parser *parser, const char *word)
{
	size_t length = strspn(word, KEY_BYTES);

	if (length > 0 && word[length] == '=')
		return fault(parser, parser->line,
			"two assignments on one line; write each on a line of its own");
	if (parser->quote != '\0')
		return fault(parser, parser->line, "only a comment may follow a value");
	if (parser->length == 0)
		return fault(parser, parser->line, "no blanks may stand around `=`");
	return fault(parser, parser->line, "a value with blanks needs quotes");
}

static int
parse_line_end(struct parser *parser)
{
	const char *next = parser->at + strspn(parser->at, BLANKS);

	if (*next == '#' && next > parser->at)
		next += strcspn(next, "\n");
	if (*next == '\n' || *next == '\0') {
		parser->at = next;
		return 0;
	}
	if (parser->opened != parser->line)
		return fault(parser, parser->line,
			"the quote opened on line %u ends here, and more follows it; is its "
			"closing quote "
			"missing?",
			parser->opened);
	return next == parser->at ? fault_joined(parser) : fault_second_word(parser, next);
}

/* OpenRC's own key: parsed, so that no shell code hides behind it, and passed over. */
static int
parse_foreign(struct parser *parser, const char *name, size_t length)
{
	unsigned line = parser->line;

	if (parse_value(parser) < 0 || parse_line_end(parser) < 0)
		return -1;
	if (parser->kind == CONFIG_INSTANCE && !parser->has_symlink)
		report_warning(parser->report,
			"%s:%u: `%.*s` has no effect: OpenRC reads this file only if " SYSCONFDIR
			"/init.d has a symlink of the same name",
			parser->config->file, line, shown(length), name);
	return 0;
}

static int
parse_key(struct parser *parser, enum config_key key)
{
	struct config_value *value = &parser->config->values[key];
	const char *source = parser->at + 1;
	unsigned line = parser->line;

	if (value->text)
		return fault(parser, line, "`%s` was set on line %u already", keys[key].name,
			value->line);
	if (parse_value(parser) < 0)
		return -1;
	if (parser->quote == '"')
		value->source = strndup(source, (size_t)(parser->at - 1 - source));
	if (parse_line_end(parser) < 0 || check_value(parser, key, line) < 0)
		return -1;
	value->line = line;
	value->text = strdup(parser->value);
	if (!value->text || (parser->quote == '"' && !value->source))
		return fault(parser, line, "not enough memory");
	return 0;
}

static int
fault_no_assignment(const struct parser *parser, size_t length)
{
	const char *after = parser->at + length;
	const char *next = after + strspn(after, BLANKS);

	if (length == 0 || strchr(DIGITS, *parser->at))
		return fault(parser, parser->line,
			"a line begins with a key, as in root=\"/opt/games\", or with `#`");
	if (strncmp(after, "+=", 2) == 0)
		return fault(parser, parser->line, "`+=` is not understood; write the whole value");
	if (*next == '=')
		return fault(parser, parser->line, "no blanks may stand around `=`");
	if (*next != '\n' && *next != '\0' && next > after)
		return fault(parser, parser->line,
			"`%.*s` is a command for a shell; write KEY=VALUE alone", shown(length),
			parser->at);
	return fault(
		parser, parser->line, "`%.*s` is not followed by `=`", shown(length), parser->at);
}

static int
parse_assignment(struct parser *parser)
{
	const char *name = parser->at;
	size_t length = strspn(name, KEY_BYTES);
	enum config_key key = key_find(name, length);

	if (length == 0 || strchr(DIGITS, name[0]) || name[length] != '=')
		return fault_no_assignment(parser, length);
	parser->at += length + 1;
	if (strncmp(name, "rc_", 3) == 0)
		return parse_foreign(parser, name, length);
	if (key == CONFIG_KEYS)
		return fault(parser, parser->line, "unknown key `%.*s`", shown(length), name);
	if (key == CONFIG_ROOTS && parser->kind == CONFIG_INSTANCE)
		return fault(parser, parser->line, "`roots` belongs in conf.d/chroot-mounts");
	if (key == CONFIG_ROOT && parser->kind == CONFIG_SERVICE)
		return fault(parser, parser->line,
			"`root` belongs in conf.d/chroot-mounts.NAME: one tree cannot be every "
			"root's");
	return parse_key(parser, key);
}

static int
parse_text(struct parser *parser)
{
	for (;;) {
		parser->at += strspn(parser->at, BLANKS);
		switch (*parser->at) {
		case '\0':
			return 0;
		case '\n':
			parser->at++;
			parser->line++;
			break;
		case '#':
			parser->at += strcspn(parser->at, "\n");
			break;
		default:
			if (parse_assignment(parser) < 0)
				return -1;
		}
	}
}

static int
parse_stream(struct parser *parser, FILE *stream)
{
	const char *file = parser->config->file;
	/* one byte more than a file may have, and the NUL */
	cleanup_free char *text = malloc(CONFIG_FILE_SIZE + 2);
	cleanup_free char *value = NULL;
	size_t size;

	if (!file || !text)
		return report_error(parser->report, ENOMEM, "cannot read a configuration file");
	size = fread(text, 1, CONFIG_FILE_SIZE + 1, stream);
	if (ferror(stream))
		return report_error(parser->report, errno, "%s: cannot be read", file);
	if (size > CONFIG_FILE_SIZE)
		return report_error(parser->report, 0, "%s: larger than 64 KiB", file);
	text[size] = '\0';
	value = malloc(size + 1);
	if (!value)
		return report_error(parser->report, ENOMEM, "cannot read a configuration file");
	parser->at = text;
	parser->value = value;
	if (check_characters(parser, text, size) < 0)
		return -1;
	return parse_text(parser);
}

int
config_read(struct config *config, FILE *stream, const char *file, enum config_kind kind,
	bool has_symlink, struct report *report)
{
	struct parser parser = {
		.config = config,
		.report = report,
		.kind = kind,
		.has_symlink = has_symlink,
		.line = 1,
	};

	*config = (struct config){.file = strdup(file)};
	if (parse_stream(&parser, stream) < 0) {
		config_release(config);
		return -1;
	}
	return 0;
}

void
config_release(struct config *config)
{
	for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
		free(config->values[key].text);
		free(config->values[key].source);
	}
	free(config->file);
	*config = (struct config){0};
}

const char *
config_key_name(enum config_key key)
{
	return keys[key].name;
}

const char *
config_default(enum config_key key)
{
	return keys[key].fallback;
}

const char *
config_value(const struct config *instance, const struct config *service, enum config_key key,
	const struct config **from)
{
	const struct config *owner = instance;

	if (!owner || !owner->values[key].text)
		owner = service;
	if (owner && (!owner->values[key].text || owner->values[key].text[0] == '\0'))
		owner = NULL;
	if (from)
		*from = owner;
	return owner ? owner->values[key].text : keys[key].fallback;
}

bool
config_is_yes(const struct config *instance, const struct config *service, enum config_key key)
{
	return strcmp(config_value(instance, service, key, NULL), "yes") == 0;
}

/* A backslash at a line's end ends a line of the file, but none of the value. */
static unsigned
line_in_file(const struct config_value *value, unsigned offset)
{
	const char *at = value->source;
	unsigned line = value->line;

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

int
config_error(const struct config *config, enum config_key key, unsigned offset,
	struct report *report, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!config)
		return report_error(report, 0, "the default of `%s`: %s", keys[key].name, text);
	if (!config->values[key].text)
		return report_error(report, 0, "%s: %s", config->file, text);
	return report_error(report, 0, "%s:%u: %s", config->file,
		line_in_file(&config->values[key], offset), text);
}
