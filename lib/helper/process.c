/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/process.h"

#include "common/cleanup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define UIDS 4
#define NEEDED 5 /* lines: Uid, Gid, Groups, CapPrm, CapEff */
#define CAPABILITY_BASE 16 /* proc(5): the sets are written in hexadecimal */

/* Stores as many of the numbers as there is room for. Returns how many the text has. */
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

/* Returns the text behind the key, or NULL where the line has another one. */
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

/* Returns 1 for one of the NEEDED lines, 0 for another one, or -1 with errno set. */
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
