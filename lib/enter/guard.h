/* SPDX-License-Identifier: BSD-2-Clause */
/* Guards the process against its caller: descriptors, environment, debuggers. */
#ifndef GUARD_H
#define GUARD_H

struct report;

/*
 * To be called first. Threat: the caller closes descriptors 0 to 2, so that a file opened later
 * becomes standard error; traces the process, or reads it through /proc; steers libc by the
 * environment; or leaves descriptors of the host open. Defence: both functions. Returns 0, or -1
 * after reporting the error.
 */
int guard_process(struct report *report);

/* Closes all descriptors but 0 to 2: at once with flags 0, at exec with CLOSE_RANGE_CLOEXEC.
 * Returns 0, or -1 after reporting the error. */
int guard_close_descriptors(unsigned flags, struct report *report);

#endif
