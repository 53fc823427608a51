/* An identity: found on the host with names, or from the kernel without; become without a way back.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct report;

struct identity {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* owned */
	size_t group_count;
	char *name; /* owned; NULL where only the number is known */
};

void identity_release(struct identity *identity);

/* Who called: the kernel's own word, real uid and gid and supplementary groups. 0, or -1 with the
 * error said. */
int identity_find_caller(struct identity *identity, struct report *report);

/*
 * Whom the superuser names: "USER" or "USER:GROUP", each a name of the host or a number. Asks the
 * host's name service, so only for the superuser and before joining. A number that no account of
 * the host has needs a group too. 0, or -1 with the error said.
 */
int identity_find_named(struct identity *identity, const char *words, struct report *report);

/* Is gid the identity's own or one of its groups? */
bool identity_has_group(const struct identity *identity, gid_t gid);

/* The groups alone, for a superuser who stays one. 0, or -1 with the error said. */
int identity_take_groups(const struct identity *identity, struct report *report);

/*
 * The way down, in three steps, so that the superuser's uid never stands in a user's tree:
 *
 * identity_become   from the superuser (real or setuid) to the identity, all three uids. Left are
 *                   two permitted capabilities, none effective, which joining a mount namespace
 *                   wants (setns(2)). no_new_privs is set. sets_groups: the supplementary groups
 *                   are the identity's and not the caller's own, which stay untouched.
 * identity_arm      makes the two effective, right before joining.
 * identity_let_go   drops them, and sees that nothing can be had back.
 *
 * Each 0, or -1 with the error said; then the process must end.
 */
int identity_become(const struct identity *identity, bool sets_groups, struct report *report);
int identity_arm(struct report *report);
int identity_let_go(const struct identity *identity, struct report *report);

#endif
