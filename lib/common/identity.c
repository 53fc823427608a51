/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/identity.h"

#include "common/report.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int
identity_find_caller(struct identity *identity, struct report *report)
{
	int count = getgroups(0, NULL);

	*identity = (struct identity){.uid = getuid(), .gid = getgid()};
	if (count >= 0)
		identity->groups = calloc((size_t)count + 1, sizeof(*identity->groups));
	if (identity->groups)
		count = getgroups(count, identity->groups);
	if (count < 0 || !identity->groups)
		return report_error(report, errno, "cannot read your groups");
	identity->group_count = (size_t)count;
	return 0;
}

bool
identity_has_group(const struct identity *identity, gid_t gid)
{
	for (size_t i = 0; i < identity->group_count; i++)
		if (identity->groups[i] == gid)
			return true;
	return identity->gid == gid;
}
