/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/block_device.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "helper/holders.h"
#include "helper/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <time.h>

/*
 * Opens a block device. open(2): O_EXCL without O_CREAT fails with EBUSY while it is claimed, by a
 * mount say. Without udev's /dev/block, sysfs has its name in devtmpfs. Returns a file descriptor,
 * or -1 with errno set.
 */
static int
open_device(uint64_t device)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_EXCL | O_CLOEXEC;
	char path[PATH_MAX], line[256];
	cleanup_file FILE *event = NULL;
	int fd;

	snprintf(path, sizeof(path), "/dev/block/%u:%u", major(device), minor(device));
	fd = open(path, flags);
	if (fd >= 0 || errno == EBUSY)
		return fd;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/uevent", major(device), minor(device));
	event = fopen(path, "re");
	while (event && fgets(line, sizeof(line), event)) {
		char name[200];

		if (sscanf(line, "DEVNAME=%199s", name) != 1)
			continue;
		snprintf(path, sizeof(path), "/dev/%s", name);
		return open(path, flags);
	}
	errno = ENOENT;
	return -1;
}

struct search {
	struct holders *holders; /* borrowed */
	uint64_t device;
};

static int
search_process(void *data, pid_t pid, int directory)
{
	const struct search *search = data;
	const struct holders_owner owner = {.pid = pid, .directory = directory};

	if (process_has_device(directory, search->device) <= 0)
		return 0;
	return holders_add(search->holders, HOLDER_NAMESPACE, 0, &owner);
}

/* Checks once; returns as block_device_wait. */
static int
find_holders(struct holders *holders, uint64_t device, struct report *report)
{
	struct search search = {.holders = holders, .device = device};
	cleanup_fd int self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int on_host = self < 0 ? -1 : process_has_device(self, device);
	cleanup_fd int opened = -1;

	*holders = (struct holders){0};
	if (on_host < 0)
		return report_error(report, errno, "cannot read what the host has mounted");
	if (on_host > 0)
		return 0;
	opened = open_device(device);
	if (opened >= 0 || errno != EBUSY)
		return 0;
	if (holders_each_process(search_process, &search) == 0)
		return 1;
	holders_release(holders);
	return report_error(report, errno, "cannot look at the processes");
}

int
block_device_wait(struct holders *holders, uint64_t device, struct report *report)
{
	struct timespec begin;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		int result = find_holders(holders, device, report);

		if (result <= 0 || !holders_pause(&begin))
			return result;
		holders_release(holders);
	}
}
