/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts of the host, by its name service. For the superuser, and on the host alone, because it
 * loads libraries: inside, those would be the tree's. */
#ifndef HOST_ACCOUNT_H
#define HOST_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct account;

/* Each returns 0, or -1 with errno set, ENOENT if there is none; reports nothing. */
int host_account_by_name(struct account *account, const char *name);
int host_account_by_uid(struct account *account, uid_t uid);
int host_account_group(const char *name, gid_t *gid);

/* Lists the groups of a user, gid among them; *groups is owned by the caller. Returns 0, or -1 with
 * errno set; reports nothing. */
int host_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count);

/* True if this errno of a name service means "not found" (getpwnam(3)). */
bool host_account_is_missing(int error);

#endif
