/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that no root can have, because OpenRC, package managers or editors use them. */
#ifndef RESERVED_NAME_H
#define RESERVED_NAME_H

#include <stdbool.h>

/* True for a suffix that package managers and editors leave: conf.d/chroot-mounts.bak is a
 * leftover, not a root. */
bool reserved_name_is_leftover(const char *name);

/* True for a runlevel's name: in runlevel "default", OpenRC reads conf.d/chroot-mounts.default
 * instead of conf.d/chroot-mounts (openrc-run.sh.in, sourcex of rc.conf and conf.d). */
bool reserved_name_is_runlevel(const char *name);

#endif
