/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/mount_make.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * Writes the filesystem's last error message to text. Each read of a descriptor of fsopen(2)
 * returns a line that begins with its level.
 */
static void
read_filesystem_error(int context, char *text, size_t size)
{
	char line[256];
	ssize_t length;

	text[0] = '\0';
	while ((length = read(context, line, sizeof(line) - 1)) > 2) {
		line[length] = '\0';
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == 'e')
			snprintf(text, size, " (%.200s)", line + 2);
	}
}

static int
report_filesystem_error(
	int context, const char *type, const char *target, const char *tried, struct report *report)
{
	int error = errno;
	char said[256];

	read_filesystem_error(context, said, sizeof(said));
	if (error == EINVAL && said[0] == '\0')
		return report_error(report, 0,
			"cannot make the %s for %s: %s: %s (dmesg has the kernel's reason)", type,
			target, tried, strerror(error));
	return report_error(
		report, error, "cannot make the %s for %s: %s%s", type, target, tried, said);
}

static int
set_filesystem_option(int context, const char *option)
{
	cleanup_free char *key = strdup(option);
	char *value;

	if (!key)
		return -1;
	value = strchr(key, '=');
	if (!value)
		return syscall_fsconfig(context, FSCONFIG_SET_FLAG, key, NULL);
	*value++ = '\0';
	return syscall_fsconfig(context, FSCONFIG_SET_STRING, key, value);
}

int
mount_make(const char *type, const char *source, const char *target, const char *const *options,
	uint64_t attributes, struct report *report)
{
	cleanup_fd int context = syscall_fsopen(type, FSOPEN_CLOEXEC);
	int fd;

	if (context < 0 && errno == ENODEV)
		return report_error(report, 0,
			"cannot make the %s for %s: unknown filesystem type '%s'", type, target,
			type);
	if (context < 0)
		return report_error(report, errno, "cannot make the %s for %s", type, target);
	if (source && syscall_fsconfig(context, FSCONFIG_SET_STRING, "source", source) < 0)
		return report_filesystem_error(context, type, target, source, report);
	if (attributes & MOUNT_ATTR_RDONLY &&
		syscall_fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL) < 0)
		return report_filesystem_error(context, type, target, "ro", report);
	for (; options && *options; options++)
		if (set_filesystem_option(context, *options) < 0)
			return report_filesystem_error(context, type, target, *options, report);
	if (syscall_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		return report_filesystem_error(
			context, type, target, source ? source : type, report);
	fd = syscall_fsmount(context, FSMOUNT_CLOEXEC, (unsigned)attributes);
	if (fd < 0)
		return report_filesystem_error(
			context, type, target, source ? source : type, report);
	return fd;
}

int
mount_reconfigure(int fd, const char *type, const char *target, const char *const *options,
	struct report *report)
{
	cleanup_fd int context = syscall_fspick(fd, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);

	if (context < 0)
		return report_error(report, errno, "cannot change the %s on %s", type, target);
	for (; options && *options; options++)
		if (set_filesystem_option(context, *options) < 0)
			return report_filesystem_error(context, type, target, *options, report);
	if (syscall_fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL) < 0)
		return report_filesystem_error(context, type, target, "its new options", report);
	return 0;
}

int
mount_attach_beneath(int fd, int on_top)
{
	return syscall_move_mount(
		fd, on_top, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH | MOVE_MOUNT_BENEATH);
}

int
mount_take_off(int fd, int proc_fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	/* no UMOUNT_NOFOLLOW: this link leads to the mount */
	return fchdir(proc_fd) < 0 ? -1 : umount2(number, MNT_DETACH);
}

int
mount_pin(int fd, const char *path)
{
	char source[sizeof("/proc/self/fd/") + 10];

	/* by path, because not every kernel's open_tree(2) clones a namespace */
	snprintf(source, sizeof(source), "/proc/self/fd/%d", fd);
	return mount(source, path, NULL, MS_BIND, NULL);
}

int
mount_detach(const char *path)
{
	return umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
}
