/* SPDX-License-Identifier: BSD-2-Clause */
/* Protects the terminal of the superuser against the user that a command runs as. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdint.h>

#include <linux/filter.h>

#define TERMINAL_FILTER_LENGTH 15

struct terminal_filter {
	struct sock_filter instructions[TERMINAL_FILTER_LENGTH];
};

/*
 * Threat: another user's process types into the superuser's terminal (TIOCSTI, and TIOCLINUX,
 * which pastes). Defence: a seccomp filter refuses both, for the process and its children. Unlike a
 * terminal of its own, a filter needs no process in between. Needs CAP_SYS_ADMIN or no_new_privs.
 * Returns 0, or -1 with errno set, ENOSYS on an unknown architecture; reports nothing.
 */
int terminal_protect(void);

/* Makes the filter of a machine, by the AUDIT_ARCH of its widest ABI. Returns 0, or -1 with errno
 * ENOSYS; reports nothing. */
int terminal_filter(struct terminal_filter *filter, uint32_t arch);

#endif
