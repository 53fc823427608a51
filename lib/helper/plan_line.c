/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/plan_line.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "helper/config.h"
#include "helper/plan_options.h"

#include <string.h>
#include <sys/mount.h>

void
plan_line_release(struct plan_mount *mount)
{
	free(mount->source);
	free(mount->target);
	free(mount->type);
	free(mount->options_text);
	for (char **option = mount->options; option && *option; option++)
		free(*option);
	free(mount->options);
}

/* True for an absolute path in its only spelling, because target texts tell which lies below the
 * other. One slash at the end has been cut. */
static bool
is_plain_path(const char *path)
{
	return config_is_path(path) && (path[1] == '\0' || path[strlen(path) - 1] != '/');
}

static bool
needs_mount_helper(const char *type)
{
	static const char *const types[] = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "davfs",
		"sshfs", "glusterfs", "ntfs-3g", NULL};

	for (size_t i = 0; types[i]; i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return strncmp(type, "fuse", 4) == 0;
}

static int
check_bind(const struct plan_mount *mount, const struct config_place *place)
{
	if (!is_plain_path(mount->source))
		return config_error(place,
			"the source %s of a bind is no absolute path without ., .. and //",
			mount->source);
	if (mount->options)
		return config_error(
			place, "the option %s has no meaning for a bind", mount->options[0]);
	if (strcmp(mount->type, "none") != 0 && strcmp(mount->type, "bind") != 0)
		return config_error(
			place, "a bind has no filesystem type: write none for %s", mount->type);
	if (mount->is_live && mount->propagation & MS_PRIVATE)
		return config_error(place,
			"x-live and private exclude each other: a private mount hears nothing of the host");
	if (mount->is_live && mount->propagation & MS_UNBINDABLE)
		return config_error(place,
			"x-live and unbindable exclude each other: an unbindable mount hears nothing of the host");
	return 0;
}

static int
check_filesystem(const struct plan_mount *mount, const struct config_place *place)
{
	if (mount->is_live)
		return config_error(place,
			"x-live is for binds: nothing of the host is below a new filesystem");
	if (strcmp(mount->type, "none") == 0 || strcmp(mount->type, "bind") == 0 ||
		strcmp(mount->type, "rbind") == 0)
		return config_error(place,
			"%s is mounted on %s: as a bind (the option bind), or as which filesystem type?",
			mount->source, mount->target);
	return 0;
}

static void
cut_last_slash(char *path)
{
	size_t length = strlen(path);

	if (length > 1 && path[length - 1] == '/')
		path[length - 1] = '\0';
}

/* Judges the line for `/`. It is the root itself: nothing around it can be made or be live. */
static int
check_root(const struct plan_mount *mount, const struct config_place *place)
{
	if (mount->may_fail || mount->makes_target || mount->is_live)
		return config_error(place,
			"the line for / takes no nofail, x-mount.mkdir and x-live: without it there is no root");
	if (mount->propagation & ~(uint64_t)MS_SLAVE && mount->propagation != MS_PRIVATE)
		return config_error(place, "the line for / can be slave or private alone");
	/* kernels differ in removing it, so the path is uncertain */
	for (char **option = mount->options; option && *option; option++)
		if (plan_options_is_layer(*option) && strchr(*option, '\\'))
			return config_error(place,
				"%s: the path has a backslash; name it by one without", *option);
	return 0;
}

static int
check_mount(struct plan_mount *mount, const struct config_place *place)
{
	cut_last_slash(mount->target);
	cut_last_slash(mount->source);
	if (!is_plain_path(mount->target))
		return config_error(place,
			"the mount point %s is no absolute path without ., .. and //",
			mount->target);
	if (strcmp(mount->target, "/") == 0 && check_root(mount, place) < 0)
		return -1;
	return mount->is_bind ? check_bind(mount, place) : check_filesystem(mount, place);
}

int
plan_line_fill(struct plan_mount *mount, const char *source, const char *target, const char *type,
	const char *options_text, const struct config_place *place)
{
	*mount = (struct plan_mount){
		.source = strdup(source ? source : "none"),
		.target = strdup(target ? target : ""),
		.type = strdup(type ? type : "none"),
		.options_text = strdup(options_text ? options_text : ""),
	};
	if (!mount->source || !mount->target || !mount->type || !mount->options_text)
		return report_error(place->report, ENOMEM, "cannot make the plan");
	if (strchr(mount->type, '/'))
		return config_error(place,
			"%s is no filesystem type: a line is SOURCE TARGET TYPE OPTIONS",
			mount->type);
	/* first, because the options are that program's own */
	if (needs_mount_helper(mount->type))
		return config_error(place,
			"%s needs a mount program of its own: mount it on the host and bind it here",
			mount->type);
	if (plan_options_take(mount, place) < 0)
		return -1;
	return check_mount(mount, place);
}

bool
plan_line_is_same(const struct plan_mount *one, const struct plan_mount *other)
{
	return strcmp(one->source, other->source) == 0 && strcmp(one->target, other->target) == 0 &&
	       strcmp(one->type, other->type) == 0 && one->is_bind == other->is_bind &&
	       one->is_recursive == other->is_recursive && one->is_live == other->is_live;
}
