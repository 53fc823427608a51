#include "trust.h"

#include "account.h"
#include "cleanup.h"
#include "identity.h"
#include "record.h"
#include "report.h"
#include "root.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define GROUP_FILE "/etc/group"
#define KNOWN_GROUP "known_group" /* in the record: NUMBER:NAME */

/* "/." at the end, so that a link, as from /lib into /usr, is followed inside the tree. */
static const char *const directories[] = {"/bin/.", "/sbin/.", "/lib/.", "/lib32/.", "/lib64/.",
	"/libx32/.", "/usr/bin/.", "/usr/sbin/.", "/usr/lib/.", "/usr/lib32/.", "/usr/lib64/.",
	"/usr/libx32/.", "/etc/."};

static const char *const files[] = {"/etc/passwd", GROUP_FILE, "/etc/shadow", "/etc/ld.so.cache",
	"/etc/ld.so.conf", "/etc/ld.so.preload"};

static bool
is_writable_by_others(mode_t mode)
{
	return mode & (S_IWGRP | S_IWOTH);
}

static int
refuse_file(const struct root *root, const char *path, const char *what, struct report *report)
{
	char whole[2 * PATH_MAX], quoted[2 * PATH_MAX];
	const char *word;

	snprintf(whole, sizeof(whole), "%s%s", root->path, path);
	word = report_word(whole, quoted, sizeof(quoted));
	report_mend(report, "chown root:root %s && chmod go-w %s, or allow_setuid=no", word, word);
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
	if (root_judge_target(root, path, fd, NULL, 0, &mode, report) < 0)
		return -1;
	/* a sticky one too, where others can put a library beside those that are there */
	return is_writable_by_others(mode)
		       ? refuse_file(root, path, "can be written by others", report)
		       : 0;
}

