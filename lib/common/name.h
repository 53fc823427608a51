/* SPDX-License-Identifier: BSD-2-Clause */
/* The name of a root: which words are valid. */
#ifndef NAME_H
#define NAME_H

#include <stdbool.h>

#define NAME_LENGTH 32 /* bytes at most, without the closing NUL */

/* True for [a-z0-9][a-z0-9_-]{0,31}. To be checked before any file access. */
bool name_is_valid(const char *name);

#endif
