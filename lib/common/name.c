/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/name.h"

#include <stddef.h>

static bool
is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' ||
	       byte == '-';
}

bool
name_is_valid(const char *name)
{
	size_t length = 0;

	while (is_name_byte(name[length]))
		length++;
	return length > 0 && length <= NAME_LENGTH && name[length] == '\0' && name[0] != '_' &&
	       name[0] != '-';
}
