/* SPDX-License-Identifier: BSD-2-Clause */
#define LIBBSD_NETBSD_VIS /* else the header warns of a function that is not used here */

#include "helper/escape.h"

#include <bsd/vis.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPED_BYTE 4 /* bytes that strvis writes for one at most, with VIS_NOLOCALE */

char *
escape_unprintable(const char *text)
{
	size_t length = strlen(text);
	/*
	 * The exact bound, because strnvis is not safer: libbsd 0.11.7 writes its NUL behind a
	 * buffer that is too small (vis.c, istrsenvisx).
	 */
	char *escaped = malloc(ESCAPED_BYTE * length + 1);

	if (!escaped)
		return NULL;
	/*
	 * Threat: a user puts a byte of 0x80 or above into a command line and overflows the buffer.
	 * Without VIS_NOLOCALE, strvis takes characters. In musl's C locale such a byte is a
	 * character of two bytes, and strvis writes 8 bytes for it. Defence: VIS_NOLOCALE, which
	 * takes bytes.
	 */
	if (strvis(escaped, text, VIS_NOLOCALE | VIS_OCTAL | VIS_TAB | VIS_NL) >= (int)length)
		return escaped;
	/* strvis returns 0 or -1 if it has no memory for its tables */
	free(escaped);
	errno = ENOMEM;
	return NULL;
}
