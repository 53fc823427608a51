/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter-as/keyring.h"

#include "common/report.h"
#include "common/syscalls.h"

#include <errno.h>

int
keyring_leave(struct report *report)
{
	/* ENOSYS: a kernel without keys */
	if (syscall_keyctl_join_session() >= 0 || errno == ENOSYS)
		return 0;
	return report_error(report, errno, "cannot leave your session keyring behind");
}
