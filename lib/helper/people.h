/* SPDX-License-Identifier: BSD-2-Clause */
/* The host's users and groups, as its name service lists them. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include <stddef.h>
#include <sys/types.h>

/* The first uid of a person: UID_MIN in every distribution's login.defs(5). */
#define PEOPLE_FIRST 1000

/* Returns the host's name of a group, owned by the caller, or NULL if it has none. */
char *people_group_name(gid_t gid);

/* Returns 1 if the name service lists a user with the group, other than the superuser; 0 if not, or
 * -1 with errno set. */
int people_have_group(gid_t gid);

/*
 * Lists the host's users that are people, as far as the name service enumerates them; some twice.
 * *names and each name are owned by the caller. Returns 0, or -1 with errno set; reports nothing.
 */
int people_names(char ***names, size_t *count);

#endif
