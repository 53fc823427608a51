/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes inside, told to a person: who they are and what they run. */
#ifndef PS_H
#define PS_H

#include <stddef.h>
#include <sys/types.h>

struct service;

struct ps_process {
	pid_t pid;
	size_t root; /* which of the names it was asked for */
	char *user; /* owned; the host's name, or the number of a user that has none there */
	char *command; /* owned; the command line, or the short name in brackets where it has none;
			  printable characters only, others as backslash and three octal digits */
};

struct ps {
	struct ps_process *all; /* owned; root by root, rising by pid */
	size_t count;
};

/*
 * The processes inside of each root. 0, or -1 where there are roots that it could not be told of,
 * which is said; the others are told of all the same. ps_release in both cases.
 */
int ps_of_roots(struct service *service, char *const *names, size_t count, struct ps *ps);
void ps_release(struct ps *ps);

#endif
