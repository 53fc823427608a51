/* SPDX-License-Identifier: BSD-2-Clause */
#include "superuser/report_word.h"

#include "common/report.h"

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
	size_t length = 0;

	if (path[0] != '\0' && path[strspn(path, UNQUOTED)] == '\0')
		return path;
	/* a quote becomes four bytes; 3: the quotes around the word, and NUL */
	word = malloc(sizeof(*word) + 4 * strlen(path) + 3);
	errno = saved;
	if (!word) {
		report->lacks_word = true;
		return "";
	}
	word->next = report->words;
	report->words = word;
	word->text[length++] = '\'';
	for (; *path != '\0'; path++) {
		if (*path == '\'') {
			memcpy(word->text + length, "'\\'", 3);
			length += 3;
		}
		word->text[length++] = *path;
	}
	word->text[length++] = '\'';
	word->text[length] = '\0';
	return word->text;
}
