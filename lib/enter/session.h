/* SPDX-License-Identifier: BSD-2-Clause */
/* The session inside: home, shell, directory and environment of the user, and the exec. */
#ifndef SESSION_H
#define SESSION_H

struct entry;

/* Asks the kernel for the caller's working directory. */
void session_find_directory(struct entry *entry);

/*
 * Reads on the host what the session needs of it: the X authority file, and whether a file that is
 * bound into the root was replaced, which it reports. To be called before joining, as the user,
 * with no capability effective.
 */
void session_read_host(struct entry *entry);

/*
 * Executes the command or the shell, inside, as the user, without privilege: only here is the tree
 * read. Returns the exit status of a failure after reporting it.
 */
int session_execute(struct entry *entry);

#endif
