/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/state.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/record.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/lock.h"
#include "helper/mount_make.h"
#include "superuser/mount.h"

#include <bsd/libutil.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#define LOCK_SECONDS 30

int
state_open(void)
{
	return open(STATE_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
is_mount_point(int fd)
{
	struct statx found;

	return statx(fd, "", AT_EMPTY_PATH, STATX_INO, &found) == 0 &&
	       found.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/* Mounts a filesystem of its own: a bind of the directory on itself would show its files
 * underneath, in every root. */
static int
mount_state(int directory, struct report *report)
{
	static const char *const options[] = {"mode=0700", "size=64m", NULL};
	cleanup_fd int fd = mount_make("tmpfs", "chroot-mounts", STATE_DIRECTORY, options,
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, report);

	if (fd < 0)
		return -1;
	if (mount_attach(fd, directory) < 0)
		return report_error(
			report, errno, "cannot mount the state directory %s", STATE_DIRECTORY);
	return 0;
}

/*
 * Makes the directory and all pins unbindable: a clone of /run would copy private ones. `mount
 * --make-rshared /` reaches the pins too. In one call, because a start elsewhere may clone /run at
 * any moment.
 */
static int
make_unbindable(int directory, struct report *report)
{
	const struct mount_change all = {.propagation = MS_UNBINDABLE, .recursive = true};

	if (mount_change(directory, &all) < 0)
		return report_error(report, errno, "cannot make the state directory %s unbindable",
			STATE_DIRECTORY);
	return 0;
}

/* Checks that it is the state directory: any user may be able to write to another mount there. */
static int
judge_state(int directory, struct report *report)
{
	struct stat found;
	struct statfs filesystem;

	if (fstat(directory, &found) < 0 || fstatfs(directory, &filesystem) < 0)
		return report_error(report, errno, "cannot look at %s", STATE_DIRECTORY);
	if (found.st_uid == 0 && (found.st_mode & 07777) == 0700 &&
		filesystem.f_type == TMPFS_MAGIC)
		return 0;
	report_mend(report, "umount %s", STATE_DIRECTORY);
	return report_error(
		report, 0, "something else is mounted on the state directory %s", STATE_DIRECTORY);
}

static int
open_state(struct report *report)
{
	int fd = state_open();

	return fd >= 0 ? fd
		       : report_error(report, errno, "cannot open the state directory %s",
				 STATE_DIRECTORY);
}

/* Mounts it once: of two commands at the same time, the second finds the mount of the first. */
static int
mount_once(int directory, struct report *report)
{
	cleanup_fd int reopened = -1;

	if (flock(directory, LOCK_EX) < 0)
		return report_error(report, errno, "cannot lock %s", STATE_DIRECTORY);
	reopened = open_state(report);
	if (reopened < 0)
		return -1;
	return is_mount_point(reopened) ? 0 : mount_state(directory, report);
}

int
state_make(struct report *report)
{
	cleanup_fd int directory = -1;

	if (mkdir(STATE_DIRECTORY, 0700) < 0 && errno != EEXIST)
		return report_error(
			report, errno, "cannot make the state directory %s", STATE_DIRECTORY);
	directory = open_state(report);
	if (directory < 0)
		return -1;
	if (!is_mount_point(directory)) {
		if (mount_once(directory, report) < 0)
			return -1;
		close(directory);
		directory = open_state(report);
	}
	if (directory < 0 || judge_state(directory, report) < 0 ||
		make_unbindable(directory, report) < 0)
		return -1;
	return steal_fd(&directory);
}

static void
lock_name(char *file, size_t size, const char *name)
{
	/* a name has no dot, so no root is called this */
	snprintf(file, size, "%s.lock", name);
}

/* True if the name still leads to the opened file, which the lock's holder may have removed. */
static bool
is_still_named(int fd, int state, const char *file)
{
	struct stat opened, named;

	return fstatat(state, file, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(fd, &opened) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

int
state_lock(int state, const char *name, struct report *report)
{
	const time_t end = lock_end(LOCK_SECONDS);
	char file[NAME_LENGTH + 8];

	lock_name(file, sizeof(file), name);
	for (;;) {
		cleanup_fd int fd = openat(
			state, file, O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (fd >= 0 && lock_wait(fd, end) == 0) {
			if (is_still_named(fd, state, file))
				return steal_fd(&fd);
		} else if (fd >= 0 && errno == ETIMEDOUT) {
			return report_error(report, 0,
				"another command has been at work on it for %d seconds",
				LOCK_SECONDS);
		} else {
			return report_error(
				report, errno, "cannot lock %s/%s", STATE_DIRECTORY, file);
		}
	}
}

int
state_try_lock(int state, const char *name, bool *busy)
{
	char file[NAME_LENGTH + 8];
	int fd;

	lock_name(file, sizeof(file), name);
	fd = flopenat(state, file, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	*busy = fd < 0 && errno == EWOULDBLOCK;
	return fd;
}

void
state_unlock_for_good(int state, const char *name)
{
	char file[NAME_LENGTH + 8];

	lock_name(file, sizeof(file), name);
	unlinkat(state, file, 0);
}

static void
note_name(char *file, size_t size, const char *name)
{
	snprintf(file, size, "%s%s", name ? name : "", name ? ".stopped" : ".started");
}

int
state_note(int state, const char *name, bool is_set, struct report *report)
{
	char file[NAME_LENGTH + sizeof(".stopped")];
	cleanup_fd int fd = -1;

	note_name(file, sizeof(file), name);
	if (is_set)
		fd = openat(state, file, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (is_set ? fd >= 0 : unlinkat(state, file, 0) == 0 || errno == ENOENT)
		return 0;
	return report_error(report, errno, "cannot %s %s/%s", is_set ? "make" : "remove",
		STATE_DIRECTORY, file);
}

bool
state_has_note(int state, const char *name)
{
	char file[NAME_LENGTH + sizeof(".stopped")];

	note_name(file, sizeof(file), name);
	return faccessat(state, file, F_OK, 0) == 0;
}

int
state_names(int state, char ***names, size_t *count)
{
	cleanup_fd int fd = openat(state, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_directory DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	*names = NULL;
	*count = 0;
	if (!directory)
		return -1;
	steal_fd(&fd); /* the directory owns it now */
	while ((errno = 0, entry = readdir(directory))) {
		char **grown;

		if (!name_is_valid(entry->d_name))
			continue;
		grown = reallocarray(*names, *count + 1, sizeof(*grown));
		if (!grown)
			return -1;
		*names = grown;
		grown[*count] = strdup(entry->d_name);
		if (!grown[*count])
			return -1;
		++*count;
	}
	return errno == 0 ? 0 : -1;
}

int
state_open_folder(int state, const char *name, bool make)
{
	if (make && mkdirat(state, name, 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(state, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int
state_remove_folder(int state, const char *name)
{
	static const char *const records[] = {"record", "record.unfinished", "record.stopping"};
	char pin[sizeof(STATE_DIRECTORY "//ns") + NAME_LENGTH];
	cleanup_fd int folder = state_open_folder(state, name, false);

	if (folder < 0)
		return errno == ENOENT ? 0 : -1;
	snprintf(pin, sizeof(pin), STATE_DIRECTORY "/%s/ns", name);
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		if (unlinkat(folder, records[i], 0) < 0 && errno != ENOENT)
			return -1;
	/* the pin goes last, unmounted until EINVAL */
	while (mount_detach(pin) == 0)
		continue;
	if (unlinkat(folder, "ns", 0) < 0 && errno != ENOENT)
		return -1;
	return unlinkat(state, name, AT_REMOVEDIR);
}
