/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/trust_names.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/collision.h"
#include "common/identity.h"
#include "common/record.h"
#include "common/report.h"
#include "common/report_word.h"
#include "helper/people.h"
#include "helper/record_write.h"
#include "superuser/host_account.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
trust_names_release(struct trust_names *names)
{
	free(names->users);
	free(names->groups);
	*names = (struct trust_names){0};
}

/* A user or group of the tree that the host lacks, by name and number. */
struct other {
	const struct collision_kind *kind;
	uint32_t id;
	char *name; /* owned */
};

struct judgement {
	struct record *record; /* borrowed */
	struct report *report; /* borrowed */
	struct other *others; /* owned */
	size_t other_count;
};

static void
judgement_release(struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->other_count; i++)
		free(judgement->others[i].name);
	free(judgement->others);
}

static int
cannot_judge(const struct judgement *judgement)
{
	return report_error(judgement->report, errno, "cannot compare the names");
}

/* Takes over the name. */
static int
add_other(struct judgement *judgement, const struct collision_kind *kind, char **name, uint32_t id)
{
	struct other *grown = reallocarray(
		judgement->others, judgement->other_count + 1, sizeof(*judgement->others));

	if (!grown)
		return -1;
	judgement->others = grown;
	grown[judgement->other_count++] =
		(struct other){.kind = kind, .id = id, .name = steal_pointer(name)};
	return 0;
}

/* Looks up the name, because the host may have several for one number. */
static int
find_id_on_host(const struct collision_kind *kind, const char *name, uint32_t *id)
{
	struct account account;

	if (kind == &collision_groups)
		return host_account_group(name, id);
	if (host_account_by_name(&account, name) < 0)
		return -1;
	*id = account.uid;
	account_release(&account);
	return 0;
}

static int
compare_name(
	struct judgement *judgement, const struct collision_kind *kind, char **name, uint32_t id)
{
	uint32_t hosts = 0;
	int found = find_id_on_host(kind, *name, &hosts), result;

	if (found < 0 && errno != ENOENT)
		return report_error(
			judgement->report, errno, "cannot look up the %s %s", kind->noun, *name);
	result = found == 0 && hosts == id
			 ? record_add_account(judgement->record, kind->known, id, *name)
			 : add_other(judgement, kind, name, id);
	return result == 0 ? 0 : cannot_judge(judgement);
}

static int
compare_accounts(struct judgement *judgement, const struct collision_kind *kind, const char *text)
{
	char *name;
	uint32_t id;

	while (text && account_read_next(&text, &name, &id) == 0) {
		int result = compare_name(judgement, kind, &name, id);

		free(name);
		if (result < 0)
			return -1;
	}
	return !text || errno == ENOENT ? 0 : cannot_judge(judgement);
}

static int
refuse_user(const struct judgement *judgement, const char *user, const struct other *other)
{
	const char *root = record_value(judgement->record, "root");
	cleanup_free char *hosts = NULL;
	unsigned id = other->id;

	report_advise(judgement->report,
		"%s -P %s %s NUMBER %s, with a number that neither side has, or allow_setuid=no",
		other->kind->renumber, report_word(judgement->report, root), other->kind->option,
		report_word(judgement->report, other->name));
	if (other->kind == &collision_users)
		return report_error(judgement->report, 0,
			"the number of %s, %u, is %s inside, and setuid programs there would take %s for %s",
			user, id, other->name, user, other->name);
	hosts = people_group_name(other->id);
	return report_error(judgement->report, 0,
		"the number of %s's group %s, %u, is %s inside, and setuid programs there would take %s for a member of it",
		user, hosts ? hosts : "without a name", id, other->name, user);
}

static int
judge_identity(const struct judgement *judgement, const struct identity *identity, const char *user)
{
	for (size_t i = 0; i < judgement->other_count; i++)
		if (collision_has_number(
			    identity, judgement->others[i].kind, judgement->others[i].id))
			return refuse_user(judgement, user, &judgement->others[i]);
	return 0;
}

/* Judges a user. Passes over a name without an account, and the superuser, because uid 0 needs no
 * setuid program. */
static int
judge_user(const struct judgement *judgement, const char *user)
{
	struct account account;
	struct identity identity = {0};
	int result = host_account_by_name(&account, user);

	if (result < 0 && errno == ENOENT)
		return 0;
	if (result == 0 && account.uid != 0) {
		identity.uid = account.uid;
		identity.gid = account.gid;
		result = host_account_groups(
			user, account.gid, &identity.groups, &identity.group_count);
	}
	if (result < 0)
		report_error(judgement->report, errno, "cannot find the groups of %s", user);
	else if (account.uid != 0)
		result = judge_identity(judgement, &identity, user);
	free(identity.groups);
	account_release(&account);
	return result;
}

/*
 * Threat: a host user with write access to a directory visible inside puts a setuid file there,
 * which lends that uid to all that enter. Defence: all people of the host are judged, listed or
 * not.
 */
static int
judge_people(const struct judgement *judgement)
{
	char **names;
	size_t count;
	int result = 0;

	if (people_names(&names, &count) < 0)
		return report_error(judgement->report, errno, "cannot list the host's users");
	for (size_t i = 0; i < count; i++) {
		if (result == 0)
			result = judge_user(judgement, names[i]);
		free(names[i]);
	}
	free(names);
	return result;
}

static int
judge_words(const struct judgement *judgement, const char *key)
{
	cleanup_free char *copy = strdup(record_value(judgement->record, key));
	char *rest = NULL;

	if (!copy)
		return cannot_judge(judgement);
	for (char *word = strtok_r(copy, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest))
		if (judge_user(judgement, word) < 0)
			return -1;
	return 0;
}

int
trust_names_record(struct record *record, const struct trust_names *names, struct report *report)
{
	struct judgement judgement = {.record = record, .report = report};
	int result = compare_accounts(&judgement, &collision_users, names->users);

	if (result == 0)
		result = compare_accounts(&judgement, &collision_groups, names->groups);
	if (result == 0 && judgement.other_count > 0 &&
		(judge_words(&judgement, "users") < 0 ||
			judge_words(&judgement, "default_user") < 0 ||
			judge_people(&judgement) < 0))
		result = -1;
	judgement_release(&judgement);
	return result;
}
