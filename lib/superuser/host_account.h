/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts of the host, through its name service. It loads libraries: only for the superuser, and
 * only while the process stands on the host. */
#ifndef HOST_ACCOUNT_H
#define HOST_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct account;

/* Returns 0, or -1 with errno set, ENOENT for a name or number without an account; reports nothing.
 */
int host_account_by_name(struct account *account, const char *name);
int host_account_by_uid(struct account *account, uid_t uid);
int host_account_group(const char *name, gid_t *gid);

/* Lists the groups of a user, gid among them; *groups is owned by the caller. Returns 0, or -1 with
 * errno set; reports nothing. */
int host_account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count);

/* True if a name service that returned nothing set errno to this because there is no such entry. */
bool host_account_is_missing(int error);

#endif
