/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes text that another user chose safe for a terminal. */
#ifndef ESCAPE_H
#define ESCAPE_H

/*
 * Returns a new string of printable ASCII characters, or NULL with errno set. The backslash and
 * every other byte become a backslash and three octal digits.
 */
char *escape_unprintable(const char *text);

#endif
