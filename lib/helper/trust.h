/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that setuid programs inside go by: the superuser owns them, and no other user can write
 * to them. */
#ifndef TRUST_H
#define TRUST_H

struct report;
struct root;
struct trust_names;

/*
 * Threat: a library, a passwd file or a loader's list that another user can write, and that a
 * setuid program reads with the superuser's privileges. Defence: such a tree is refused.
 *
 * trust_judge         judges the tree where it is `/`: its top, the directories of its programs
 *                     and libraries, /etc, and the files in it that name users or libraries.
 *                     *names: the accounts of the tree, for trust_names_record.
 * trust_judge_change  judges for a reload what a mount that is made or taken away on a place
 *                     would show in the tree. mount: a descriptor of the new one, -1 for none.
 *                     Refuses what it cannot judge before it is attached, all but a file on one
 *                     of these. restart: the name of the service.
 *
 * Each returns 0, or -1 after reporting the error.
 */
int trust_judge(const struct root *root, struct trust_names *names, struct report *report);
int trust_judge_change(const struct root *root, const char *mount_point, int mount,
	const char *restart, struct report *report);

#endif
