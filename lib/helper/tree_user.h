/* SPDX-License-Identifier: BSD-2-Clause */
/* A user of the host in a tree: the account there, or the one to be made and by which program. */
#ifndef TREE_USER_H
#define TREE_USER_H

#include "common/account.h"

#include <limits.h>
#include <stdbool.h>

struct report;

enum tree_user_state {
	TREE_USER_MISSING,
	TREE_USER_THERE, /* the same name and number */
	TREE_USER_OTHER_NUMBER, /* the name has another number there */
	TREE_USER_OTHER_NAME, /* the number has another name there */
};

/* Programs of a tree that make accounts. */
struct tree_user_tool {
	const char *user, *group; /* paths */
	bool is_busybox; /* adduser with its options, not useradd of shadow */
};

struct tree_user {
	/* of the host */
	struct account account;
	char *host_group; /* owned; the name of the primary group, or NULL */

	/* of the tree */
	enum tree_user_state state;
	struct account other; /* the tree's account of that name or number */
	char *group; /* owned; the name of the group there or of the one to be made; NULL: its
			number alone */
	bool has_group; /* there is one with the number */
	char *passwd_text, *group_text; /* owned; NULL for no file */
	char home[PATH_MAX];
	bool has_home; /* something is there already, a directory of the host's perhaps */
	bool is_home_unsafe; /* another user can change the way to it, so no tool may make it */
	const char *shell; /* borrowed */
	const struct tree_user_tool *tool; /* NULL: the tree has none that can do it */
};

void tree_user_release(struct tree_user *user);

/* True for a name that a line of passwd and the key `users` can hold. */
bool tree_user_is_name(const char *name);

/* Finds the account by the two texts. Returns 0, or -1 with errno set; reports nothing. */
int tree_user_judge(struct tree_user *user);

/* Reads the files of the tree, which is `/`, and looks for a home, a shell and a program. root: the
 * root's name. Returns 0, or -1 after reporting the error. */
int tree_user_look(struct tree_user *user, const char *root, struct report *report);

/* A command of the tree's program; its words are borrowed from the user. */
struct tree_user_command {
	const char *words[16]; /* ended by NULL */
	char uid[12], gid[12];
};

/* Makes the command for the user, or for the group. */
void
tree_user_command(const struct tree_user *user, bool is_group, struct tree_user_command *command);

#endif
