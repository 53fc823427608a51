/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/mounted.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"

#include <libmount/libmount.h>
#include <string.h>

int
mounted_read(struct mounted *mounted, struct report *report)
{
	*mounted = (struct mounted){0};
	/* not mnt_new_table_from_file's relatives for mtab and utab: the kernel's own list alone */
	mounted->table = mnt_new_table_from_file("/proc/self/mountinfo");
	return mounted->table ? 0 : report_error(report, errno, "cannot read /proc/self/mountinfo");
}

void
mounted_release(struct mounted *mounted)
{
	mnt_unref_table(mounted->table);
	free(mounted->places);
	*mounted = (struct mounted){0};
}

static struct libmnt_fs *
mount_with_id(const struct mounted *mounted, uint64_t id)
{
	struct libmnt_iter *each = mnt_new_iter(MNT_ITER_BACKWARD);
	struct libmnt_fs *mount = NULL;

	while (each && mnt_table_next_fs(mounted->table, each, &mount) == 0)
		if ((uint64_t)mnt_fs_get_id(mount) == id)
			break;
		else
			mount = NULL;
	mnt_free_iter(each);
	return mount;
}

/* The table may be long, so what was found is remembered. */
static struct libmnt_fs *
mount_by_id(struct mounted *mounted, uint64_t id)
{
	struct libmnt_fs *mount;

	for (size_t i = 0; i < mounted->known_count; i++)
		if (mounted->known[i].id == id)
			return mounted->known[i].mount;
	mount = mount_with_id(mounted, id);
	if (mounted->known_count < sizeof(mounted->known) / sizeof(mounted->known[0]))
		mounted->known[mounted->known_count++] =
			(struct mounted_known){.id = id, .mount = mount};
	return mount;
}

/* The mount that path lies on. */
static struct libmnt_fs *
mount_of(struct mounted *mounted, const char *path)
{
	struct statx found;

	return statx(AT_FDCWD, path, 0, STATX_MNT_ID, &found) < 0
		       ? NULL
		       : mount_by_id(mounted, found.stx_mnt_id);
}

static bool
is_shared(struct libmnt_fs *mount)
{
	unsigned long propagation = 0;

	return mount && mnt_fs_get_propagation(mount, &propagation) == 0 && propagation & MS_SHARED;
}

int
mounted_read_here(struct mounted *mounted, int names)
{
	cleanup_fd int fd = openat(names, "../mountinfo", O_RDONLY | O_CLOEXEC);
	cleanup_file FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");

	*mounted = (struct mounted){0};
	if (!stream)
		return -1;
	steal_fd(&fd); /* the stream owns it now */
	mounted->table = mnt_new_table();
	if (mounted->table && mnt_table_parse_stream(mounted->table, stream, "mountinfo") == 0)
		return 0;
	mounted_release(mounted);
	errno = EIO;
	return -1;
}

const char *
mounted_place_of(const struct mounted *mounted, uint64_t id)
{
	struct libmnt_fs *mount = mount_with_id(mounted, id);

	return mount ? mnt_fs_get_target(mount) : NULL;
}

const char *
mounted_proc_options(struct mounted *mounted)
{
	struct libmnt_fs *mount = mount_of(mounted, "/proc");
	const char *options = mount ? mnt_fs_get_fs_options(mount) : NULL;

	return options ? options : "";
}

bool
mounted_is_shared(struct mounted *mounted, const char *path)
{
	return is_shared(mount_of(mounted, path));
}

bool
mounted_has_shared(struct mounted *mounted, uint64_t id)
{
	return is_shared(mount_by_id(mounted, id));
}

static int
compare_places(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static int
sort_places(struct mounted *mounted)
{
	struct libmnt_iter *each = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *mount;

	mounted->places =
		calloc((size_t)mnt_table_get_nents(mounted->table) + 1, sizeof(*mounted->places));
	while (each && mounted->places && mnt_table_next_fs(mounted->table, each, &mount) == 0)
		mounted->places[mounted->place_count++] = mnt_fs_get_target(mount);
	mnt_free_iter(each);
	if (!each || !mounted->places)
		return -1;
	qsort(mounted->places, mounted->place_count, sizeof(*mounted->places), compare_places);
	return 0;
}

/* Compares as many bytes as the prefix has, so that it equals each place below it. */
static int
compare_prefix(const void *prefix, const void *place)
{
	return strncmp(prefix, *(const char *const *)place, strlen(prefix));
}

bool
mounted_has_below(struct mounted *mounted, const char *path)
{
	cleanup_free char *prefix = NULL;

	if ((!mounted->places && sort_places(mounted) < 0) ||
		asprintf(&prefix, "%s/", path[1] == '\0' ? "" : path) < 0) {
		prefix = NULL;
		return true;
	}
	return bsearch(prefix, mounted->places, mounted->place_count, sizeof(*mounted->places),
		compare_prefix);
}
