/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts: users and groups of a passwd or group file, read without a name service. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct passwd;
struct report;

/* (uid_t)-1 makes setresuid(2) keep the uid (sudo CVE-2019-14287) */
#define ACCOUNT_LARGEST_ID 4294967294U

/* Fields of an entry. */
#define ACCOUNT_PASSWD_FIELDS 7
#define ACCOUNT_GROUP_FIELDS 4

struct account {
	char *name; /* owned */
	uid_t uid;
	gid_t gid;
	char *home; /* owned */
	char *shell; /* owned; "" where the entry names none */
};

void account_release(struct account *account);

/* Copies an entry into the account. Returns 0, or -1 with errno set; reports nothing. */
int account_fill(struct account *account, const struct passwd *entry);

/*
 * Reads a passwd or group file.
 *
 * account_text       returns its text, owned by the caller, or NULL with errno set; reports
 *                    nothing. follows: symbolic links are followed, for a process without
 *                    privilege; if not, it must be no link (ELOOP) and without a NUL (EINVAL), and
 *                    only the superuser may own or write it (EPERM).
 * account_text_of    does the same for a file descriptor
 * account_read_file  reads a file inside, without following links. *text is owned by the caller;
 *                    NULL if there is no file: a tree need not have accounts. root: the root's
 *                    name. Returns 0, or -1 after reporting the error.
 */
char *account_text(const char *path, bool follows);
char *account_text_of(int fd, bool follows);
int account_read_file(char **text, const char *path, const char *root, struct report *report);

/*
 * Searches such a text. Numbers are strict; malformed lines are passed over.
 *
 * account_find        finds the entry of a name, or of a uid if name is NULL
 * account_next_entry  gives the next entry and its number, and moves *text behind it. fields
 *                     has room for count strings. They point into *line, which the caller owns,
 *                     and last until the next call.
 * account_read_next   gives the name and number of the next user or group, and moves *text
 *                     behind it. Includes malformed lines that a libc may accept. *name is
 *                     owned by the caller.
 *
 * Each returns 0, or -1 with errno set, ENOENT for no entry; reports nothing.
 */
int account_find(struct account *account, const char *passwd, const char *name, uid_t uid);
int account_next_entry(const char **text, char **line, char **fields, size_t count, uint64_t *id);
int account_read_next(const char **text, char **name, uint32_t *id);

#endif
