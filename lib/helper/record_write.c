/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/record_write.h"

#include "common/cleanup.h"
#include "common/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int
append(struct record *record, const char *key, const char *value)
{
	size_t length = strlen(key) + 1 + strlen(value) + 1;
	char *text;

	if (length > RECORD_SIZE - record->size) {
		errno = E2BIG;
		return -1;
	}
	text = realloc(record->text, record->size + length);
	if (!text)
		return -1;
	stpcpy(stpcpy(stpcpy(text + record->size, key), "="), value);
	record->text = text;
	record->size += length;
	return 0;
}

int
record_add(struct record *record, const char *key, const char *value)
{
	char version[16];

	if (record->size == 0) {
		snprintf(version, sizeof(version), "%d", RECORD_VERSION);
		if (append(record, "version", version) < 0)
			return -1;
	}
	return append(record, key, value);
}

int
record_copy(struct record *record, const struct record *from, const char *key, const char *value)
{
	const char *string = from->text;

	for (const char *end = string + from->size; string < end; string += strlen(string) + 1) {
		const char *old = strchr(string, '=');
		cleanup_free char *name = old ? strndup(string, (size_t)(old - string)) : NULL;

		if (old && !name)
			return -1;
		/* record_add writes the version */
		if (old && strcmp(name, "version") != 0 &&
			record_add(record, name, strcmp(name, key) == 0 ? value : old + 1) < 0)
			return -1;
	}
	return 0;
}

int
record_add_number(struct record *record, const char *key, uint64_t number)
{
	char value[24];

	snprintf(value, sizeof(value), "%" PRIu64, number);
	return record_add(record, key, value);
}

int
record_add_account(struct record *record, const char *key, uint32_t number, const char *name)
{
	cleanup_free char *value = NULL;

	if (asprintf(&value, "%" PRIu32 ":%s", number, name) < 0) {
		value = NULL;
		return -1;
	}
	return record_add(record, key, value);
}

int
record_add_mount(struct record *record, const char *key, enum record_numbers numbers,
	const struct record_mount *mount)
{
	const uint64_t all[] = {mount->id, mount->device, mount->inode};
	char value[PATH_MAX + 64];
	size_t length = 0;

	for (size_t i = 0; i < (size_t)numbers && i < sizeof(all) / sizeof(all[0]); i++)
		length += (size_t)snprintf(
			value + length, sizeof(value) - length, "%" PRIu64 ":", all[i]);
	snprintf(value + length, sizeof(value) - length, "%s", mount->mount_point);
	return record_add(record, key, value);
}

int
record_add_device(struct record *record, uint64_t device)
{
	char value[32];

	if (major(device) == 0)
		return 0;
	snprintf(value, sizeof(value), "%u:%u", major(device), minor(device));
	return record_add(record, "block_device", value);
}

int
record_add_root(struct record *record, const struct namespace_root *place)
{
	return record_add_number(record, "device", place->device) < 0 ||
			       record_add_number(record, "inode", place->inode) < 0
		       ? -1
		       : record_add_number(record, "mount", place->mount);
}

static int
write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, text, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		text += written;
		size -= (size_t)written;
	}
	return 0;
}

int
record_write(const struct record *record, int directory, const char *name)
{
	char unfinished[64];
	cleanup_fd int fd = -1;

	snprintf(unfinished, sizeof(unfinished), "%s.unfinished", name);
	fd = openat(
		directory, unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (write_all(fd, record->text, record->size) < 0 ||
		renameat(directory, unfinished, directory, name) < 0) {
		int error = errno;

		unlinkat(directory, unfinished, 0);
		errno = error;
		return -1;
	}
	return 0;
}
