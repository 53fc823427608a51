/* SPDX-License-Identifier: BSD-2-Clause */
/* The name of a root: which words may be one. */
#ifndef NAME_H
#define NAME_H

#include <stdbool.h>

#define NAME_LENGTH 32 /* bytes at most, without the closing NUL */

/* [a-z0-9][a-z0-9_-]{0,31}: asked before any file access. */
bool name_is_valid(const char *name);

/*
 * A suffix that package managers and editors leave ("pacnew", "bak"): conf.d/chroot-mounts.bak
 * is a left-over and no root.
 */
bool name_is_leftover(const char *name);

/*
 * A runlevel's name: in runlevel "default", OpenRC reads conf.d/chroot-mounts.default in place
 * of conf.d/chroot-mounts (openrc-run.sh.in, sourcex of rc.conf and conf.d).
 */
bool name_is_runlevel(const char *name);

#endif
