/* SPDX-License-Identifier: BSD-2-Clause */
/* Quotes a path for the command that mends an error. */
#ifndef REPORT_WORD_H
#define REPORT_WORD_H

struct report;

/*
 * Returns a path as one word of such a command: unchanged, or in quotes. Threat: the name of a
 * user's file adds commands to the one that the superuser pastes. Defence: the quotes. Borrowed,
 * from path, or from the report until its next message.
 */
const char *report_word(struct report *report, const char *path);

#endif
