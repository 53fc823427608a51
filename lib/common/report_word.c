/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/report_word.h"

#include "common/report.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Characters without a meaning to any shell. */
#define UNQUOTED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+,:@%-"

const char *
report_word(struct report *report, const char *path)
{
	int saved = errno;
	struct report_word *word;
	char *end;

	if (path[0] != '\0' && path[strspn(path, UNQUOTED)] == '\0')
		return path;
	/* a quote becomes four bytes; 3: the quotes around the word, and NUL */
	word = malloc(sizeof(*word) + 4 * strlen(path) + 3);
	errno = saved;
	/* a control character is printed as an escape, which no shell reads */
	for (const char *byte = path; *byte != '\0'; byte++)
		report->lacks_word |= iscntrl((unsigned char)*byte) != 0;
	report->lacks_word |= !word;
	if (!word)
		return "";
	word->next = report->words;
	report->words = word;
	end = stpcpy(word->text, "'");
	for (size_t length; *path != '\0'; path += length) {
		length = *path == '\'' ? 1 : strcspn(path, "'");
		end = *path == '\'' ? stpcpy(end, "'\\''") : mempcpy(end, path, length);
	}
	stpcpy(end, "'");
	return word->text;
}
