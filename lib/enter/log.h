/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines: entries and refusals, for the host's log daemon. */
#ifndef LOG_H
#define LOG_H

#include <sys/types.h>

/*
 * Sends one line to the log daemon, facility authpriv, in program's name. The line is lost if no
 * daemon listens, or it is behind. To be called on the host, with an empty environment, since the
 * host's time zone is read. Keeps errno.
 */
void log_write(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Logs a refusal: "uid UID was refused", then the formatted text. To be called as that user.
 * Threat: a user fills the log by refused entries. Defence: ten lines a minute and user; the next
 * line has the number of those that were left out.
 */
void log_refusal(const char *program, uid_t uid, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
