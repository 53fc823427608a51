/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter-as/identity_find.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/identity.h"
#include "common/number.h"
#include "common/report.h"
#include "enter-as/tree_account.h"
#include "superuser/host_account.h"

#include <ctype.h>
#include <string.h>

void
user_spec_release(struct user_spec *spec)
{
	free(spec->words);
	free(spec->list_words);
	free(spec->list);
	*spec = (struct user_spec){0};
}

/*
 * True if the word may be looked up in the tree. One that does not begin like a name is not: a
 * malformed number such as "+0" must never match an account of that name.
 */
static bool
is_name(const char *word)
{
	return isalpha((unsigned char)word[0]) || word[0] == '_';
}

/* Leaves a name that the host does not know to the tree. Returns 0, or -1 after reporting a word
 * that is no name. */
static int
leave_to_tree(const struct wanted *wanted, const char *kind, struct report *report)
{
	if (wanted->is_number || is_name(wanted->word))
		return 0;
	return report_error(report, 0, "the host knows no %s %s", kind,
		*wanted->word != '\0' ? wanted->word : "''");
}

static void
parse_number(struct wanted *wanted)
{
	uint64_t number;

	if (number_parse(wanted->word, ACCOUNT_LARGEST_ID, &number) < 0)
		return;
	wanted->is_number = wanted->is_known = true;
	wanted->id = (uint32_t)number;
}

static int
find_user(struct identity *identity, struct user_spec *spec, struct report *report)
{
	struct wanted *user = &spec->user;
	struct account account;
	int found = host_account_by_name(&account, user->word);

	if (found < 0 && errno == ENOENT) {
		parse_number(user);
		if (!user->is_number)
			return leave_to_tree(user, "user", report);
		found = host_account_by_uid(&account, user->id);
	}
	if (found < 0 && errno != ENOENT)
		return report_error(report, errno, "cannot look up the user %s", user->word);
	if (found < 0)
		return 0;
	spec->is_account = user->is_known = true;
	user->id = account.uid;
	identity->gid = account.gid;
	identity->name = steal_pointer(&account.name);
	account_release(&account);
	return 0;
}

static int
find_group(struct wanted *group, struct report *report)
{
	gid_t gid;

	if (host_account_group(group->word, &gid) == 0) {
		group->is_known = true;
		group->id = gid;
		return 0;
	}
	if (errno != ENOENT)
		return report_error(report, errno, "cannot look up the group %s", group->word);
	parse_number(group);
	return leave_to_tree(group, "group", report);
}

static int
find_list(struct user_spec *spec, const char *groups, struct report *report)
{
	const char *word;
	char *rest;

	spec->list_words = strdup(groups);
	spec->list = calloc(strlen(groups) + 1, sizeof(*spec->list));
	if (!spec->list_words || !spec->list)
		return report_error(report, ENOMEM, "cannot find the groups");
	rest = groups[0] == '\0' ? NULL : spec->list_words;
	while ((word = strsep(&rest, ","))) {
		spec->list[spec->list_count].word = word;
		if (find_group(&spec->list[spec->list_count++], report) < 0)
			return -1;
	}
	return 0;
}

static int
find_words(struct identity *identity, struct user_spec *spec, const char *groups,
	struct report *report)
{
	char *group = strchr(spec->words, ':');

	if (group)
		*group++ = '\0';
	spec->user.word = spec->words;
	spec->group.word = group;
	if (find_user(identity, spec, report) < 0 ||
		(group && find_group(&spec->group, report) < 0))
		return -1;
	identity->uid = spec->user.is_known ? spec->user.id : (uid_t)-1;
	if (spec->group.is_known)
		identity->gid = spec->group.id;
	if (groups)
		return find_list(spec, groups, report);
	if (spec->is_account && host_account_groups(identity->name, identity->gid,
					&identity->groups, &identity->group_count) < 0)
		return report_error(report, errno, "cannot find the groups of %s", identity->name);
	return 0;
}

void
identity_release(struct identity *identity)
{
	free(identity->groups);
	free(identity->name);
	*identity = (struct identity){0};
}

int
identity_find_named(struct identity *identity, struct user_spec *spec, const char *user,
	const char *groups, struct report *report)
{
	*identity = (struct identity){0};
	*spec = (struct user_spec){.words = strdup(user)};
	if (!spec->words)
		return report_error(report, ENOMEM, "cannot find the user");
	if (find_words(identity, spec, groups, report) == 0)
		return 0;
	identity_release(identity);
	user_spec_release(spec);
	return -1;
}

/* Settles the number of a user or group, which host and tree must agree on. found: 0 if the tree
 * has the name, with the number id. */
