/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter-as/binds.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/report_word.h"
#include "common/syscalls.h"
#include "enter/options.h"
#include "superuser/mount.h"
#include "superuser/root.h"

#include <limits.h>
#include <string.h>

void
binds_release(struct binds *binds)
{
	for (size_t i = 0; i < binds->count; i++) {
		free(binds->all[i].source);
		free(binds->all[i].target);
		cleanup_fd_release(&binds->all[i].tree);
	}
	free(binds->all);
	*binds = (struct binds){0};
}

/* Copies the path up to a colon, and moves *word there. Returns it, owned by the caller, or NULL
 * with errno set; reports nothing. */
static char *
take_path(const char **word)
{
	const char *from = *word;
	cleanup_free char *path = malloc(strlen(from) + 1);
	char *to = path;

	if (!path)
		return NULL;
	while (*from != '\0' && *from != ':') {
		if (*from == '\\' && (from[1] == ':' || from[1] == '\\'))
			from++;
		*to++ = *from++;
	}
	*to = '\0';
	*word = from;
	/* a slash at the end would follow a link (path_resolution(7)) */
	while (to > path + 1 && to[-1] == '/')
		*--to = '\0';
	errno = EINVAL;
	return path[0] == '/' ? steal_pointer(&path) : NULL;
}

int
binds_add(struct binds *binds, const char *word, bool is_read_only)
{
	struct bind_entry *grown = reallocarray(binds->all, binds->count + 1, sizeof(*grown));
	cleanup_free char *source = NULL, *target = NULL;

	if (!grown)
		return -1;
	binds->all = grown;
	source = take_path(&word);
	if (!source)
		return -1;
	if (*word == ':') {
		word++;
		target = take_path(&word);
	} else {
		target = strdup(source);
	}
	if (!target)
		return -1;
	errno = EINVAL;
	if (*word != '\0' || strspn(target, "/") == strlen(target))
		return -1;
	grown[binds->count++] = (struct bind_entry){.source = steal_pointer(&source),
		.target = steal_pointer(&target),
		.is_read_only = is_read_only,
		.tree = -1};
	return 0;
}

int
binds_read(struct binds *binds, const struct options *options, struct report *report)
{
	for (size_t i = 0; i < options->bind_count; i++) {
		const struct options_bind *bind = &options->binds[i];

		if (binds_add(binds, bind->word, bind->is_read_only) == 0)
			continue;
		if (errno != EINVAL)
			return report_error(report, errno, "cannot read the options");
		return report_error(report, 0,
			"-b and --bind-ro want absolute paths, SRC or SRC:DST, not %s; DST is not /, and a colon in a path is written \\:",
			*bind->word == '\0' ? "''" : bind->word);
	}
	return 0;
}

int
binds_open(struct binds *binds, struct report *report)
{
	for (size_t i = 0; i < binds->count; i++) {
		struct bind_entry *bind = &binds->all[i];
		const struct mount_change change = {
			.set = bind->is_read_only ? MOUNT_ATTR_RDONLY : 0,
			.propagation = MS_SLAVE,
			.recursive = true,
		};

		bind->tree = mount_clone(AT_FDCWD, bind->source, true);
		if (bind->tree < 0 && errno == EINVAL)
			return report_error(report, 0,
				"cannot bind %s: it lies on a mount that must not be bound (unbindable), or on none of the host's",
				bind->source);
		if (bind->tree < 0)
			return report_error(report, errno, "cannot bind %s", bind->source);
		if (mount_change(bind->tree, &change) < 0)
			return report_error(report, errno, "cannot bind %s%s", bind->source,
				bind->is_read_only ? " read-only" : "");
	}
	return 0;
}

/* Reports why the target cannot be opened: a link on the way, or it is missing. */
static int
say_no_target(const struct bind_entry *bind, const struct root *inside, const char *root,
	struct report *report)
{
	int error = errno;
	char there[PATH_MAX];

	if (error == ELOOP) {
		if (root_resolve(inside, bind->target, there, sizeof(there)) == 0)
			report_advise(
				report, "name the place itself, %s", report_word(report, there));
		return report_error(report, 0,
			"cannot bind %s on %s inside %s: a link is on the way there", bind->source,
			bind->target, root);
	}
	if (error == ENOENT)
		report_advise(report, "make it inside, or name another place, %s:DST",
			report_word(report, bind->source));
	return report_error(
		report, error, "cannot bind %s on %s inside %s", bind->source, bind->target, root);
}

/* True if the target is `/`, by any path: the bind would be entered in place of the root. */
static bool
is_top(const struct root *inside, int target)
{
	struct statx top, found;

	return statx(inside->tree, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &top) == 0 &&
	       statx(target, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &found) == 0 &&
	       found.stx_ino == top.stx_ino && found.stx_mnt_id == top.stx_mnt_id;
}

static int
attach(const struct bind_entry *bind, const struct root *inside, const char *root,
	struct report *report)
{
	cleanup_fd int target = root_open_exactly(inside, bind->target);
	struct stat source, there;

	if (target < 0)
		return say_no_target(bind, inside, root, report);
	if (is_top(inside, target))
		return report_error(report, 0, "cannot bind %s on %s inside %s: that is its /",
			bind->source, bind->target, root);
	if (mount_attach(bind->tree, target) == 0)
		return 0;
	if (fstat(bind->tree, &source) == 0 && fstat(target, &there) == 0 &&
		S_ISDIR(source.st_mode) != S_ISDIR(there.st_mode))
		return report_error(report, 0,
			"cannot bind %s on %s inside %s: a directory goes on a directory, and what is none on what is none",
			bind->source, bind->target, root);
	return report_error(
		report, errno, "cannot bind %s on %s inside %s", bind->source, bind->target, root);
}

int
binds_attach(struct binds *binds, int proc_fd, const char *root, struct report *report)
{
	cleanup_fd int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct root inside = {.tree = top, .proc_fd = proc_fd};

	if (top < 0)
		return report_error(report, errno, "cannot open / inside %s", root);
	for (size_t i = 0; i < binds->count; i++) {
		if (attach(&binds->all[i], &inside, root, report) < 0)
			return -1;
		cleanup_fd_release(&binds->all[i].tree);
	}
	return 0;
}
