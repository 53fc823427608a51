/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/mounts_source.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "helper/essentials.h"
#include "helper/filesystem.h"
#include "helper/ownership_host.h"
#include "helper/plan.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

bool
mounts_is_tag(const char *source)
{
	static const char *const tags[] = {
		"LABEL=", "UUID=", "PARTLABEL=", "PARTUUID=", "ID=", NULL};

	for (size_t i = 0; tags[i]; i++)
		if (strncmp(source, tags[i], strlen(tags[i])) == 0)
			return true;
	return false;
}

bool
mounts_lacks_source(const struct plan_mount *line)
{
	cleanup_free char *device = NULL;
	struct stat found;

	if (line->source[0] == '/')
		return stat(line->source, &found) < 0 && errno == ENOENT;
	if (!mounts_is_tag(line->source))
		return false;
	device = mnt_resolve_spec(line->source, NULL);
	return !device;
}

int
mounts_find_source(const struct plan_mount *line, char **source, struct report *report)
{
	*source = mounts_is_tag(line->source) ? mnt_resolve_spec(line->source, NULL)
					      : strdup(line->source);
	if (*source)
		return 0;
	return report_error(report, 0, "no filesystem for %s has %s (blkid shows which there are)",
		line->target, line->source);
}

/*
 * Judges an overlay's layer as its own tree, because a merged directory shows only the top layer's
 * owner.
 */
static int
judge_layer(const char *path, const struct mounts_root *wanted, struct report *report)
{
	struct root layer = {.tree = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC),
		.is_of_host = true,
		.path = realpath(path, NULL),
		.proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	struct essentials essentials = {
		.root = &layer, .path = wanted->program_path, .shell = wanted->shell};
	int result = -1;

	if (layer.tree < 0 || !layer.path || layer.proc_fd < 0)
		report_error(report, errno, "cannot look at %s, which / is made of", path);
	else if (essentials_judge(&essentials, report) == 0)
		result = essentials_judge_groups(&essentials, report);
	essentials_release(&essentials);
	root_release(&layer);
	return result;
}

int
mounts_judge_parts(const struct plan_mount *line, const char *source,
	const struct mounts_root *wanted, struct report *report)
{
	bool is_overlay = strcmp(line->type, "overlay") == 0;
	cleanup_free char *found_source = NULL;
	char **paths = NULL;
	int result = 0;

	if (!source) {
		if (mounts_find_source(line, &found_source, report) < 0)
			return -1;
		source = found_source;
	}
	/* other sources are words such as overlay, not files */
	if (strchr(source, '/') || filesystem_needs_libmount(line))
		result = ownership_judge_part(source, report);
	if (result == 0 && plan_options_paths(line, &paths) < 0)
		result = report_error(report, errno, "cannot look at what / is made of");
	for (char **path = paths; result == 0 && path && *path; path++) {
		struct stat found;

		result = ownership_judge_part(*path, report);
		if (result == 0 && is_overlay && stat(*path, &found) == 0)
			result = judge_layer(*path, wanted, report);
	}
	plan_options_paths_release(paths);
	return result;
}
