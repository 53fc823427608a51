/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the record of a root: refused, or values that lie within it and come to an end. */
#include "common/record.h"
#include "common/cleanup.h"
#include "common/syscalls.h"
#include "helper/record_read.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const keys[] = {"version", "uid", "line", "set_env", "service", "u", ""};

static int directory = -1, file = -1;

static void
give_up(const char *what)
{
	perror(what);
	exit(1);
}

static void
fill(const char *path, const char *text)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		give_up(path);
}

/* A record is the superuser's: who is not becomes one, of a namespace that has no other user. */
static void
become_superuser(void)
{
	char users[64], groups[64];

	if (geteuid() == 0)
		return;
	snprintf(users, sizeof(users), "0 %u 1", (unsigned)geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1", (unsigned)getegid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		give_up("cannot make a user namespace (the superuser needs none)");
	fill("/proc/self/uid_map", users);
	fill("/proc/self/setgroups", "deny");
	fill("/proc/self/gid_map", groups);
}

/* The record lies in memory, in a filesystem without a path, so that nothing can be left behind. */
int
LLVMFuzzerInitialize(int *count, char ***words)
{
	cleanup_fd int filesystem = -1;

	(void)count;
	(void)words;
	become_superuser();
	filesystem = syscall_fsopen("tmpfs", FSOPEN_CLOEXEC);
	if (filesystem < 0 || syscall_fsconfig(filesystem, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		give_up("cannot make a filesystem");
	directory = syscall_fsmount(filesystem, FSMOUNT_CLOEXEC, 0);
	file = openat(directory, "record", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0)
		give_up("cannot make a record");
	return 0;
}

static void
check_value(const struct record *record, const char *key, const char *value)
{
	const char *end = record->text + record->size;
	size_t length = strlen(key);

	if (value < record->text + length + 1 || value >= end || !memchr(value, '\0', end - value))
		abort();
	/* it is the value of a whole string, not of what another one holds */
	value -= length + 1;
	if (memcmp(value, key, length) != 0 || value[length] != '=' ||
		(value > record->text && value[-1] != '\0'))
		abort();
}

/* What is read from a value ends where the value ends. */
static void
check_formats(const struct record *record, const char *value)
{
	const char *end = value + strlen(value);
	struct record_mount mount;
	uint64_t device;

	for (int numbers = RECORD_VISIBLE_MOUNT; numbers <= RECORD_LINE; numbers++)
		if (record_parse_mount(value, (enum record_numbers)numbers, &mount) == 0 &&
			(mount.mount_point < value + 2 * numbers || mount.mount_point > end))
			abort();
	record_parse_device(value, &device);
	record_has_account(record, "line", 0, value);
}

static void
check_key(const struct record *record, const char *key)
{
	const char *first = record_value(record, key);
	const char *value = NULL, *previous = NULL;
	uint64_t number;

	while ((value = record_next(record, key, previous))) {
		if (previous ? value <= previous : value != first)
			abort();
		check_value(record, key, value);
		check_formats(record, value);
		previous = value;
	}
	if (!previous && first[0] != '\0')
		abort();
	if (record_number(record, key, &number) == 0) {
		char text[32];

		snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
		if (strcmp(text, first) != 0 || !record_has_number(record, key, number))
			abort();
	}
	if (record_has_number(record, key, 0) && !previous)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct record nothing;
	struct record record;

	if (ftruncate(file, 0) < 0 || pwrite(file, data, size, 0) != (ssize_t)size)
		give_up("cannot write the record");
	if (record_read(&record, directory, "record") == 0) {
		if (record.size != size || memcmp(record.text, data, size) != 0)
			abort();
	} else if (errno != EPROTO && memcmp(&record, &nothing, sizeof(record)) != 0) {
		abort();
	}
	/* a record of another version may be read too */
	for (size_t i = 0; record.text && i < sizeof(keys) / sizeof(*keys); i++)
		check_key(&record, keys[i]);
	record_release(&record);
	return 0;
}
