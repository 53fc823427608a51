/* SPDX-License-Identifier: BSD-2-Clause */
/* The groups of another user, taken before the uid. */
#ifndef GROUPS_H
#define GROUPS_H

struct identity;
struct report;

/* Takes the supplementary groups and the gid. Returns 0, or -1 after reporting the error. */
int groups_take(const struct identity *identity, struct report *report);

#endif
