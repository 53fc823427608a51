/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/record.h"

#include "common/cleanup.h"
#include "common/namespace.h"
#include "common/number.h"
#include "common/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

void
record_release(struct record *record)
{
	free(record->text);
	*record = (struct record){0};
}

int
record_open(int directory, const char *name)
{
	return openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int
record_read_file(struct record *record, int fd)
{
	cleanup_free char *text = NULL;
	ssize_t length;
	size_t size;
	uint64_t version;
	struct stat found;

	*record = (struct record){0};
	if (fstat(fd, &found) < 0)
		return -1;
	errno = EPERM;
	if (!S_ISREG(found.st_mode) || !owner_is_superuser_alone(found.st_uid, found.st_mode))
		return -1;
	errno = EBADMSG;
	if (found.st_size <= 0 || found.st_size > RECORD_SIZE)
		return -1;
	size = (size_t)found.st_size;
	text = malloc(size);
	if (!text || (length = read(fd, text, size)) < 0)
		return -1;
	errno = EBADMSG;
	if ((size_t)length < size || text[size - 1] != '\0' || strncmp(text, "version=", 8) != 0 ||
		number_parse(text + 8, UINT32_MAX, &version) < 0)
		return -1;
	*record = (struct record){.text = steal_pointer(&text),
		.size = size,
		.device = found.st_dev,
		.inode = found.st_ino};
	errno = EPROTO;
	return version == RECORD_VERSION ? 0 : -1;
}

const char *
record_next(const struct record *record, const char *key, const char *previous)
{
	const char *string = previous ? previous + strlen(previous) + 1 : record->text;
	size_t length = strlen(key);

	if (record->size == 0)
		return NULL; /* NULL + 0 is undefined, C17 6.5.6 */
	for (const char *end = record->text + record->size; string < end;
		string += strlen(string) + 1)
		if (*string == *key && strncmp(string, key, length) == 0 && string[length] == '=')
			return string + length + 1;
	return NULL;
}

const char *
record_value(const struct record *record, const char *key)
{
	const char *value = record_next(record, key, NULL);

	return value ? value : "";
}

bool
record_has_number(const struct record *record, const char *key, uint64_t number)
{
	const char *value = NULL;
	uint64_t candidate;

	while ((value = record_next(record, key, value)))
		if (number_parse(value, UINT64_MAX, &candidate) == 0 && candidate == number)
			return true;
	return false;
}

/* Reads the number before a colon, and moves *text behind the colon. Returns 0, or -1. */
static int
take_number(const char **text, uint64_t limit, uint64_t *number)
{
	char word[sizeof("18446744073709551615")];
	size_t length = strcspn(*text, ":");

	if ((*text)[length] == '\0' || length >= sizeof(word))
		return -1;
	memcpy(word, *text, length);
	word[length] = '\0';
	*text += length + 1;
	return number_parse(word, limit, number);
}

bool
record_has_account(const struct record *record, const char *key, uint32_t number, const char *name)
{
	const char *value = NULL;

	while ((value = record_next(record, key, value))) {
		const char *rest = value;
		uint64_t candidate;

		if (take_number(&rest, UINT32_MAX, &candidate) == 0 && candidate == number &&
			strcmp(rest, name) == 0)
			return true;
	}
	return false;
}

bool
record_has_root(const struct record *record, const struct namespace_root *root, bool is_copy)
{
	return record_has_number(record, "device", root->device) &&
	       record_has_number(record, "inode", root->inode) &&
	       (is_copy || record_has_number(record, "mount", root->mount));
}

int
record_parse_mount(const char *value, enum record_numbers numbers, struct record_mount *mount)
{
	uint64_t *const all[] = {&mount->id, &mount->device, &mount->inode};

	*mount = (struct record_mount){0};
	for (size_t i = 0; i < (size_t)numbers && i < sizeof(all) / sizeof(all[0]); i++)
		if (take_number(&value, UINT64_MAX, all[i]) < 0) {
			errno = EBADMSG;
			return -1;
		}
	mount->mount_point = value;
	return 0;
}
