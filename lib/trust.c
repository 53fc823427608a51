/* SPDX-License-Identifier: BSD-2-Clause */
#include "trust.h"

#include "account.h"
#include "cleanup.h"
#include "identity.h"
#include "ownership.h"
#include "plan.h"
#include "record.h"
#include "report.h"
#include "root.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* What has names and numbers. */
struct kind {
	const char *noun;
	const char *file; /* of the tree */
	const char *known; /* in the record: NUMBER:NAME of one that is the host's too */
	const char *renumber, *option; /* the command that gives it another number */
	const char *taken; /* what setuid programs take who has its number for */
};

static const struct kind users = {"user", "/etc/passwd", "known_user", "usermod", "-u", "them"};
static const struct kind groups = {
	"group", "/etc/group", "known_group", "groupmod", "-g", "a member"};

/* Where Debian has those of an architecture, before and after the merge into /usr. */
#define LIBRARIES(architecture) "/lib/" architecture "/.", "/usr/lib/" architecture "/."

/* "/." at the end, so that a link, as from /lib into /usr, is followed inside the tree. musl looks
 * into /usr/local/lib for setuid programs too. */
static const char *const directories[] = {"/bin/.", "/sbin/.", "/lib/.", "/lib32/.", "/lib64/.",
	"/libx32/.", "/usr/bin/.", "/usr/sbin/.", "/usr/lib/.", "/usr/lib32/.", "/usr/lib64/.",
	"/usr/libx32/.", "/usr/local/lib/.", "/etc/.", "/etc/pam.d/.", "/etc/security/.",
	LIBRARIES("x86_64-linux-gnu"), LIBRARIES("i386-linux-gnu"),
	LIBRARIES("x86_64-linux-gnux32"), LIBRARIES("aarch64-linux-gnu"),
	LIBRARIES("arm-linux-gnueabihf"), LIBRARIES("arm-linux-gnueabi"),
	LIBRARIES("riscv64-linux-gnu"), LIBRARIES("powerpc64le-linux-gnu"),
	LIBRARIES("s390x-linux-gnu"), LIBRARIES("mips64el-linux-gnuabi64"),
	LIBRARIES("loongarch64-linux-gnu")};

static const char *const files[] = {"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/ld.so.cache",
	"/etc/ld.so.conf", "/etc/ld.so.preload"};

static bool
has_number(const struct identity *identity, const struct kind *kind, uint32_t id)
{
	return kind == &users ? identity->uid == id : identity_has_group(identity, id);
}

static bool
is_writable_by_others(mode_t mode)
{
	return mode & (S_IWGRP | S_IWOTH);
}

static int
refuse_file(const struct root *root, const char *path, const char *what, struct report *report)
{
	char whole[2 * PATH_MAX];
	const char *word;

	snprintf(whole, sizeof(whole), "%s%s", root->path, path);
	word = report_word(report, whole);
	report_mend(
		report, "chown root:root %s && chmod go-w %s # or set allow_setuid=no", word, word);
	return report_error(report, 0, "%s %s, and setuid programs inside rely on it", whole, what);
}

/* Nobody's where the tree has none. */
static int
judge_directory(const struct root *root, const char *path, struct report *report)
{
	cleanup_fd int fd = root_open_target(root, path);
	mode_t mode;

	if (fd < 0)
		return errno == ENOENT ? 0
				       : report_error(report, errno, "cannot look at %s%s",
						 root->path, path);
	if (ownership_judge_target(root, path, fd, NULL, 0, &mode, report) < 0)
		return -1;
	/* a sticky one too, where others can put a library beside those that are there */
	return is_writable_by_others(mode)
		       ? refuse_file(root, path, "can be written by others", report)
		       : 0;
}

/* In a directory that has been judged, so nobody exchanges it. */
static int
judge_opened(const struct root *root, const char *path, int fd, struct report *report)
{
	struct stat found;

	if (fd < 0 || fstat(fd, &found) < 0)
		return report_error(report, errno, "cannot look at %s%s", root->path, path);
	if (!S_ISREG(found.st_mode))
		return report_error(report, 0,
			"%s%s is no file of its own, and setuid programs inside rely on it",
			root->path, path);
	if (found.st_uid != 0)
		return refuse_file(root, path, "does not belong to the superuser", report);
	return is_writable_by_others(found.st_mode)
		       ? refuse_file(root, path, "can be written by others", report)
		       : 0;
}

