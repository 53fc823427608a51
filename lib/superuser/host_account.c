/* SPDX-License-Identifier: BSD-2-Clause */
#include "superuser/host_account.h"

#include "common/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>

/* Returns -1 with one errno for "not found", where getpwnam(3) leaves 0 or one of several. */
static int
not_found(void)
{
	if (host_account_is_missing(errno))
		errno = ENOENT;
	return -1;
}

bool
host_account_is_missing(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

int
host_account_by_name(struct account *account, const char *name)
{
	const struct passwd *entry;

	*account = (struct account){0};
	errno = 0;
	entry = getpwnam(name);
	return entry ? account_fill(account, entry) : not_found();
}

int
host_account_by_uid(struct account *account, uid_t uid)
{
	const struct passwd *entry;

	*account = (struct account){0};
	errno = 0;
	entry = getpwuid(uid);
	return entry ? account_fill(account, entry) : not_found();
}

int
host_account_group(const char *name, gid_t *gid)
{
	const struct group *entry;

	errno = 0;
	entry = getgrnam(name);
	if (!entry)
		return not_found();
	*gid = entry->gr_gid;
	return 0;
}

int
host_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count)
{
	int room = 64;

	*groups = NULL;
	for (;;) {
		int wanted = room;
		gid_t *grown = reallocarray(*groups, (size_t)room, sizeof(**groups));

		if (!grown)
			break;
		*groups = grown;
		if (getgrouplist(name, gid, grown, &wanted) >= 0) {
			*count = (size_t)wanted;
			return 0;
		}
		/* glibc sets the number of groups, musl does not */
		room = wanted > room ? wanted : room * 2;
		if (room > 65536)
			break;
	}
	free(*groups);
	*groups = NULL;
	errno = ENOMEM;
	return -1;
}
