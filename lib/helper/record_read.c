/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/record_read.h"

#include "common/cleanup.h"
#include "common/number.h"

#include <sys/sysmacros.h>

int
record_read(struct record *record, int directory, const char *name)
{
	cleanup_fd int fd = record_open(directory, name);

	*record = (struct record){0};
	return fd < 0 ? -1 : record_read_file(record, fd);
}

int
record_read_either(struct record *record, int directory)
{
	int result = record_read(record, directory, "record");

	return result < 0 && errno == ENOENT ? record_read(record, directory, "record.stopping")
					     : result;
}

int
record_number(const struct record *record, const char *key, uint64_t *number)
{
	if (number_parse(record_value(record, key), UINT64_MAX, number) == 0)
		return 0;
	errno = EBADMSG;
	return -1;
}

int
record_parse_device(const char *value, uint64_t *device)
{
	struct record_mount major;
	uint64_t minor;

	if (record_parse_mount(value, RECORD_VISIBLE_MOUNT, &major) < 0 || major.id > UINT32_MAX ||
		number_parse(major.mount_point, UINT32_MAX, &minor) < 0) {
		errno = EBADMSG;
		return -1;
	}
	*device = makedev((unsigned)major.id, (unsigned)minor);
	return 0;
}