static int
judge_file(const struct root *root, const char *path, struct report *report)
{
	cleanup_fd int fd = root_open_target(root, path);

	return fd < 0 && errno == ENOENT ? 0 : judge_opened(root, path, fd, report);
}

/* The first of the paths that a mount on the place covers, links on the way to it resolved; or
 * NULL. */
static const char *
find_covered(const struct root *root, const char *place, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char found[PATH_MAX];
		bool is_there = root_place_of(root, paths[i], found, sizeof(found)) == 0;

		if (plan_is_at_or_below(is_there ? found : paths[i], place))
			return paths[i];
	}
	return NULL;
}

int
trust_judge_change(const struct root *root, const char *place, int mount, const char *restart,
	struct report *report)
{
	const char *file = find_covered(root, place, files, sizeof(files) / sizeof(*files));
	const char *covered =
		find_covered(root, place, directories, sizeof(directories) / sizeof(*directories));

	if (!file && !covered)
		return 0;
	/* then it is on the file itself, whose directory would be covered too */
	if (!covered && mount >= 0)
		return judge_opened(root, file, mount, report);
	report_mend(report, "rc-service %s restart", restart);
	return report_error(report, 0,
		"what is on %s is to change, and setuid programs inside rely on it, which needs a "
		"restart",
		place);
}

void
trust_names_release(struct trust_names *names)
{
	free(names->users);
	free(names->groups);
	*names = (struct trust_names){0};
}

