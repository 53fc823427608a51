/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts: users and groups by name, as the host knows them, or as a passwd file read as data
 * says. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* (uid_t)-1 means "leave it" to setresuid(2) (sudo CVE-2019-14287) */
#define ACCOUNT_LARGEST_ID 4294967294U

/* By the number, login.defs(5)'s UID_MIN of every distribution; and who it is not. */
#define ACCOUNT_FIRST_PERSON 1000
#define ACCOUNT_NOBODY 65534

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

/* What the host calls a group, owned by the caller; NULL where it has no name for it. */
char *account_group_name(gid_t gid);

/* Returns 1 if a user of the host other than the superuser has the group, as far as its name
 * service lets users be enumerated; 0 if none has, or -1 with errno set. */
int account_has_members(gid_t gid);

/*
 * The names of the host's users that are people, as far as its name service lets users be
 * enumerated; some twice. *names and each of them is owned by the caller. 0, or -1 with errno.
 */
int account_people(char ***names, size_t *count);

/* The name and password of a line in a passwd or shadow file; all point into its text. */
struct account_password {
	const char *name;
	const char *name_end;
	bool is_indented; /* blanks stand before the name, which glibc passes over */
	bool is_empty;
};

/*
 * A passwd or group file that is only read: no name service, strict numbers, odd lines passed over.
 *
 * account_text         of the file, owned by the caller. follows: links too, for who reads with
 *                      their own powers alone. Who has more is let through no last link, and to no
 *                      file that others than the superuser own or can write to, or that is no text.
 *                      NULL with errno set and nothing said; EINVAL for no file, one too large, or
 *                      one with a NUL, EPERM for one that others can write to.
 * account_text_of      of a descriptor, which the caller keeps
 * account_read         the entry of a uid
 * account_read_name    of a name
 * account_read_group   the number of a group
 * account_read_groups  the groups that list name as a member, gid the first of them; *groups is
 *                      owned by the caller. group may be NULL: gid alone.
 * account_read_next    the name and number of the next user or group, behind which *text stands
 *                      then. Of odd lines too, if a libc may take them for one: for who wants to
 *                      miss none. *name is owned by the caller
 * account_next_password  true with the next line of a passwd or shadow file that gives a name a
 *                      password, false at the end; moves *text behind it. Includes lines that only
 *                      one libc takes for an account: short ones, and with musl what begins with #.
 *                      Leaves out those for nsswitch(5)'s compat
 *
 * 0, or -1 with errno, ENOENT for none.
 */
char *account_text(const char *path, bool follows);
char *account_text_of(int fd, bool follows);
int account_read(struct account *account, const char *passwd, uid_t uid);
int account_read_name(struct account *account, const char *passwd, const char *name);
int account_read_group(const char *group, const char *name, gid_t *gid);
int
account_read_groups(const char *group, const char *name, gid_t gid, gid_t **groups, size_t *count);
int account_read_next(const char **text, char **name, uint32_t *id);
bool account_next_password(const char **text, struct account_password *found);

#endif
