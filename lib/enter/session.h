/* SPDX-License-Identifier: BSD-2-Clause */
/* The session inside: home, shell, directory and environment of the user, and the exec. */
#ifndef SESSION_H
#define SESSION_H

struct entry;

/* Asks the kernel for the caller's working directory. */
void session_find_directory(struct entry *entry);

/* Reads the caller's X authority file, where the caller has a display and keeps their uid. To be
 * called on the host, with no capability effective and before the pin is open: reading it may take
 * for ever. */
void session_read_authority(struct entry *entry);

/*
 * Reports files that are bound into the root and were replaced on the host. To be called like that
 * too: a terminal may not take what is said.
 */
void session_report_replaced(const struct entry *entry);

/*
 * Executes the command or the shell, inside, as the user, without privilege: only here is the tree
 * read. Returns the exit status of a failure after reporting it.
 */
int session_execute(struct entry *entry);

#endif