/* In a directory that has been judged, so nobody exchanges it. */
static int
judge_file(const struct root *root, const char *path, struct report *report)
{
	cleanup_fd int fd = root_open_target(root, path);
	struct stat found;

	if (fd < 0 && errno == ENOENT)
		return 0;
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

/* None is no error: then no number has a name. */
static int
read_group_file(char **group, const char *root, struct report *report)
{
	*group = account_text(GROUP_FILE, false);
	if (*group || errno == ENOENT)
		return 0;
	if (errno == EINVAL || errno == ELOOP)
		return report_error(report, 0,
			GROUP_FILE " inside %s is no file of its own, or too large a one", root);
	if (errno == EPERM)
		return report_error(report, 0,
			GROUP_FILE " inside %s can be written by others than the superuser", root);
	return report_error(report, errno, "cannot read " GROUP_FILE " inside %s", root);
}

int
trust_judge(const struct root *root, char **group, struct report *report)
{
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		if (judge_directory(root, directories[i], report) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (judge_file(root, files[i], report) < 0)
			return -1;
	return read_group_file(group, root->path, report);
}

/* A group of the tree that is none of the host's. */
struct other {
	gid_t gid;
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
	return report_error(judgement->report, errno, "cannot compare the groups");
}

static char *
known_group(const char *name, gid_t gid)
{
	char *value = NULL;

	return asprintf(&value, "%u:%s", (unsigned)gid, name) < 0 ? NULL : value;
}

static int
add_known(struct judgement *judgement, const char *name, gid_t gid)
{
	cleanup_free char *value = known_group(name, gid);

	return value ? record_add(judgement->record, KNOWN_GROUP, value) : -1;
}

/* Takes the name over. */
static int
add_other(struct judgement *judgement, char **name, gid_t gid)
{
	struct other *grown = reallocarray(
		judgement->others, judgement->other_count + 1, sizeof(*judgement->others));

	if (!grown)
		return -1;
	judgement->others = grown;
	grown[judgement->other_count++] = (struct other){.gid = gid, .name = steal_pointer(name)};
	return 0;
}

/* By the name: one number may have several on the host. */
static int
compare_group(struct judgement *judgement, char **name, gid_t gid)
{
	gid_t hosts = 0;
	int found = account_group(*name, &hosts), result;

	if (found < 0 && errno != ENOENT)
		return report_error(judgement->report, errno, "cannot look up the group %s", *name);
	result = found == 0 && hosts == gid ? add_known(judgement, *name, gid)
					    : add_other(judgement, name, gid);
	return result == 0 ? 0 : cannot_judge(judgement);
}

static int
compare_groups(struct judgement *judgement, const char *group)
{
	char *name;
	gid_t gid;

	while (account_read_next_group(&group, &name, &gid) == 0) {
		int result = compare_group(judgement, &name, gid);

		free(name);
		if (result < 0)
			return -1;
	}
	return errno == ENOENT ? 0 : cannot_judge(judgement);
}

static int
refuse_user(const struct judgement *judgement, const char *user, const struct other *other)
{
	const char *root = record_value(judgement->record, "root");
	cleanup_free char *hosts = account_group_name(other->gid);
	char tree[PATH_MAX + 64], name[512];

	report_mend(judgement->report,
		"groupmod -P %s -g NUMBER %s, with a number that neither side has, or "
		"allow_setuid=no",
		report_word(root, tree, sizeof(tree)),
		report_word(other->name, name, sizeof(name)));
	return report_error(judgement->report, 0,
		"the number of %s's group %s, %u, is %s inside, and setuid programs there would "
		"take %s for a member of it",
		user, hosts ? hosts : "without a name", (unsigned)other->gid, other->name, user);
}

static int
judge_groups(const struct judgement *judgement, const char *user, const gid_t *groups, size_t count)
{
	for (size_t i = 0; i < judgement->other_count; i++)
		for (size_t j = 0; j < count; j++)
			if (groups[j] == judgement->others[i].gid)
				return refuse_user(judgement, user, &judgement->others[i]);
	return 0;
}

/* A group may list a name that nobody has. The superuser needs no setuid program. */
static int
judge_user(const struct judgement *judgement, const char *user)
{
	struct account account;
	cleanup_free gid_t *groups = NULL;
	size_t count;
	int result = account_by_name(&account, user);

	if (result < 0 && errno == ENOENT)
		return 0;
	if (result == 0 && account.uid != 0)
		result = account_groups(user, account.gid, &groups, &count);
	if (result < 0)
		report_error(judgement->report, errno, "cannot find the groups of %s", user);
	else if (groups)
		result = judge_groups(judgement, user, groups, count);
	account_release(&account);
	return result;
}

static int
judge_members(const struct judgement *judgement, const char *group)
{
	char **names;
	size_t count;
	int result = 0;

	if (account_members(group, &names, &count) < 0)
		return report_error(
			judgement->report, errno, "cannot find the members of %s", group);
	for (size_t i = 0; i < count; i++) {
		if (result == 0)
			result = judge_user(judgement, names[i]);
		free(names[i]);
	}
	free(names);
	return result;
}

static int
judge_words(const struct judgement *judgement, const char *key,
	int (*judge)(const struct judgement *judgement, const char *word))
{
	cleanup_free char *copy = strdup(record_value(judgement->record, key));
	char *rest = NULL;

	if (!copy)
		return cannot_judge(judgement);
	for (char *word = strtok_r(copy, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest))
		if (judge(judgement, word) < 0)
			return -1;
	return 0;
}

int
trust_record_groups(struct record *record, const char *group, struct report *report)
{
	struct judgement judgement = {.record = record, .report = report};
	int result = group ? compare_groups(&judgement, group) : 0;

	if (result == 0 && judgement.other_count > 0 &&
		(judge_words(&judgement, "users", judge_user) < 0 ||
			judge_words(&judgement, "groups", judge_members) < 0 ||
			judge_words(&judgement, "default_user", judge_user) < 0))
		result = -1;
	judgement_release(&judgement);
	return result;
}

/* 1 for a group that start saw to be the host's, else 0; -1 with errno. */
static int
is_known(const struct record *record, const char *name, gid_t gid)
{
	cleanup_free char *wanted = known_group(name, gid);
	const char *value = NULL;

	if (!wanted)
		return -1;
	while ((value = record_next(record, KNOWN_GROUP, value)))
		if (strcmp(value, wanted) == 0)
			return 1;
	return 0;
}

static int
refuse_group(const struct record *record, const char *name, gid_t gid, const char *root,
	struct report *report)
{
	const char *service = record_value(record, "service");

	report_mend(report, "rc-service %s reload, which mends it or says what does",
		*service ? service : "chroot-mounts");
	return report_error(report, 0,
		"group %u is %s inside %s, and the service has not found it to be that on the "
		"host: setuid programs inside would take who has the number for a member",
		(unsigned)gid, name, root);
}

static int
check_group(const struct record *record, const char *name, gid_t gid, const char *root,
	struct report *report)
{
	int known = is_known(record, name, gid);

	if (known < 0)
		return report_error(report, errno, "cannot compare the groups");
	return known ? 0 : refuse_group(record, name, gid, root, report);
}

int
trust_check_groups(const struct record *record, const struct identity *identity, const char *root,
	struct report *report)
{
	cleanup_free char *group = NULL;
	const char *rest;
	char *name;
	gid_t gid;

	if (read_group_file(&group, root, report) < 0)
		return -1;
	if (!group)
		return 0;
	rest = group;
	while (account_read_next_group(&rest, &name, &gid) == 0) {
		int result = identity_has_group(identity, gid)
				     ? check_group(record, name, gid, root, report)
				     : 0;

		free(name);
		if (result < 0)
			return -1;
	}
	return errno == ENOENT
		       ? 0
		       : report_error(report, errno, "cannot read " GROUP_FILE " inside %s", root);
}
