/* What setuid programs inside go by: are their files the superuser's, and their groups the host's?
 */
#ifndef TRUST_H
#define TRUST_H

struct identity;
struct record;
struct report;
struct root;

/*
 * Threats: a library, a passwd file or a loader's list that somebody else can write, and that a
 * setuid program reads with the superuser's powers; a number that is video on the host and sudo
 * in the tree, so that a setuid program takes who has it for somebody they are not.
 *
 * trust_judge          judges the tree: its top, the directories of its programs and libraries,
 *                      /etc and the files in it that say who is who and which libraries are loaded.
 *                      To be called where the tree is `/`. *group: the text of its group
 *                      file, owned by the caller, NULL for none.
 * trust_record_groups  on the host, of which it asks the name service: adds to the record which
 *                      groups of the tree are the host's, by name and number. Refuses while one
 *                      whom the record lets in (users, groups, default_user) has the number of
 *                      another group.
 * trust_check_groups   at entry, with no power left, where the tree is `/`: refuses who has the
 *                      number of a group that was not recorded, be it that they or the group came
 *                      later. root: its name.
 *
 * Each 0, or -1 with the error said.
 */
int trust_judge(const struct root *root, char **group, struct report *report);
int trust_record_groups(struct record *record, const char *group, struct report *report);
int trust_check_groups(const struct record *record, const struct identity *identity,
	const char *root, struct report *report);

#endif
