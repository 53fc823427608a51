/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of chroot-enter, judged by its words alone. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct report;

/* A word of -b or --bind-ro. */
struct options_bind {
	const char *word;
	bool is_read_only;
};

struct options {
	const char *user; /* -u */
	const char *groups; /* -G */
	const char *directory; /* -d */
	const char *shell; /* -s */
	bool login; /* -l */
	bool keeps_all; /* -E */
	bool lists; /* --list */
	char **added; /* owned; -e, borrowed strings */
	size_t added_count;
	struct options_bind *binds; /* owned; -b, --bind-ro, in order */
	size_t bind_count;
	const char *root; /* NULL with --list alone */
	char **command; /* borrowed; NULL for the shell */
	char **words; /* borrowed; all behind the program's name */
};

/*
 * Reads the command line; strings are borrowed from argv. Returns 0 to go on, 1 after printing the
 * help or the version, or -1 after reporting the error. added and binds are owned by options in
 * each case.
 */
int options_read(struct options *options, int argc, char **argv, struct report *report);

/* Sets the command that mends the next error: chroot-enter, first, and the words up to end, quoted;
 * none if they are too long. first: "" or options with a blank before them. end: NULL for all. */
void options_mend(struct report *report, const char *first, char *const *words, char *const *end);

/* Does the same for a first word that asks for the help or the version, and no other. */
int options_answer(int argc, char **argv, struct report *report);

#endif
