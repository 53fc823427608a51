/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/people.h"

#include "common/cleanup.h"
#include "superuser/host_account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* no person */
#define NOBODY 65534

char *
people_group_name(gid_t gid)
{
	const struct group *entry = getgrgid(gid);

	return entry ? strdup(entry->gr_name) : NULL;
}

int
people_have_group(gid_t gid)
{
	const struct passwd *user;
	const struct group *group;
	int result = 0;

	/* all entries, since one number may have several */
	setgrent();
	while (result == 0 && (errno = 0, group = getgrent()))
		for (char **name = group->gr_mem; group->gr_gid == gid && *name; name++)
			result |= strcmp(*name, "root") != 0;
	if (result == 0 && !host_account_is_missing(errno))
		result = -1;
	endgrent();
	/* group 0 is the primary group of sync, shutdown and the like, which are no people */
	if (gid == 0 || result != 0)
		return result;
	setpwent();
	while (result == 0 && (errno = 0, user = getpwent()))
		result = user->pw_gid == gid && user->pw_uid != 0;
	if (result == 0 && !host_account_is_missing(errno))
		result = -1;
	endpwent();
	return result;
}

static int
add_name(char ***names, size_t *count, const char *name)
{
	char **grown = reallocarray(*names, *count + 1, sizeof(**names));

	if (!grown)
		return -1;
	*names = grown;
	grown[*count] = strdup(name);
	return grown[*count] ? (++*count, 0) : -1;
}

int
people_names(char ***names, size_t *count)
{
	const struct passwd *user;
	int result = 0;

	*names = NULL;
	*count = 0;
	setpwent();
	while (result == 0 && (user = getpwent()))
		if (user->pw_uid >= PEOPLE_FIRST && user->pw_uid != NOBODY)
			result = add_name(names, count, user->pw_name);
	endpwent();
	if (result == 0)
		return 0;
	while (*count > 0)
		free((*names)[--*count]);
	cleanup_free_release(names);
	errno = ENOMEM;
	return -1;
}
