/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes inside: pid, root, user and command of each. */
#ifndef PS_H
#define PS_H

#include <stddef.h>
#include <sys/types.h>

struct service;

struct ps_process {
	pid_t pid;
	size_t root; /* index of the name asked for */
	char *user; /* owned; the host's name, or the number if it has none */
	char *command; /* owned; the command line, or the short name in brackets; unprintable
			  characters as backslash and three octal digits */
};

struct ps {
	struct ps_process *all; /* owned; by root, then by pid */
	size_t count;
};

/* Lists the processes inside each root; ps_release in both cases. A failure in one root does not
 * affect the others. Returns 0, or -1 after reporting the errors. */
int ps_of_roots(struct service *service, char *const *names, size_t count, struct ps *ps);
void ps_release(struct ps *ps);

#endif
