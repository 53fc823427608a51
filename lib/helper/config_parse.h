/* SPDX-License-Identifier: BSD-2-Clause */
/* The grammar of conf.d: the sh(1) assignments of a stream, one after another. It knows no key. */
#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include <stddef.h>
#include <stdio.h>

struct report;

#define CONFIG_FILE_SIZE (64 * 1024) /* bytes at most */

/* A file that is being read. */
struct config_parse {
	const char *file; /* borrowed; as messages name it */
	struct report *report; /* borrowed */
	char *text; /* owned; the whole file */
	char *at; /* borrowed; what is read next; a NUL ends it */
	unsigned line; /* of what is read next, counted from 1 */

	/* the assignment that was read last */
	const char *key; /* borrowed */
	unsigned key_line; /* where it begins */
	char *value; /* owned; what the key is set to, with room for the whole file */
	const char *source; /* borrowed; the value before its escapes were read, or NULL */
	size_t length; /* of the value */
	char quote; /* the value's quote, or NUL */
};

/*
 * Reads the whole stream, and checks that it is UTF-8 text of CONFIG_FILE_SIZE at most. Returns 0,
 * or -1 after reporting the error. config_parse_close in both cases.
 */
int config_parse_open(
	struct config_parse *parse, FILE *stream, const char *file, struct report *report);

void config_parse_close(struct config_parse *parse);

/*
 * Finds the next assignment, and reads it up to its `=`, so that an unknown key can be refused
 * before its value is. Returns 1 with the key set, 0 at the end of the file, or -1 after reporting
 * the error.
 */
int config_parse_key(struct config_parse *parse);

/*
 * Reads the value of that assignment, and the rest of its line: the subset of sh(1) that
 * conf.d/chroot-mounts.5 describes. The caller may change the value. source is set for a value in
 * double quotes alone. Returns 0, or -1 after reporting the error.
 */
int config_parse_value(struct config_parse *parse);

/* Reports an error as "FILE:LINE: …". Returns -1. */
int config_parse_error(const struct config_parse *parse, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Returns the line of the file that has a line of a value. line: where the assignment begins.
 * offset: lines of the value above the wanted one. A backslash at a line's end ends a line of the
 * file, and none of the value.
 */
unsigned config_parse_line(const char *source, unsigned line, unsigned offset);

#endif
