/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/plan_options.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/config.h"

#include <libmount/libmount.h>
#include <string.h>

#define PROPAGATION (MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE)

/* MS_* of mount(2), as in libmount's table of options, and MOUNT_ATTR_* of mount_setattr(2) */
static const struct {
	unsigned long flag;
	uint64_t attribute;
	uint64_t field; /* bits that it replaces */
} attributes[] = {
	{MS_RDONLY, MOUNT_ATTR_RDONLY, MOUNT_ATTR_RDONLY},
	{MS_NOSUID, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOSUID},
	{MS_NODEV, MOUNT_ATTR_NODEV, MOUNT_ATTR_NODEV},
	{MS_NOEXEC, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOEXEC},
	{MS_NODIRATIME, MOUNT_ATTR_NODIRATIME, MOUNT_ATTR_NODIRATIME},
	{MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW},
	{MS_NOATIME, MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
	{MS_STRICTATIME, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
	{MS_RELATIME, MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
};

static int
add_option(struct plan_mount *mount, const char *option)
{
	size_t count = 0;
	char **options;

	while (mount->options && mount->options[count])
		count++;
	options = reallocarray(mount->options, count + 2, sizeof(*options));
	if (!options)
		return -1;
	mount->options = options;
	options[count + 1] = NULL;
	options[count] = strdup(option);
	return options[count] ? 0 : -1;
}

/* Finds in libmount's table the bits that a word sets, or (rw, suid, atime) clears. */
static void
flags_of(const char *word, unsigned long *set, unsigned long *clear)
{
	const struct libmnt_optmap *map = mnt_get_builtin_optmap(MNT_LINUX_MAP);
	unsigned long all = ~0UL;

	*set = 0;
	if (mnt_optstr_get_flags(word, set, map) < 0)
		*set = 0;
	if (mnt_optstr_get_flags(word, &all, map) < 0)
		all = ~0UL;
	*clear = ~all;
}

/* Takes a VFS option of a single mount. Returns false for any other. */
static bool
take_attribute(struct plan_mount *mount, unsigned long set, unsigned long clear)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (!((set | clear) & attributes[i].flag))
			continue;
		mount->clear |= attributes[i].field;
		mount->set &= ~attributes[i].field;
		if (set & attributes[i].flag)
			mount->set |= attributes[i].attribute;
		return true;
	}
	return false;
}

static int
no_memory(const struct config_place *place)
{
	return report_error(place->report, ENOMEM, "cannot make the plan");
}

static int
take_mkdir(struct plan_mount *mount, const char *mode, const struct config_place *place)
{
	char *end;

	mount->makes_target = true;
	if (!mode)
		return 0;
	mount->target_mode = (mode_t)strtoul(mode, &end, 8);
	if (*mode < '0' || *mode > '7' || *end != '\0' || mount->target_mode > 07777)
		return config_error(place, "x-mount.mkdir=%s: not a mode such as 0755", mode);
	return 0;
}

/* Returns the option that does the same as a word of another tool, or NULL. */
static const char *
own_word_for(const char *option)
{
	static const char *const words[][2] = {
		{"optional", "nofail"},
		{"mkdir", "x-mount.mkdir"},
		{"create=dir", "x-mount.mkdir"},
		{"create=file", "x-mount.mkdir"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(option, words[i][0]) == 0)
			return words[i][1];
	return NULL;
}

/* Takes an option of this suite, or one without a meaning here. Returns 1, 0 for any other, or -1
 * after reporting the error. */
static int
take_own_word(struct plan_mount *mount, const char *option, const struct config_place *place)
{
	if (own_word_for(option))
		return config_error(
			place, "the option %s is %s here", option, own_word_for(option));
	if (strcmp(option, "nofail") == 0)
		mount->may_fail = true;
	else if (strcmp(option, "x-live") == 0)
		mount->is_live = true;
	else if (strcmp(option, "x-mount.mkdir") == 0)
		return take_mkdir(mount, NULL, place) < 0 ? -1 : 1;
	else if (strncmp(option, "x-mount.mkdir=", 14) == 0)
		return take_mkdir(mount, option + 14, place) < 0 ? -1 : 1;
	/* for mount(8) and other programs */
	else if (strcmp(option, "defaults") != 0 && strcmp(option, "auto") != 0 &&
		 strcmp(option, "_netdev") != 0 && strncmp(option, "comment=", 8) != 0 &&
		 strncmp(option, "x-gvfs-", 7) != 0)
		return strncmp(option, "x-", 2) == 0 || strncmp(option, "X-", 2) == 0
			       ? config_error(place, "unknown option %s", option)
			       : 0;
	return 1;
}

/* True for an option that mount(8) implements and this suite does not; it makes loop devices
 * itself. */
static bool
is_for_mount_program(const char *option)
{
	unsigned long flags = 0;

	if (plan_options_is_loop(option))
		return false;
	return mnt_optstr_get_flags(option, &flags, mnt_get_builtin_optmap(MNT_USERSPACE_MAP)) ==
		       0 &&
	       flags;
}

static int
take_option(struct plan_mount *mount, const char *option, const struct config_place *place)
{
	unsigned long set, clear;
	int own = take_own_word(mount, option, place);

	if (own != 0)
		return own < 0 ? -1 : 0;
	flags_of(option, &set, &clear);
	if (set & MS_BIND) {
		mount->is_bind = true;
		mount->is_recursive = set & MS_REC;
		return 0;
	}
	if (set & PROPAGATION) {
		/* whether the mounts below are cloned is up to rbind, not rslave */
		mount->propagation = set & PROPAGATION;
		mount->propagates_below = set & MS_REC;
		return 0;
	}
	if (set & (MS_REMOUNT | MS_MOVE))
		return config_error(place, "%s: a plan only makes mounts", option);
	/* first, because libmount's flags for `user` include nosuid and more */
	if (is_for_mount_program(option))
		return config_error(place, "the option %s is not understood here", option);
	if (take_attribute(mount, set, clear))
		return 0;
	return add_option(mount, option) < 0 ? no_memory(place) : 0;
}

int
plan_options_take(struct plan_mount *mount, const struct config_place *place)
{
	cleanup_free char *copy = strdup(mount->options_text);
	char *rest = copy;
	char *name, *value;
	size_t name_size, value_size;
	int more;

	if (!copy)
		return no_memory(place);
	while ((more = mnt_optstr_next_option(&rest, &name, &name_size, &value, &value_size)) ==
		0) {
		cleanup_free char *option =
			strndup(name, value ? (size_t)(value + value_size - name) : name_size);

		if (!option)
			return no_memory(place);
		if (take_option(mount, option, place) < 0)
			return -1;
	}
	/* libmount takes an open quote for the end */
	return more < 0 || strchr(rest, '"')
		       ? config_error(place, "the options %s cannot be read: is a quote open?",
				 mount->options_text)
		       : 0;
}

bool
plan_options_is_loop(const char *option)
{
	return strcmp(option, "loop") == 0 || strncmp(option, "offset=", 7) == 0 ||
	       strncmp(option, "sizelimit=", 10) == 0;
}

void
plan_options_paths_release(char **paths)
{
	for (char **path = paths; path && *path; path++)
		free(*path);
	free(paths);
}

static int
add_path(char ***paths, size_t *count, const char *text, size_t length)
{
	char **grown = reallocarray(*paths, *count + 2, sizeof(*grown));

	if (!grown)
		return -1;
	*paths = grown;
	grown[*count] = strndup(text, length);
	grown[*count + 1] = NULL;
	return grown[*count] ? (++*count, 0) : -1;
}

/* Adds the layers of an overlay, separated by colons. The kernel removes backslashes, which escape
 * the colons of a path (Documentation/filesystems/overlayfs.rst). */
static int
add_layers(char ***paths, size_t *count, const char *value)
{
	cleanup_free char *layer = malloc(strlen(value) + 1);
	size_t length = 0;

	if (!layer)
		return -1;
	for (;; value++) {
		if (*value == '\\' && value[1] != '\0') {
			layer[length++] = *++value;
		} else if (*value != ':' && *value != '\0') {
			layer[length++] = *value;
		} else {
			if (length > 0 && add_path(paths, count, layer, length) < 0)
				return -1;
			length = 0;
			if (*value == '\0')
				return 0;
		}
	}
}

bool
plan_options_is_layer(const char *option)
{
	static const char *const keys[] = {"lowerdir+", "datadir+", "upperdir", "workdir"};
	const size_t length = strcspn(option, "=");

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strlen(keys[i]) == length && strncmp(option, keys[i], length) == 0)
			return true;
	return false;
}

int
plan_options_paths(const struct plan_mount *line, char ***paths)
{
	bool is_overlay = strcmp(line->type, "overlay") == 0;
	size_t count = 0;
	int result = 0;

	*paths = calloc(1, sizeof(**paths));
	if (!*paths)
		return -1;
	for (char **option = line->options; result == 0 && option && *option; option++) {
		size_t key = strcspn(*option, "=");
		const char *value = (*option)[key] == '=' ? *option + key + 1 : "";

		if (is_overlay && key == 8 && strncmp(*option, "lowerdir", key) == 0)
			result = add_layers(paths, &count, value);
		else if ((value[0] == '/' && strncmp(*option, "subvol=", 7) != 0) ||
			 (is_overlay && plan_options_is_layer(*option)))
			result = add_path(paths, &count, value, strlen(value));
	}
	if (result < 0) {
		plan_options_paths_release(*paths);
		*paths = NULL;
	}
	return result;
}

static bool
has_option(const struct plan_mount *mount, const char *name)
{
	size_t length = strlen(name);

	for (char **option = mount->options; option && *option; option++)
		if (strncmp(*option, name, length) == 0 && (*option)[length] == '=')
			return true;
	return false;
}

int
plan_options_inherit(struct plan_mount *mount, const char *name, const char *host_options)
{
	char option[64];
	char *value;
	size_t size;

	if (has_option(mount, name) ||
		mnt_optstr_get_option(host_options, name, &value, &size) != 0 || !value)
		return 0;
	snprintf(option, sizeof(option), "%s=%.*s", name, (int)size, value);
	if (mnt_optstr_append_option(&mount->options_text, option, NULL) < 0) {
		errno = ENOMEM;
		return -1;
	}
	return add_option(mount, option);
}
