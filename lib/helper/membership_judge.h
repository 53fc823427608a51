/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the root that a process is inside of, by its namespace, its mounts and its parent. */
#ifndef MEMBERSHIP_JUDGE_H
#define MEMBERSHIP_JUDGE_H

#include "helper/membership.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A process is inside if one of its threads is in the pinned mount namespace; is in another with a
 * mount of a superblock or peer group made for the root; has its root or working directory on a
 * mount of the pinned one; or descends from a process inside. Device and path alone prove nothing:
 * host services with a mount namespace of their own show the same.
 *
 * A thread is on the host if it has the host's mount namespace, or the host's `/` as root
 * directory. Then descent does not count, and a working directory counts only for an unprivileged
 * process of a listed user.
 */

/*
 * Returns the root that a process is inside of, or MEMBERSHIP_NONE. directory: in /proc.
 * parent_root: that of its parent. is_apart: set to whether it has a mount namespace of its own.
 */
int membership_of_process(
	struct membership *membership, int directory, int parent_root, bool *is_apart);

/* Returns the root of a namespace, pinned or known from an earlier process. */
int membership_of_known_namespace(const struct membership *membership, uint64_t number);

/* True for a namespace neither pinned nor the host's. */
bool membership_is_apart(const struct membership *membership, uint64_t namespace);

/*
 * Returns the root of the first mount in a mountinfo that belongs to one, MEMBERSHIP_NONE, or
 * MEMBERSHIP_UNKNOWN with errno set. directory: of a process or thread in /proc.
 */
#define MEMBERSHIP_UNKNOWN (-2)
int membership_of_mountinfo(const struct membership *membership, int directory);

/*
 * Sets is_short if errno means a lack of descriptors or memory: a process that could not be
 * examined must not count as outside.
 */
void membership_note_shortage(struct membership *membership);

#endif
