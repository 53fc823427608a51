/* SPDX-License-Identifier: BSD-2-Clause */
/* A line in the host's log of who was let in and who was not. */
#ifndef LOG_H
#define LOG_H

#include <sys/types.h>

/*
 * Sends one line to the system's log daemon, facility authpriv, in program's name. Control
 * characters are written as backslash and three octal digits. Nothing is waited for: where nobody
 * listens, or who does is behind, the line is lost. Leaves no descriptor open. Only on the host and
 * with an empty environment, since the host's time zone is read. Keeps errno.
 */
void log_write(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * The same of a refusal: "uid UID was refused", and behind it what the format says. Threat: a user
 * fills the log by refused entries. Defence: ten lines a minute and user, and with the next one the
 * number of those that were left out. To be called as that user.
 */
void log_refusal(const char *program, uid_t uid, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
