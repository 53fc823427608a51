/* SPDX-License-Identifier: BSD-2-Clause */
#define LIBBSD_NETBSD_VIS /* avoids a warning about an unused function */

#include "helper/escape.h"

#include <bsd/vis.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPED_BYTE 4 /* the most that strvis writes for a byte with VIS_NOLOCALE */

char *
escape_unprintable(const char *text)
{
	size_t length = strlen(text);
	/*
	 * The exact bound; strnvis is not safer, because libbsd 0.11.7 writes its NUL behind too
	 * small a buffer (vis.c, istrsenvisx).
	 */
	char *escaped = malloc(ESCAPED_BYTE * length + 1);

	if (!escaped)
		return NULL;
	/*
	 * Threat: a user puts a byte of 0x80 or above into a command line and overflows the buffer.
	 * In musl's C locale it is a character of two bytes, for which strvis writes 8. Defence:
	 * VIS_NOLOCALE takes bytes.
	 */
	if (strvis(escaped, text, VIS_NOLOCALE | VIS_OCTAL | VIS_TAB | VIS_NL) >= (int)length)
		return escaped;
	/* strvis returns 0 or -1 without memory for its tables */
	free(escaped);
	errno = ENOMEM;
	return NULL;
}
