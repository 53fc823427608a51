/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/filesystem.h"

#include "common/cleanup.h"
#include "common/namespace.h"
#include "common/record.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/mount_make.h"
#include "helper/namespace_make.h"
#include "helper/plan.h"
#include "superuser/mount.h"

#include <libmount/libmount.h>
#include <string.h>

#define FSCONFIG_STRING 255 /* bytes of one string in fsconfig(2) */

bool
filesystem_needs_libmount(const struct plan_mount *line)
{
	if (line->source[0] == '/' || strcmp(line->type, "auto") == 0)
		return true;
	for (char **option = line->options; option && *option; option++) {
		const char *value = strchr(*option, '=');

		if (plan_options_is_loop(*option) || (value && strlen(value + 1) > FSCONFIG_STRING))
			return true;
	}
	return false;
}

void
filesystem_stage_release(struct filesystem_stage *stage)
{
	cleanup_fd_release(&stage->namespace);
}

/*
 * Returns the filesystem's options, owned by the caller, or NULL. The clone gets the mount
 * attributes; only ro concerns the superblock too.
 */
static char *
options_of(const struct plan_mount *line)
{
	char *options = NULL;

	if (line->set & MOUNT_ATTR_RDONLY && mnt_optstr_append_option(&options, "ro", NULL) < 0)
		return NULL;
	for (char **option = line->options; option && *option; option++)
		if (mnt_optstr_append_option(&options, *option, NULL) < 0) {
			free(options);
			return NULL;
		}
	return options ? options : strdup("rw");
}

static int
set_up_context(struct libmnt_context *context, const struct plan_mount *line, const char *source)
{
	cleanup_free char *options = options_of(line);

	/* no fstab, utab or mount.TYPE programs: the line is complete */
	if (!options || mnt_context_set_optsmode(context, MNT_OMODE_NOTAB) < 0 ||
		mnt_context_disable_mtab(context, true) < 0 ||
		mnt_context_disable_helpers(context, true) < 0 ||
		mnt_context_set_source(context, source) < 0 ||
		mnt_context_set_target(context, STATE_DIRECTORY) < 0 ||
		mnt_context_set_options(context, options) < 0)
		return -1;
	return strcmp(line->type, "auto") == 0 ? 0 : mnt_context_set_fstype(context, line->type);
}

/* Reports a failed mount. libmount explains neither EINVAL nor a missing file. */
static int
cannot_mount(const struct plan_mount *line, const char *source, const char *said, int error,
	struct report *report)
{
	if (source[0] == '/' && access(source, F_OK) < 0 && errno == ENOENT) {
		return report_error(report, 0,
			strcmp(line->target, "/") == 0
				? "cannot mount %s on %s: it does not exist; make it, or correct the line for /"
				: "cannot mount %s on %s: it does not exist; make it, or add nofail to its line",
			source, line->target);
	}
	return report_error(report, 0, "cannot mount %s on %s: %s%s", source, line->target, said,
		error == EINVAL ? " (dmesg has the kernel's reason)" : "");
}

static int
mount_on_stage(const struct plan_mount *line, const char *source, struct report *report)
{
	struct libmnt_context *context = mnt_new_context();
	char said[512] = "out of memory";
	int result = -1, error = 0;

	/* libmount 2.39 and later may use fsconfig(2), which refuses long options */
	if (context && setenv("LIBMOUNT_FORCE_MOUNT2", "always", 1) == 0 &&
		set_up_context(context, line, source) == 0) {
		result = mnt_context_mount(context);
		if (mnt_context_get_excode(context, result, said, sizeof(said)) == 0)
			result = 0;
		else
			result = -1;
		if (mnt_context_syscall_called(context))
			error = mnt_context_get_syscall_errno(context);
	}
	mnt_free_context(context);
	if (result == 0)
		return 0;
	said[strcspn(said, "\n")] = '\0';
	return cannot_mount(line, source, said, error, report);
}

static int
make_superblock(const struct plan_mount *line, const char *source, struct report *report)
{
	cleanup_fd int fd = -1;

	if (mount_on_stage(line, source, report) < 0)
		return -1;
	fd = mount_clone(AT_FDCWD, STATE_DIRECTORY, false);
	if (fd < 0)
		report_error(report, errno, "cannot clone %s", source);
	if (mount_detach(STATE_DIRECTORY) < 0)
		return report_error(report, errno, "cannot take %s off again", source);
	return steal_fd(&fd);
}

int
filesystem_make(struct filesystem_stage *stage, const struct plan_mount *line, const char *source,
	struct report *report)
{
	cleanup_fd int fd = -1;

	if (stage->namespace < 0)
		stage->namespace = namespace_make_copy(stage->host, report);
	if (stage->namespace < 0)
		return -1;
	if (namespace_join(stage->namespace) < 0)
		return report_error(report, errno, "cannot join a copy of the host's namespace");
	fd = make_superblock(line, source, report);
	if (namespace_join(stage->host) < 0)
		return report_error(report, errno, "cannot return to the host's namespace");
	return steal_fd(&fd);
}
