/* SPDX-License-Identifier: BSD-2-Clause */
#include "name.h"

#include <stddef.h>
#include <string.h>

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

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

bool
name_is_leftover(const char *name)
{
	static const char *const suffixes[] = {
		"apk-new",
		"pacnew",
		"pacsave",
		"rpmnew",
		"dpkg-old",
		"dpkg-new",
		"dpkg-dist",
		"dpkg-bak",
		"orig",
		"rej",
		"bak",
		"old",
		"new",
		"swp",
		"example",
		NULL,
	};

	return is_one_of(name, suffixes);
}

bool
name_is_runlevel(const char *name)
{
	static const char *const runlevels[] = {
		"sysinit",
		"boot",
		"default",
		"shutdown",
		"single",
		"nonetwork",
		"off",
		"recovery",
		NULL,
	};

	return is_one_of(name, runlevels);
}
