/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges which root a process is inside of, by its namespaces, its mounts and its parent. */
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

/*
 * Returns the root that a process is inside of, or MEMBERSHIP_NONE. directory: its directory in
 * /proc. parent_root: the root that its parent is inside of, or MEMBERSHIP_NONE. is_apart: set to
 * whether it is in a mount namespace of its own.
 */
int membership_of_process(
	struct membership *membership, int directory, int parent_root, bool *is_apart);

/* Returns the root of a pinned namespace, or of one that is known from a process before. */
int membership_of_known_namespace(const struct membership *membership, uint64_t number);

/* True for a namespace that is neither a pinned one nor the host's. */
bool membership_is_apart(const struct membership *membership, uint64_t namespace);

/*
 * Returns the root of the first mount in a mountinfo that belongs to one; MEMBERSHIP_NONE; or
 * MEMBERSHIP_UNKNOWN with errno set where it cannot be read. directory: of a process or thread in
 * /proc.
 */
#define MEMBERSHIP_UNKNOWN (-2)
int membership_of_mountinfo(const struct membership *membership, int directory);

/*
 * Notes in is_short that errno tells of a lack of descriptors or memory: a process that could not
 * be examined for it must not count as outside.
 */
void membership_note_shortage(struct membership *membership);

#endif
