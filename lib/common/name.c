/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/name.h"

#include <string.h>

bool
name_is_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return length > 0 && length <= NAME_LENGTH && name[length] == '\0' && name[0] != '_' &&
	       name[0] != '-';
}
