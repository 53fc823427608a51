/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/guard.h"

#include "common/descriptors.h"
#include "common/relocations.h"
#include "common/report.h"
#include "common/syscalls.h"

#include <errno.h>
#include <sys/prctl.h>

int
guard_close_descriptors(unsigned flags, struct report *report)
{
	if (syscall_close_range(STDERR_FILENO + 1, ~0U, flags) == 0)
		return 0;
	if (errno == ENOSYS || errno == EINVAL)
		return report_error(
			report, 0, "this kernel is too old: Linux 5.12 or later is needed");
	return report_error(report, errno, "cannot close the descriptors");
}

int
guard_process(struct report *report)
{
	environ = NULL;
	if (descriptors_fill() < 0)
		return -1;
	if (relocations_protect() < 0)
		return report_error(report, errno, "cannot make the program's own data read-only");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return report_error(report, errno, "cannot clear PR_SET_DUMPABLE");
	return guard_close_descriptors(CLOSE_RANGE_CLOEXEC, report);
}
