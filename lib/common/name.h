/* SPDX-License-Identifier: BSD-2-Clause */
/* The name of a root: which words may be one. */
#ifndef NAME_H
#define NAME_H

#include <stdbool.h>

#define NAME_LENGTH 32 /* bytes at most, without the closing NUL */

/* [a-z0-9][a-z0-9_-]{0,31}: asked before any file access. */
bool name_is_valid(const char *name);

#endif
