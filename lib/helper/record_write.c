/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/record_write.h"

#include "common/cleanup.h"
#include "common/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
record_add_number(struct record *record, const char *key, uint64_t number)
{
	char value[24];

	snprintf(value, sizeof(value), "%" PRIu64, number);
	return record_add(record, key, value);
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
