/* SPDX-License-Identifier: BSD-2-Clause */
/* Parses a conf.d file into sh(1) assignments; knows no keys. */
#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include <stddef.h>
#include <stdio.h>

struct report;

#define CONFIG_FILE_SIZE (64 * 1024) /* bytes at most */

struct config_parse {
	const char *file; /* borrowed; as messages name it */
	struct report *report; /* borrowed */
	char *text; /* owned; the whole file */
	char *at; /* borrowed; the next byte; a NUL ends the text */
	unsigned line; /* of the next byte, from 1 */

	/* the last assignment */
	const char *key; /* borrowed */
	unsigned key_line; /* its first line */
	char *value; /* owned; with room for the whole file */
	const char *source; /* borrowed; the value before unescaping, or NULL */
	size_t length; /* of the value */
	char quote; /* the value's quote, or NUL */
};

/*
 * Reads the whole stream, which must be UTF-8 text of at most CONFIG_FILE_SIZE. Returns 0, or -1
 * after reporting the error. config_parse_close in both cases.
 */
int config_parse_open(
	struct config_parse *parse, FILE *stream, const char *file, struct report *report);

void config_parse_close(struct config_parse *parse);

/*
 * Reads the next assignment up to its `=`: an unknown key is refused before its value is. Returns 1
 * with the key set, 0 at the end of the file, or -1 after reporting the error.
 */
int config_parse_key(struct config_parse *parse);

/*
 * Reads the value and the rest of its line. The caller may change the value. Sets source only for
 * double quotes. Returns 0, or -1 after reporting the error.
 */
int config_parse_value(struct config_parse *parse);

/* Reports an error as "FILE:LINE: …". Returns -1. */
int config_parse_error(const struct config_parse *parse, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Returns the line of the file for a line of a value. line: the first of the assignment. offset:
 * lines of the value above the wanted one. A backslash-newline counts in the file only.
 */
unsigned config_parse_line(const char *source, unsigned line, unsigned offset);

#endif
