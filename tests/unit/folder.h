/* SPDX-License-Identifier: BSD-2-Clause */
/* Removes the folder of a test. */
#ifndef FOLDER_H
#define FOLDER_H

#include <ftw.h>
#include <stdio.h>

static inline int
folder_remove_one(const char *path, const struct stat *found, int type, struct FTW *where)
{
	(void)found;
	(void)type;
	(void)where;
	return remove(path);
}

/* Removes path and all below it. Returns 0, or -1 with errno set. */
static inline int
folder_remove(const char *path)
{
	return nftw(path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
