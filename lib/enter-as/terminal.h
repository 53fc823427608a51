/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal of one user in the hands of another. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdint.h>

#include <linux/filter.h>

#define TERMINAL_FILTER_LENGTH 15

struct terminal_filter {
	struct sock_filter instructions[TERMINAL_FILTER_LENGTH];
};

/*
 * Keeps this process and what it starts from pushing characters into a terminal's input
 * (TIOCSTI, and TIOCLINUX, which pastes): another user could type into the superuser's terminal
 * through it. A filter and not a terminal of its own, so nothing has to stay in between. Wants
 * CAP_SYS_ADMIN or no_new_privs. 0, or -1 with errno, ENOSYS on an architecture this file does not
 * know.
 */
int terminal_protect(void);

/*
 * The filter of a machine, which is named by the AUDIT_ARCH of its widest ABI, so that one machine
 * can look at those of all. 0, or -1 with errno ENOSYS.
 */
int terminal_filter(struct terminal_filter *filter, uint32_t arch);

#endif
