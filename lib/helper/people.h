/* SPDX-License-Identifier: BSD-2-Clause */
/* The people of the host, and the names of its groups, as its name service lists them. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include <stddef.h>
#include <sys/types.h>

/* Returns the host's name of a group, owned by the caller, or NULL if it has none. */
char *people_group_name(gid_t gid);

/* Returns 1 if a user of the host other than the superuser has the group, as far as its name
 * service lets users be enumerated; 0 if none has, or -1 with errno set. */
int people_have_group(gid_t gid);

/*
 * Lists the names of the host's users that are people, as far as its name service lets users be
 * enumerated; some twice. *names and each of them is owned by the caller. Returns 0, or -1 with
 * errno set; reports nothing.
 */
int people_names(char ***names, size_t *count);

#endif