static int
settle(struct wanted *wanted, const char *kind, int found, uint32_t id, const char *root,
	struct report *report)
{
	if (found < 0 && errno != ENOENT)
		return report_error(report, errno, "cannot look up the %s %s inside %s", kind,
			wanted->word, root);
	if (found < 0 && !wanted->is_known)
		return report_error(report, 0, "the host knows no %s %s, and %s neither", kind,
			wanted->word, root);
	if (found == 0 && wanted->is_known && wanted->id != id)
		return report_error(report, 0,
			"%s is %s %u on the host and %s %u inside %s: give the number of the one you mean",
			wanted->word, kind, wanted->id, kind, id, root);
	if (!wanted->is_known)
		wanted->id = id;
	wanted->is_known = true;
	return 0;
}

static int
settle_group(struct wanted *group, const char *text, const char *root, struct report *report)
{
	gid_t gid = 0;
	int found = -1;

	if (group->is_number)
		return 0;
	errno = ENOENT;
	if (text && is_name(group->word))
		found = tree_account_group(text, group->word, &gid);
	return settle(group, "group", found, gid, root, report);
}

static int
settle_user(struct identity *identity, struct user_spec *spec, const char *passwd, const char *root,
	struct report *report)
{
	struct wanted *user = &spec->user;
	struct account account = {0};
	bool is_hosts = user->is_known;
	int found = -1;

	if (user->is_number && spec->is_account)
		return 0;
	errno = ENOENT;
	if (passwd && user->is_number)
		found = account_find(&account, passwd, NULL, user->id);
	else if (passwd && is_name(user->word))
		found = tree_account_user(&account, passwd, user->word);
	if (settle(user, "user", found, account.uid, root, report) < 0) {
		account_release(&account);
		return -1;
	}
	identity->uid = user->id;
	if (found == 0 && !spec->is_account) {
		identity->gid = account.gid;
		identity->name = steal_pointer(&account.name);
	}
	account_release(&account);
	/* Threat: the tree gives the requested name the uid 0, and the command keeps its
	 * privileges. Defence: only the number 0 asks for that. */
	if (!is_hosts && identity->uid == 0)
		return report_error(report, 0,
			"%s is the superuser inside %s: give the number 0 if you mean it",
			user->word, root);
	return 0;
}

/* Finds the groups of a user that the host does not know, or those of the list. */
static int
settle_groups(struct identity *identity, struct user_spec *spec, const char *group,
	const char *root, struct report *report)
{
	if (!spec->list) {
		/* a number without a name is in no member list */
		if (tree_account_groups(identity->name ? group : NULL, identity->name,
			    identity->gid, &identity->groups, &identity->group_count) == 0)
			return 0;
		return report_error(report, errno, "cannot find the groups of %s", spec->user.word);
	}
	identity->groups = calloc(spec->list_count + 1, sizeof(*identity->groups));
	if (!identity->groups)
		return report_error(report, ENOMEM, "cannot find the groups");
	for (size_t i = 0; i < spec->list_count; i++) {
		if (settle_group(&spec->list[i], group, root, report) < 0)
			return -1;
		identity->groups[identity->group_count++] = spec->list[i].id;
	}
	return 0;
}

int
identity_settle(struct identity *identity, struct user_spec *spec, const char *passwd,
	const char *group, const char *root, struct report *report)
{
	if (settle_user(identity, spec, passwd, root, report) < 0)
		return -1;
	if (spec->group.word) {
		if (settle_group(&spec->group, group, root, report) < 0)
			return -1;
		identity->gid = spec->group.id;
	} else if (!identity->name) {
		report_advise(report, "give it, as in -u %s:GROUP", spec->user.word);
		return report_error(report, 0,
			"neither the host nor %s has an account with the number %s, so a group is needed",
			root, spec->user.word);
	}
	if (spec->list || !spec->is_account)
		return settle_groups(identity, spec, group, root, report);
	/* getgrouplist(3) puts the gid first */
	identity->groups[0] = identity->gid;
	return 0;
}

static bool
wants_tree(const struct user_spec *spec)
{
	for (size_t i = 0; i < spec->list_count; i++)
		if (!spec->list[i].is_number)
			return true;
	return !spec->user.is_number || !spec->is_account ||
	       (spec->group.word && !spec->group.is_number);
}

int
identity_ask_tree(
	struct identity *identity, struct user_spec *spec, const char *root, struct report *report)
{
	cleanup_free char *passwd = NULL;
	cleanup_free char *group = NULL;

	if (wants_tree(spec) && (account_read_file(&passwd, "/etc/passwd", root, report) < 0 ||
					account_read_file(&group, "/etc/group", root, report) < 0))
		return -1;
	return identity_settle(identity, spec, passwd, group, root, report);
}
