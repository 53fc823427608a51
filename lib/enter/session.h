/* SPDX-License-Identifier: BSD-2-Clause */
/* The session inside: home, shell, directory and environment of the user, and the exec. */
#ifndef SESSION_H
#define SESSION_H

struct entry;

/* Finds the caller's working directory. */
void session_find_directory(struct entry *entry);

/* Reads the caller's X authority file, if the caller has a display and keeps their uid. To be
 * called on the host, without a capability in effect and before the pin is open: it may block for
 * ever. */
void session_read_xauthority(struct entry *entry);

/* Reports files that are bound into the root and were replaced on the host. To be called like
 * session_read_xauthority: a terminal may block for ever. */
void session_report_replaced(const struct entry *entry);

/* Executes the command or the shell. To be called inside, as the user who enters: it reads the
 * tree. Returns the exit status of a failure after reporting it. */
int session_execute(struct entry *entry);

#endif
