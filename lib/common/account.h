/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts: users and groups as a passwd or group file says, read as data without a name service.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct passwd;
struct report;

/* (uid_t)-1 means "leave it" to setresuid(2) (sudo CVE-2019-14287) */
#define ACCOUNT_LARGEST_ID 4294967294U

/* The fields of an entry: name, password, number, and the rest that a passwd or a group file has.
 */
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
 * account_text       of the file; owned by the caller. With follows, symbolic links are
 *                    followed, for a caller who has no privilege. Without, a last link, a file
 *                    that another user than the superuser owns or can write to, and a file with
 *                    a NUL are refused. Returns NULL with errno set, and reports nothing:
 *                    EINVAL for no regular file, one that is too large, or one with a NUL;
 *                    EPERM for one that others can write to.
 * account_text_of    the same of a file descriptor, which the caller keeps
 * account_read_file  the text of a file of the tree that is `/` now, without following links.
 *                    *text is owned by the caller, and NULL where there is no file, which is no
 *                    error: a tree need not have accounts. root: the root's name, for messages.
 *                    Returns 0, or -1 after reporting the error.
 */
char *account_text(const char *path, bool follows);
char *account_text_of(int fd, bool follows);
int account_read_file(char **text, const char *path, const char *root, struct report *report);

/*
 * Searches such a text. Numbers are strict, and odd lines are passed over.
 *
 * account_read        finds the entry of a uid
 * account_find        finds it by name, or by uid if name is NULL
 * account_next_entry  gives the next entry and its number, and moves *text behind it. fields
 *                     has room for count strings. They point into *line, which the caller owns,
 *                     and last until the next call.
 * account_read_next   gives the name and number of the next user or group, and moves *text
 *                     behind it. Includes odd lines that a libc may take for an entry, for a
 *                     caller that must miss none. *name is owned by the caller.
 *
 * Each returns 0, or -1 with errno set, ENOENT for no entry; reports nothing.
 */
int account_read(struct account *account, const char *passwd, uid_t uid);
int account_find(struct account *account, const char *passwd, const char *name, uid_t uid);
int account_next_entry(const char **text, char **line, char **fields, size_t count, uint64_t *id);
int account_read_next(const char **text, char **name, uint32_t *id);

#endif
