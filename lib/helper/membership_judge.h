/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges which root a thread is inside of, by its namespace, its mounts and its parent. */
#ifndef MEMBERSHIP_JUDGE_H
#define MEMBERSHIP_JUDGE_H

#include "helper/membership.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Inside means, for any thread of it: in the pinned mount namespace; in another one that holds a
 * mount whose superblock or peer group was made for this root; root or working directory on a mount
 * of the pinned one; or a child of a process inside. Device and path alone prove nothing: every
 * host service with a mount namespace of its own has the root's too.
 *
 * Two of these prove less for a thread on the host, which has the host's mount namespace or the
 * host's `/` as its root directory. Descent does not count for it. Its working directory counts for
 * an unprivileged process of a listed user only.
 */

/* How much of a strange namespace's mountinfo is read. A copy of the pinned one begins with `/`.
 * Without a limit, anybody on the machine could hold up a stop with a namespace of a hundred
 * thousand mounts. */
#define MEMBERSHIP_STRANGE_BYTES (256 * 1024)

/*
 * Returns the root that a thread is inside of, or MEMBERSHIP_NONE. task: its directory in /proc.
 * parent_root: the root that the process' parent is inside of, or MEMBERSHIP_NONE. is_apart: set
 * where it is in a mount namespace of its own.
 */
int membership_of_thread(struct membership *membership, int task, int parent_root, bool *is_apart);

/* Whose it is, for the pinned namespaces and those found so far. */
int membership_of_known(const struct membership *membership, uint64_t namespace);

/* True for a namespace that is neither a pinned one nor the host's. */
bool membership_is_apart(const struct membership *membership, uint64_t namespace);

/* Whose mark is found first in the mountinfo of a process or thread, opened as its directory in
 * /proc? A root, MEMBERSHIP_NONE, or MEMBERSHIP_UNKNOWN with errno where it cannot be read. */
#define MEMBERSHIP_UNKNOWN (-2)
int membership_marked_root(const struct membership *membership, int directory);

/* What could not be looked at for want of something, as errno tells, is not known to be outside. */
void membership_note_shortage(struct membership *membership);

#endif
