/* Accounts: users and groups by name, as the host knows them, or as a passwd file read as data
 * says. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct account {
	char *name; /* owned */
	uid_t uid;
	gid_t gid;
	char *home; /* owned */
	char *shell; /* owned; "" where the entry names none */
};

void account_release(struct account *account);

/*
 * A user or group of the host, through its name service, which loads libraries: only for the
 * superuser, and only where the process stands on the host. 0, or -1 with errno set and nothing
 * said, ENOENT for a name or number that nobody has.
 */
int account_by_name(struct account *account, const char *name);
int account_by_uid(struct account *account, uid_t uid);
int account_group(const char *name, gid_t *gid);

/* The groups a user of the host has, gid among them; *groups is owned by the caller. 0, or -1 with
 * errno. */
int account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count);

/* The entry of a uid in a passwd file that is only read. 0, or -1 with errno, ENOENT for none. */
int account_read(struct account *account, FILE *passwd, uid_t uid);

#endif
