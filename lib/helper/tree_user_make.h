/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes the account of a user in a prepared root: by the tree's own programs, or by lines in its
 * files. */
#ifndef TREE_USER_MAKE_H
#define TREE_USER_MAKE_H

struct service;
struct tree_user;

/*
 * Makes the account of a user, unless it is there. *how: "useradd", "adduser", "a line in
 * /etc/passwd", or NULL for one that was there; borrowed. Changes no other account. Returns 0, or
 * -1 after reporting the error.
 */
int
tree_user_make(struct tree_user *user, struct service *service, const char *name, const char **how);

#endif
