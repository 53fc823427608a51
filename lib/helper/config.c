/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/config.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/number.h"
#include "common/report.h"
#include "helper/config_parse.h"
#include "helper/reserved_name.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#define DIGITS "0123456789"
#define VARIABLE_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS "_"
#define STOP_TIMEOUT_LIMIT 3600

/* A key, its default, and its rule. */
struct key {
	const char *name;
	const char *fallback;
	const char *separators; /* "": the value is one part */
	bool (*is_valid)(const char *part); /* NULL: the value is judged where it is used */
	const char *rule; /* "`PART` is not …" */
	bool needs_restart; /* a reload cannot change it for processes inside */
};

bool
config_is_path(const char *path)
{
	if (path[0] != '/')
		return false;
	while (*path == '/' && *++path != '\0') {
		size_t length = strcspn(path, "/");

		if (length == 0 || (length <= 2 && strspn(path, ".") >= length))
			return false;
		path += length;
	}
	return true;
}

static bool
is_line(const char *part)
{
	return !strpbrk(part, "\t\n");
}

bool
config_is_line(const char *text)
{
	size_t length;

	for (size_t left = strlen(text); left > 0; text += length, left -= length) {
		length = report_character_length((const unsigned char *)text, left);
		if (length == 0 || !is_line((const char[]){*text, '\0'}))
			return false;
	}
	return true;
}

static bool
is_absolute_path(const char *part)
{
	return config_is_path(part) && is_line(part);
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
	size_t length = strspn(part, VARIABLE_BYTES);

	return length > 0 && !strchr(DIGITS, part[0]) && part[length] == '=';
}

static bool
is_pattern(const char *part)
{
	return part[strspn(part, VARIABLE_BYTES "*")] == '\0';
}

static bool
is_root_name(const char *part)
{
	return name_is_valid(part) && !reserved_name_is_leftover(part) &&
	       !reserved_name_is_runlevel(part);
}

#define PATH_RULE "an absolute path without `.`, `..` and `//`"
#define WORDS " \t\n"

/* clang-format off */
static const struct key keys[CONFIG_KEYS] = {
	[CONFIG_ROOT] = {"root", "", "", is_absolute_path, PATH_RULE, true},
	[CONFIG_MOUNTS] = {"mounts",
		"/dev   /dev   none  rbind,rslave\n"
		"/sys   /sys   none  rbind,rslave\n"
		"/run   /run   none  rbind,rslave,x-live\n"
		"/tmp   /tmp   none  rbind,rslave\n"
		"proc   /proc  proc  nosuid,nodev,noexec\n"
		"tmpfs  /run/openrc  tmpfs  nofail,mode=0755,size=1m\n"
		"/etc/resolv.conf  /etc/resolv.conf  none  bind,ro,nofail,x-mount.mkdir\n",
		"", NULL, NULL, false},
	[CONFIG_EXTRA_MOUNTS] = {"extra_mounts", "", "", NULL, NULL, false},
	[CONFIG_USERS] = {"users", "", "", NULL, NULL, false},
	[CONFIG_GROUPS] = {"groups", "", "", NULL, NULL, false},
	[CONFIG_DESCRIPTION] = {"description", "", "", is_line, "one line without tabs", false},
	[CONFIG_DEFAULT_USER] = {"default_user", "", "", NULL, NULL, false},
	[CONFIG_SHELL] = {"shell", "", "", is_file_path, PATH_RULE " that names a file", false},
	[CONFIG_PASS_ENV] = {"pass_env", "", WORDS, is_pattern,
		"a variable's name or a pattern of letters, digits, `_` and `*`", false},
	[CONFIG_SET_ENV] = {"set_env", "", WORDS, is_variable, "of the form NAME=value", false},
	[CONFIG_PATH] = {"path",
		"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/games:/usr/games:/opt/bin",
		":", is_absolute_path, PATH_RULE, false},
	[CONFIG_PERSONALITY] = {"personality", "", "", is_personality, "linux32 or linux64", false},
	[CONFIG_ALLOW_SETUID] = {"allow_setuid", "no", "", is_yes_or_no, "yes or no", true},
	[CONFIG_VISIBLE] = {"visible", "no", "", is_yes_or_no, "yes or no", true},
	[CONFIG_STOP_TIMEOUT] = {"stop_timeout", "10", "", is_timeout,
		"a whole number of seconds from 0 to 3600", false},
	[CONFIG_ROOTS] = {"roots", "", WORDS, is_root_name,
		"a name that a root can have (see chroot-mounts(5))", false},
};
/* clang-format on */

