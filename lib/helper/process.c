/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/process.h"

#include "common/cleanup.h"
#include "common/number.h"
#include "common/syscalls.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define UIDS 4
#define NEEDED 5 /* lines: Uid, Gid, Groups, CapPrm, CapEff */
#define CAPABILITY_BASE 16 /* proc(5): the sets are written in hexadecimal */

/* Stores at most room of the numbers. Returns how many the text has. */
static size_t
parse_numbers(const char *text, int base, uint64_t *numbers, size_t room)
{
	size_t count = 0;

	for (;;) {
		char *end;
		uint64_t number = strtoull(text, &end, base);

		if (end == text)
			return count;
		if (count < room)
			numbers[count] = number;
		count++;
		text = end;
	}
}

static int
parse_groups(const char *text, struct process_status *status)
{
	size_t count = parse_numbers(text, 10, NULL, 0);

	cleanup_free_release(&status->groups);
	status->groups = calloc(count + 1, sizeof(*status->groups));
	if (!status->groups)
		return -1;
	status->group_count = parse_numbers(text, 10, status->groups, count);
	return 1;
}

/* Returns the text behind the key, or NULL for another key. */
static const char *
value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	return strncmp(line, key, length) == 0 && line[length] == ':' ? line + length + 1 : NULL;
}

static int
parse_capabilities(const char *text, struct process_status *status)
{
	uint64_t set;

	if (parse_numbers(text, CAPABILITY_BASE, &set, 1) != 1)
		return 0;
	status->has_capabilities |= set != 0;
	return 1;
}

/* Returns 1 for one of the NEEDED lines, 0 for another, or -1 with errno set. */
static int
parse_line(const char *line, struct process_status *status)
{
	const char *value;

	if ((value = value_of(line, "Uid")))
		return parse_numbers(value, 10, status->uids, UIDS) == UIDS;
	if ((value = value_of(line, "Gid")))
		return parse_numbers(value, 10, &status->gid, 1) > 0;
	if ((value = value_of(line, "Groups")))
		return parse_groups(value, status);
	if ((value = value_of(line, "CapPrm")) || (value = value_of(line, "CapEff")))
		return parse_capabilities(value, status);
	if ((value = value_of(line, "NSpid")))
		status->id_count = parse_numbers(value, 10, NULL, 0);
	return 0;
}

int
process_parse_status(FILE *stream, struct process_status *status)
{
	cleanup_free char *line = NULL;
	size_t size = 0;
	int needed = 0, result = 0;

	*status = (struct process_status){0};
	while (result >= 0 && getline(&line, &size, stream) > 0) {
		result = parse_line(line, status);
		needed += result;
	}
	if (result >= 0 && !ferror(stream)) {
		if (needed == NEEDED)
			return 0;
		errno = EBADMSG;
	}
	process_status_release(status);
	return -1;
}

int
process_read_status(int directory, struct process_status *status)
{
	cleanup_fd int fd = openat(directory, "status", O_RDONLY | O_CLOEXEC);
	cleanup_file FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");

	*status = (struct process_status){0};
	if (!stream)
		return -1;
	steal_fd(&fd); /* the stream owns it now */
	return process_parse_status(stream, status);
}

void
process_status_release(struct process_status *status)
{
	cleanup_free_release(&status->groups);
	*status = (struct process_status){0};
}

bool
process_is_unprivileged(const struct process_status *status)
{
	for (size_t i = 0; i < UIDS; i++)
		if (status->uids[i] == 0 || status->uids[i] != status->uids[0])
			return false;
	return !status->has_capabilities;
}

int
process_own_namespace(uint64_t *number)
{
	struct stat found;

	if (stat("/proc/self/ns/pid", &found) == 0)
		*number = found.st_ino;
	else if (errno == ENOENT)
		*number = PROCESS_INITIAL_NAMESPACE;
	else
		return -1;
	return 0;
}

pid_t
process_pid_of(const struct dirent *entry)
{
	uint64_t number;

	return number_parse(entry->d_name, INT32_MAX, &number) == 0 ? (pid_t)number : 0;
}

int
process_read_stat(int directory, struct process_stat *stat)
{
	cleanup_fd int fd = openat(directory, "stat", O_RDONLY | O_CLOEXEC);
	char text[512];
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	char *end;

	if (fd < 0 || length < 0)
		return -1;
	text[length] = '\0';
	/* the command, which may hold anything, ends at the last parenthesis */
	end = strrchr(text, ')');
	if (end && sscanf(end + 1, " %c %d", &stat->state, &stat->parent) == 2)
		return 0;
	errno = ESRCH;
	return -1;
}

int
process_read_namespace(int directory, const char *path, uint64_t *number)
{
	struct stat found;

	if (fstatat(directory, path, &found, 0) < 0)
		return -1;
	*number = found.st_ino;
	return 0;
}

int
process_read_mount(int directory, const char *link, uint64_t *id)
{
	struct statx found;

	if (statx(directory, link, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &found) < 0)
		return -1;
	*id = found.stx_mnt_id;
	return 0;
}

int
process_read_directory(int directory, const char *link, uint64_t *device, uint64_t *inode)
{
	struct statx found;

	if (statx(directory, link, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_INO, &found) < 0)
		return -1;
	*device = (uint64_t)found.stx_dev_major << 32 | found.stx_dev_minor;
	*inode = found.stx_ino;
	return 0;
}

DIR *
process_open_tasks(int directory, const char *name)
{
	cleanup_fd int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *tasks = fd < 0 ? NULL : fdopendir(fd);

	if (tasks)
		steal_fd(&fd); /* the directory owns it now */
	return tasks;
}

/* Returns the number behind "shared:" or "master:" among the optional fields. */
static uint64_t
peer_group(const char *fields, const char *word)
{
	const char *found = strstr(fields, word);

	return found ? strtoull(found + strlen(word), NULL, 10) : 0;
}

bool
process_parse_mount(char *text, struct process_mount *mount)
{
	unsigned major, minor;
	int fields = 0;
	char *end;

	if (sscanf(text, "%" SCNu64 " %*d %u:%u %*s %*s %*s%n", &mount->id, &major, &minor,
		    &fields) != 3 ||
		fields == 0)
		return false;
	end = strstr(text + fields, " - ");
	if (end)
		*end = '\0';
	mount->device = makedev(major, minor);
	mount->shared = peer_group(text + fields, " shared:");
	mount->master = peer_group(text + fields, " master:");
	return true;
}

FILE *
process_open_mountinfo(int directory)
{
	cleanup_fd int fd = openat(directory, "mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *mountinfo = fd < 0 ? NULL : fdopen(fd, "r");

	if (mountinfo)
		steal_fd(&fd); /* the stream owns it now */
	return mountinfo;
}

int
process_has_device(int directory, uint64_t device)
{
	cleanup_file FILE *mountinfo = process_open_mountinfo(directory);
	cleanup_free char *text = NULL;
	size_t size = 0;

	if (!mountinfo)
		return -1;
	while (getline(&text, &size, mountinfo) > 0) {
		struct process_mount mount;

		if (process_parse_mount(text, &mount) && mount.device == device)
			return 1;
	}
	return ferror(mountinfo) ? -1 : 0;
}
