/* SPDX-License-Identifier: BSD-2-Clause */
/* Which users can change a file, by its owner and its mode. */
#ifndef OWNER_H
#define OWNER_H

#include <stdbool.h>
#include <sys/types.h>

/* True if the mode lets a group or everyone write. Not for a symbolic link, which has mode 0777:
 * judge it by its owner. */
bool owner_lets_others_write(mode_t mode);

/* True if it belongs to the superuser and no other user can write to it. */
bool owner_is_superuser_alone(uid_t owner, mode_t mode);

#endif
