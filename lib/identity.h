/* SPDX-License-Identifier: BSD-2-Clause */
/* An identity: found on the host with names, or from the kernel without; become without a way back.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct report;

struct identity {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* owned */
	size_t group_count;
	char *name; /* owned; NULL where only the number is known */
	bool allows_setuid; /* setuid programs work for who becomes it */
};

/* A user or a group, as the superuser wrote it. */
struct wanted {
	const char *word; /* borrowed from the naming; NULL for none */
	bool is_number; /* and no name of the host */
	bool is_known; /* has its number */
	uint32_t id;
};

/* Whom the superuser named, between the two who are asked. */
struct naming {
	char *words; /* owned */
	char *list_words; /* owned */
	struct wanted user, group;
	struct wanted *list; /* owned; NULL where no groups were listed */
	size_t list_count;
	bool is_account; /* of the host */
};

void identity_release(struct identity *identity);
void naming_release(struct naming *naming);

/* Who called: the kernel's own word, real uid and gid and supplementary groups. 0, or -1 with the
 * error said. */
int identity_find_caller(struct identity *identity, struct report *report);

/*
 * Whom the superuser names: user is "USER" or "USER:GROUP", groups those of a list in place of the
 * looked-up ones, "" for none, or NULL. Each word is a name or a number. A name must not mean one
 * thing on the host and another in the tree, so both are asked:
 *
 * identity_find_named  asks the host's name service, so only for the superuser and before joining.
 *                      Fills in what the host knows: a uid of it, or (uid_t)-1, and the name.
 * identity_ask_tree    completes it by the passwd and group files of the tree that is `/` now. So
 *                      only for a superuser, who trusts themselves: the files are read as data with
 *                      what powers there are. They are not opened for numbers that the host knows.
 * identity_settle      the same by two texts, NULL for none.
 *
 * A user whom the host knows has the host's groups, others those of the tree, and a number that
 * neither has just the group that must be named. A name of the superuser that the host does not
 * know is refused. 0, or -1 with the error said, by the name of root.
 */
int identity_find_named(struct identity *identity, struct naming *naming, const char *user,
	const char *groups, struct report *report);
/*
 * The text of a passwd or group file of the tree that is `/` now, as account_text judges it for who
 * has power; *text is owned by the caller, NULL for none, which is no error: a tree need not have
 * accounts. root: its name in what is said. 0, or -1 with the error said.
 */
int identity_read_file(char **text, const char *path, const char *root, struct report *report);
int identity_ask_tree(
	struct identity *identity, struct naming *naming, const char *root, struct report *report);
int identity_settle(struct identity *identity, struct naming *naming, const char *passwd,
	const char *group, const char *root, struct report *report);

/* Is gid the identity's own or one of its groups? */
bool identity_has_group(const struct identity *identity, gid_t gid);

/* The groups alone, for a superuser who stays one. 0, or -1 with the error said. */
int identity_take_groups(const struct identity *identity, struct report *report);

/*
 * The way down, in three steps, so that the superuser's uid never stands in a user's tree:
 *
 * identity_become   from the superuser (real or setuid) to the identity, all three uids. Left are
 *                   two permitted capabilities, none effective, which joining a mount namespace
 *                   wants (setns(2)). no_new_privs is set and the bounding set empty, unless the
 *                   identity allows setuid programs: these then get what they would outside.
 *                   sets_groups: the supplementary groups are the identity's and not the caller's
 *                   own, which stay untouched.
 * identity_arm      makes the two effective, right before joining.
 * identity_let_go   drops them, and sees that nothing can be had back.
 *
 * Each 0, or -1 with the error said; then the process must end.
 */
int identity_become(const struct identity *identity, bool sets_groups, struct report *report);
int identity_arm(struct report *report);
int identity_let_go(const struct identity *identity, struct report *report);

/* An anonymous session keyring of its own, for whom the process has become: the one before is the
 * caller's. 0, or -1 with the error said. */
int identity_leave_keyring(struct report *report);

#endif
