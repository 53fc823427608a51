/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges the owners of the files that setuid programs inside rely on. */
#ifndef TRUST_H
#define TRUST_H

struct report;
struct root;
struct trust_names;

/*
 * Threat: another user writes to a library, a passwd file or a loader's list that a setuid program
 * reads with the superuser's privileges. Defence: such a tree is refused.
 *
 * trust_judge         judges the tree, which is `/`: its top, the directories of programs and
 *                     libraries, /etc, and the files there that name users or libraries.
 *                     *names: the tree's accounts, for trust_names_record.
 * trust_judge_change  judges for a reload a mount that is to be made or unmounted at mount_point.
 *                     mount: descriptor of the new one, or -1. Refuses a change that cannot be
 *                     judged before, all but a new file on one of these. restart: the root.
 *
 * Each returns 0, or -1 after reporting the error.
 */
int trust_judge(const struct root *root, struct trust_names *names, struct report *report);
int trust_judge_change(const struct root *root, const char *mount_point, int mount,
	const char *restart, struct report *report);

#endif
