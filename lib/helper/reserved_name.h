/* SPDX-License-Identifier: BSD-2-Clause */
/* Words that could name a root, but that OpenRC, package managers or editors use otherwise. */
#ifndef RESERVED_NAME_H
#define RESERVED_NAME_H

#include <stdbool.h>

/*
 * A suffix that package managers and editors leave ("pacnew", "bak"): conf.d/chroot-mounts.bak
 * is a left-over and no root.
 */
bool reserved_name_is_leftover(const char *name);

/*
 * A runlevel's name: in runlevel "default", OpenRC reads conf.d/chroot-mounts.default in place
 * of conf.d/chroot-mounts (openrc-run.sh.in, sourcex of rc.conf and conf.d).
 */
bool reserved_name_is_runlevel(const char *name);

#endif