/* Checks the parts of the parsed value, which it cuts apart. */
static int
check_value(const struct config_parse *parse, enum config_key key)
{
	bool has_words = strchr(keys[key].separators, ' ');
	char *rest = parse->value;
	char *part;

	if (parse->length == 0 || !keys[key].is_valid)
		return 0;
	while ((part = strsep(&rest, keys[key].separators))) {
		if (part[0] == '\0' && has_words)
			continue;
		if (key == CONFIG_ROOT && strcmp(part, "/") == 0)
			return config_parse_error(
				parse, parse->key_line, "`root` is `/`, the host's own tree");
		if (!keys[key].is_valid(part))
			return config_parse_error(parse, parse->key_line, "`%s`: `%.80s` is not %s",
				keys[key].name, part, keys[key].rule);
	}
	return 0;
}

static int
take_value(struct config_file *file, struct config_parse *parse, enum config_key key)
{
	struct config_value *value = &file->values[key];

	if (value->text)
		return config_parse_error(parse, parse->key_line, "`%s` was set on line %u already",
			keys[key].name, value->line);
	if (config_parse_value(parse) < 0)
		return -1;
	value->line = parse->key_line;
	value->text = strdup(parse->value);
	value->source = parse->source ? strdup(parse->source) : NULL;
	if (!value->text || (parse->source && !value->source))
		return config_parse_error(parse, parse->key_line, "not enough memory");
	return check_value(parse, key);
}

/* Skips a key of OpenRC's own, but parses it, so that no shell code hides there. */
static int
pass_over(struct config_parse *parse, enum config_kind kind, bool has_symlink)
{
	if (config_parse_value(parse) < 0)
		return -1;
	if (kind == CONFIG_INSTANCE && !has_symlink)
		report_warning(parse->report,
			"%s:%u: `%.80s` has no effect: OpenRC reads this file only if " SYSCONFDIR
			"/init.d has a symlink of the same name",
			parse->file, parse->key_line, parse->key);
	return 0;
}

static int
take_key(struct config_file *file, struct config_parse *parse, enum config_kind kind,
	bool has_symlink)
{
	enum config_key key = 0;

	if (strncmp(parse->key, "rc_", 3) == 0)
		return pass_over(parse, kind, has_symlink);
	while (key < CONFIG_KEYS && strcmp(keys[key].name, parse->key) != 0)
		key++;
	if (key == CONFIG_KEYS)
		return config_parse_error(
			parse, parse->key_line, "unknown key `%.80s`", parse->key);
	if (key == CONFIG_ROOTS && kind == CONFIG_INSTANCE)
		return config_parse_error(
			parse, parse->key_line, "`roots` belongs in conf.d/chroot-mounts");
	if (key == CONFIG_ROOT && kind == CONFIG_SERVICE)
		return config_parse_error(parse, parse->key_line,
			"`root` belongs in conf.d/chroot-mounts.NAME: one tree cannot be every root's");
	return take_value(file, parse, key);
}

int
config_read(struct config_file *file, FILE *stream, const char *path, enum config_kind kind,
	bool has_symlink, struct report *report)
{
	struct config_parse parse;
	int found, result = config_parse_open(&parse, stream, path, report);

	*file = (struct config_file){.path = strdup(path)};
	if (result == 0 && !file->path)
		result = report_error(report, ENOMEM, "cannot read a configuration file");
	while (result == 0 && (found = config_parse_key(&parse)) != 0)
		result = found < 0 ? -1 : take_key(file, &parse, kind, has_symlink);
	config_parse_close(&parse);
	if (result < 0)
		config_release(file);
	return result;
}

void
config_release(struct config_file *file)
{
	for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
		free(file->values[key].text);
		free(file->values[key].source);
	}
	free(file->path);
	*file = (struct config_file){0};
}

static struct config_setting
setting_of(enum config_key key, const struct config_file *first, const struct config_file *second)
{
	const struct config_file *file = first->values[key].text ? first : second;
	const char *text = file->values[key].text;

	if (!text || text[0] == '\0')
		return (struct config_setting){.key = key, .text = keys[key].fallback};
	return (struct config_setting){.key = key, .text = text, .file = file};
}

void
config_merge(
	struct config *config, const struct config_file *root, const struct config_file *service)
{
	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		config->settings[key] = setting_of(key, root, service);
	config->service_extra_mounts = setting_of(CONFIG_EXTRA_MOUNTS, service, service);
}

const char *
config_value(const struct config *config, enum config_key key)
{
	return config->settings[key].text;
}

bool
config_is_yes(const struct config *config, enum config_key key)
{
	return strcmp(config->settings[key].text, "yes") == 0;
}

const char *
config_key_name(enum config_key key)
{
	return keys[key].name;
}

bool
config_needs_restart(enum config_key key)
{
	return keys[key].needs_restart;
}

int
config_error(const struct config_place *place, const char *format, ...)
{
	const struct config_setting *setting = place->setting;
	const struct config_value *value;
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!setting->file)
		return report_error(
			place->report, 0, "the default of `%s`: %s", keys[setting->key].name, text);
	value = &setting->file->values[setting->key];
	return report_error(place->report, 0, "%s:%u: %s", setting->file->path,
		config_parse_line(value->source, value->line, place->offset), text);
}
