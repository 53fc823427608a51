/* SPDX-License-Identifier: BSD-2-Clause */
/* Add: makes a root of a tree, with an account for each of its users. */
#ifndef ADD_H
#define ADD_H

struct add_request;
struct service;

/*
 * Judges the arguments and the tree, writes the configuration file, starts the root, and makes the
 * accounts; prints each step. A root that cannot be started leaves no file. An account that cannot
 * be made is reported, and the root stays. Returns 0, or -1 after reporting the error.
 */
int add_root(struct service *service, const struct add_request *request);

#endif
