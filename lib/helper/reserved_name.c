/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/reserved_name.h"

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

bool
reserved_name_is_leftover(const char *name)
{
	static const char *const suffixes[] = {
		"apk-new",
		"pacnew",
		"pacsave",
		"pacorig",
		"rpmnew",
		"rpmsave",
		"rpmorig",
		"dpkg-old",
		"dpkg-new",
		"dpkg-dist",
		"dpkg-bak",
		"dpkg-tmp",
		"ucf-old",
		"ucf-new",
		"ucf-dist",
		"save",
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
reserved_name_is_runlevel(const char *name)
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
