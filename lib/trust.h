/* SPDX-License-Identifier: BSD-2-Clause */
/* What setuid programs inside go by: are their files the superuser's, and their names the host's?
 */
#ifndef TRUST_H
#define TRUST_H

struct identity;
struct record;
struct report;
struct root;

/* Whom the tree knows: its passwd and group files as text. */
struct trust_names {
	char *users, *groups; /* owned; NULL for none */
};

void trust_names_release(struct trust_names *names);

/*
 * Threats: a library, a passwd file or a loader's list that somebody else can write, and that a
 * setuid program reads with the superuser's powers; a number that is alice on the host and somebody
 * who may use sudo in the tree, or video and sudo, so that a setuid program takes who has it for
 * somebody they are not.
 *
 * trust_judge          judges the tree: its top, the directories of its programs and libraries,
 *                      /etc and the files in it that say who is who and which libraries are loaded.
 *                      To be called where the tree is `/`. *names: what the tree has, for
 *                      trust_record_names.
 * trust_judge_change   the same for a reload: what a mount that is made or taken away on a place
 *                      would show in the tree. mount: a descriptor of the new one, -1 for none.
 *                      Refuses what it cannot judge before it is there, all but a file on one of
 *                      these. restart: the name of the service.
 * trust_record_names   on the host, of which it asks the name service: adds to the record which
 *                      users and groups of the tree are the host's, by name and number. Refuses
 *                      while one of users or default_user, or any person of the host, has the
 *                      number of another user or group.
 * trust_check_names    at entry, with no power left, where the tree is `/`: refuses who has the
 *                      number of a user or group that was not recorded, be it that they or the name
 *                      came later. root: its name.
 *
 * Each 0, or -1 with the error said.
 */
int trust_judge(const struct root *root, struct trust_names *names, struct report *report);
int trust_judge_change(const struct root *root, const char *place, int mount, const char *restart,
	struct report *report);
int
trust_record_names(struct record *record, const struct trust_names *names, struct report *report);
int trust_check_names(const struct record *record, const struct identity *identity,
	const char *root, struct report *report);

#endif
