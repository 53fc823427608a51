/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/mountinfo.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"

#include <libmount/libmount.h>
#include <string.h>

int
mountinfo_read(struct mountinfo *mountinfo, struct report *report)
{
	*mountinfo = (struct mountinfo){0};
	/* the kernel's own list, without libmount's mtab and utab */
	mountinfo->table = mnt_new_table_from_file("/proc/self/mountinfo");
	return mountinfo->table ? 0
				: report_error(report, errno, "cannot read /proc/self/mountinfo");
}

void
mountinfo_release(struct mountinfo *mountinfo)
{
	mnt_unref_table(mountinfo->table);
	free(mountinfo->mount_points);
	*mountinfo = (struct mountinfo){0};
}

static struct libmnt_fs *
search_table(const struct mountinfo *mountinfo, uint64_t id)
{
	struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_BACKWARD);
	struct libmnt_fs *mount = NULL;

	while (iterator && mnt_table_next_fs(mountinfo->table, iterator, &mount) == 0)
		if ((uint64_t)mnt_fs_get_id(mount) == id)
			break;
		else
			mount = NULL;
	mnt_free_iter(iterator);
	return mount;
}

/* Caches the result, because the table may be long. */
static struct libmnt_fs *
find_by_id(struct mountinfo *mountinfo, uint64_t id)
{
	struct libmnt_fs *mount;

	for (size_t i = 0; i < mountinfo->known_count; i++)
		if (mountinfo->known[i].id == id)
			return mountinfo->known[i].mount;
	mount = search_table(mountinfo, id);
	if (mountinfo->known_count < sizeof(mountinfo->known) / sizeof(mountinfo->known[0]))
		mountinfo->known[mountinfo->known_count++] =
			(struct mountinfo_known){.id = id, .mount = mount};
	return mount;
}

static struct libmnt_fs *
find_mount(struct mountinfo *mountinfo, const char *path)
{
	struct statx found;

	return statx(AT_FDCWD, path, 0, STATX_MNT_ID, &found) < 0
		       ? NULL
		       : find_by_id(mountinfo, found.stx_mnt_id);
}

static bool
is_shared(struct libmnt_fs *mount)
{
	unsigned long propagation = 0;

	return mount && mnt_fs_get_propagation(mount, &propagation) == 0 && propagation & MS_SHARED;
}

int
mountinfo_read_inside(struct mountinfo *mountinfo, int proc_fd)
{
	cleanup_fd int fd = openat(proc_fd, "../mountinfo", O_RDONLY | O_CLOEXEC);
	cleanup_file FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");

	*mountinfo = (struct mountinfo){0};
	if (!stream)
		return -1;
	steal_fd(&fd);
	mountinfo->table = mnt_new_table();
	if (mountinfo->table && mnt_table_parse_stream(mountinfo->table, stream, "mountinfo") == 0)
		return 0;
	mountinfo_release(mountinfo);
	errno = EIO;
	return -1;
}

const char *
mountinfo_mount_point(const struct mountinfo *mountinfo, uint64_t id)
{
	struct libmnt_fs *mount = search_table(mountinfo, id);

	return mount ? mnt_fs_get_target(mount) : NULL;
}

const char *
mountinfo_proc_options(struct mountinfo *mountinfo)
{
	struct libmnt_fs *mount = find_mount(mountinfo, "/proc");
	const char *options = mount ? mnt_fs_get_fs_options(mount) : NULL;

	return options ? options : "";
}

bool
mountinfo_is_shared(struct mountinfo *mountinfo, const char *path)
{
	return is_shared(find_mount(mountinfo, path));
}

bool
mountinfo_has_shared(struct mountinfo *mountinfo, uint64_t id)
{
	return is_shared(find_by_id(mountinfo, id));
}

static int
compare_mount_points(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static int
sort_mount_points(struct mountinfo *mountinfo)
{
	struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *mount;

	mountinfo->mount_points = calloc((size_t)mnt_table_get_nents(mountinfo->table) + 1,
		sizeof(*mountinfo->mount_points));
	while (iterator && mountinfo->mount_points &&
		mnt_table_next_fs(mountinfo->table, iterator, &mount) == 0)
		mountinfo->mount_points[mountinfo->mount_point_count++] = mnt_fs_get_target(mount);
	if (!iterator)
		cleanup_free_release(&mountinfo->mount_points);
	mnt_free_iter(iterator);
	if (!mountinfo->mount_points)
		return -1;
	qsort(mountinfo->mount_points, mountinfo->mount_point_count,
		sizeof(*mountinfo->mount_points), compare_mount_points);
	return 0;
}

/* Compares the prefix only, so that each mount point below equals it. */
static int
compare_prefix(const void *prefix, const void *mount_point)
{
	return strncmp(prefix, *(const char *const *)mount_point, strlen(prefix));
}

bool
mountinfo_has_below(struct mountinfo *mountinfo, const char *path)
{
	cleanup_free char *prefix = NULL;

	if ((!mountinfo->mount_points && sort_mount_points(mountinfo) < 0) ||
		asprintf(&prefix, "%s/", path[1] == '\0' ? "" : path) < 0) {
		prefix = NULL;
		return true;
	}
	return bsearch(prefix, mountinfo->mount_points, mountinfo->mount_point_count,
		sizeof(*mountinfo->mount_points), compare_prefix);
}
