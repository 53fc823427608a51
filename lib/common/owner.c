/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/owner.h"

#include <sys/stat.h>

bool
owner_lets_others_write(mode_t mode)
{
	return mode & (S_IWGRP | S_IWOTH);
}

bool
owner_is_superuser_alone(uid_t owner, mode_t mode)
{
	return owner == 0 && !owner_lets_others_write(mode);
}
