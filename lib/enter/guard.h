/* SPDX-License-Identifier: BSD-2-Clause */
/* Guards the process against what its caller left to it: descriptors, environment, debuggers. */
#ifndef GUARD_H
#define GUARD_H

struct report;

/*
 * To be called first. Threats: descriptors 0 to 2 closed, so that a file opened later becomes
 * standard error; a caller of the same uid that looks in by ptrace or /proc while there is
 * privilege; an environment that steers libc; descriptors of the host that lead out of the root.
 * Returns 0, or -1 after reporting the error.
 */
int guard_process(struct report *report);

/* Closes all descriptors but 0 to 2. Returns 0, or -1 after reporting the error. */
int guard_close_descriptors(struct report *report);

#endif
