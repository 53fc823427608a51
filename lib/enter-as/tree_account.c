/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter-as/tree_account.h"

#include "common/account.h"
#include "common/cleanup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int
tree_account_user(struct account *account, const char *passwd, const char *name)
{
	return account_find(account, passwd, name, 0);
}

int
tree_account_group(const char *group, const char *name, gid_t *gid)
{
	cleanup_free char *line = NULL;
	char *fields[ACCOUNT_GROUP_FIELDS];
	uint64_t id;

	while (account_next_entry(&group, &line, fields, ACCOUNT_GROUP_FIELDS, &id) == 0)
		if (strcmp(fields[0], name) == 0) {
			*gid = (gid_t)id;
			return 0;
		}
	return -1;
}

static bool
has_member(char *members, const char *name)
{
	const char *member;

	while ((member = strsep(&members, ",")))
		if (strcmp(member, name) == 0)
			return true;
	return false;
}

static int
add_group(gid_t **groups, size_t *count, gid_t gid)
{
	gid_t *grown;

	for (size_t i = 0; i < *count; i++)
		if ((*groups)[i] == gid)
			return 0;
	grown = reallocarray(*groups, *count + 1, sizeof(*grown));
	if (!grown)
		return -1;
	grown[(*count)++] = gid;
	*groups = grown;
	return 0;
}

int
tree_account_groups(const char *group, const char *name, gid_t gid, gid_t **groups, size_t *count)
{
	cleanup_free gid_t *found = NULL;
	cleanup_free char *line = NULL;
	char *fields[ACCOUNT_GROUP_FIELDS];
	uint64_t id;
	int read = 0;

	*count = 0;
	if (add_group(&found, count, gid) < 0)
		return -1;
	while (group &&
		(read = account_next_entry(&group, &line, fields, ACCOUNT_GROUP_FIELDS, &id)) == 0)
		if (has_member(fields[3], name) && add_group(&found, count, (gid_t)id) < 0)
			return -1;
	if (read < 0 && errno != ENOENT)
		return -1;
	*groups = steal_pointer(&found);
	return 0;
}
