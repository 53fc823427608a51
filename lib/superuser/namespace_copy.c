/* SPDX-License-Identifier: BSD-2-Clause */
#include "superuser/namespace_copy.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "superuser/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

int
namespace_open_own(void)
{
	return open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
}

int
namespace_copy_enter(uint64_t propagation, struct report *report)
{
	const struct mount_change apart = {.propagation = propagation, .recursive = true};
	cleanup_fd int copied = -1;

	if (unshare(CLONE_NEWNS) < 0)
		return report_error(report, errno, "cannot make a mount namespace");
	copied = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* until here the copy's mounts are peers of the original ones */
	if (copied < 0 || mount_change(copied, &apart) < 0)
		return report_error(
			report, errno, "cannot part the new namespace from what it is a copy of");
	return 0;
}
