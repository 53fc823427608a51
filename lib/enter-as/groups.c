/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter-as/groups.h"

#include "common/identity.h"
#include "common/report.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

int
groups_take(const struct identity *identity, struct report *report)
{
	if (setgroups(identity->group_count, identity->groups) == 0 &&
		setresgid(identity->gid, identity->gid, identity->gid) == 0)
		return 0;
	return report_error(
		report, errno, "cannot take the groups of user %u", (unsigned)identity->uid);
}
