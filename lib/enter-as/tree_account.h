/* SPDX-License-Identifier: BSD-2-Clause */
/* Users and groups of a tree by name, from the text of its passwd or group file. */
#ifndef TREE_ACCOUNT_H
#define TREE_ACCOUNT_H

#include <stddef.h>
#include <sys/types.h>

struct account;

/* Returns 0, or -1 with errno set, ENOENT for a name without an entry; reports nothing. */
int tree_account_user(struct account *account, const char *passwd, const char *name);
int tree_account_group(const char *group, const char *name, gid_t *gid);

/*
 * Lists the groups that have name as a member, gid the first of them; *groups is owned by the
 * caller. group may be NULL: gid alone. Returns 0, or -1 with errno set; reports nothing.
 */
int
tree_account_groups(const char *group, const char *name, gid_t gid, gid_t **groups, size_t *count);

#endif