int
trust_judge(const struct root *root, struct trust_names *names, struct report *report)
{
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		if (judge_directory(root, directories[i], report) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (judge_file(root, files[i], report) < 0)
			return -1;
	if (identity_read_file(&names->users, users.file, root->path, report) < 0)
		return -1;
	return identity_read_file(&names->groups, groups.file, root->path, report);
}

/* A user or group of the tree that is none of the host's. */
struct other {
	const struct kind *kind;
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

static char *
known_value(const char *name, uint32_t id)
{
	char *value = NULL;

	return asprintf(&value, "%u:%s", (unsigned)id, name) < 0 ? NULL : value;
}

static int
add_known(struct judgement *judgement, const struct kind *kind, const char *name, uint32_t id)
{
	cleanup_free char *value = known_value(name, id);

	return value ? record_add(judgement->record, kind->known, value) : -1;
}

/* Takes the name over. */
static int
add_other(struct judgement *judgement, const struct kind *kind, char **name, uint32_t id)
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

/* By the name: one number may have several on the host. */
static int
find_on_host(const struct kind *kind, const char *name, uint32_t *id)
{
	struct account account;

	if (kind == &groups)
		return account_group(name, id);
	if (account_by_name(&account, name) < 0)
		return -1;
	*id = account.uid;
	account_release(&account);
	return 0;
}

static int
compare_name(struct judgement *judgement, const struct kind *kind, char **name, uint32_t id)
{
	uint32_t hosts = 0;
	int found = find_on_host(kind, *name, &hosts), result;

	if (found < 0 && errno != ENOENT)
		return report_error(
			judgement->report, errno, "cannot look up the %s %s", kind->noun, *name);
	result = found == 0 && hosts == id ? add_known(judgement, kind, *name, id)
					   : add_other(judgement, kind, name, id);
	return result == 0 ? 0 : cannot_judge(judgement);
}

static int
compare_names(struct judgement *judgement, const struct kind *kind, const char *text)
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

	report_mend(judgement->report,
		"%s -P %s %s NUMBER %s, with a number that neither side has, or allow_setuid=no",
		other->kind->renumber, report_word(judgement->report, root), other->kind->option,
		report_word(judgement->report, other->name));
	if (other->kind == &users)
		return report_error(judgement->report, 0,
			"the number of %s, %u, is %s inside, and setuid programs there would take "
			"%s for %s",
			user, id, other->name, user, other->name);
	hosts = account_group_name(other->id);
	return report_error(judgement->report, 0,
		"the number of %s's group %s, %u, is %s inside, and setuid programs there would "
		"take %s for a member of it",
		user, hosts ? hosts : "without a name", id, other->name, user);
}

static int
judge_identity(const struct judgement *judgement, const struct identity *identity, const char *user)
{
	for (size_t i = 0; i < judgement->other_count; i++)
		if (has_number(identity, judgement->others[i].kind, judgement->others[i].id))
			return refuse_user(judgement, user, &judgement->others[i]);
	return 0;
}

/* A group may list a name that nobody has. The superuser needs no setuid program. */
static int
judge_user(const struct judgement *judgement, const char *user)
{
	struct account account;
	struct identity identity = {0};
	int result = account_by_name(&account, user);

	if (result < 0 && errno == ENOENT)
		return 0;
	if (result == 0 && account.uid != 0) {
		identity.uid = account.uid;
		identity.gid = account.gid;
		result = account_groups(user, account.gid, &identity.groups, &identity.group_count);
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
 * Threat: whoever can write to a place that is shown inside lends their number to those who enter,
 * by a setuid file of theirs. So all people of the host are judged, listed or not.
 */
static int
judge_people(const struct judgement *judgement)
{
	char **names;
	size_t count;
	int result = 0;

	if (account_people(&names, &count) < 0)
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
trust_record_names(struct record *record, const struct trust_names *names, struct report *report)
{
	struct judgement judgement = {.record = record, .report = report};
	int result = compare_names(&judgement, &users, names->users);

	if (result == 0)
		result = compare_names(&judgement, &groups, names->groups);
	if (result == 0 && judgement.other_count > 0 &&
		(judge_words(&judgement, "users") < 0 ||
			judge_words(&judgement, "default_user") < 0 ||
			judge_people(&judgement) < 0))
		result = -1;
	judgement_release(&judgement);
	return result;
}

/* An entry that one enters, and what it is judged by. */
struct check {
	const struct record *record; /* borrowed */
	const struct identity *identity; /* borrowed */
	const char *root; /* borrowed */
	struct report *report; /* borrowed */
};

/* 1 for a user or group that start saw to be the host's, else 0; -1 with errno. */
static int
is_known(const struct record *record, const struct kind *kind, const char *name, uint32_t id)
{
	cleanup_free char *wanted = known_value(name, id);
	const char *value = NULL;

	if (!wanted)
		return -1;
	while ((value = record_next(record, kind->known, value)))
		if (strcmp(value, wanted) == 0)
			return 1;
	return 0;
}

static int
refuse_name(const struct check *check, const struct kind *kind, const char *name, uint32_t id)
{
	const char *service = record_value(check->record, "service");

	report_mend(check->report, "rc-service %s reload, which mends it or says what does",
		*service ? service : "chroot-mounts");
	return report_error(check->report, 0,
		"%s %u is %s inside %s, and the service has not found it to be that on the host: "
		"setuid programs inside would take who has the number for %s",
		kind->noun, (unsigned)id, name, check->root, kind->taken);
}

static int
check_name(const struct check *check, const struct kind *kind, const char *name, uint32_t id)
{
	int known = is_known(check->record, kind, name, id);

	if (known < 0)
		return report_error(check->report, errno, "cannot compare the names");
	return known ? 0 : refuse_name(check, kind, name, id);
}

static int
check_names(const struct check *check, const struct kind *kind)
{
	cleanup_free char *text = NULL;
	const char *rest;
	char *name;
	uint32_t id;

	if (identity_read_file(&text, kind->file, check->root, check->report) < 0)
		return -1;
	rest = text;
	while (rest && account_read_next(&rest, &name, &id) == 0) {
		int result = has_number(check->identity, kind, id)
				     ? check_name(check, kind, name, id)
				     : 0;

		free(name);
		if (result < 0)
			return -1;
	}
	return !rest || errno == ENOENT
		       ? 0
		       : report_error(check->report, errno, "cannot read %s inside %s", kind->file,
				 check->root);
}

int
trust_check_names(const struct record *record, const struct identity *identity, const char *root,
	struct report *report)
{
	const struct check check = {
		.record = record, .identity = identity, .root = root, .report = report};

	return check_names(&check, &users) < 0 ? -1 : check_names(&check, &groups);
}
