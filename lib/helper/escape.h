/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that another user chose, in a form that is safe on a terminal. */
#ifndef ESCAPE_H
#define ESCAPE_H

/*
 * Returns a new string of printable ASCII characters, or NULL with errno set. Writes a backslash
 * and three octal digits for the backslash and for every other byte.
 */
char *escape_unprintable(const char *text);

#endif
