/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity.h"

#include "account.h"
#include "cleanup.h"
#include "number.h"
#include "report.h"
#include "syscalls.h"

#include <ctype.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>

#include <linux/capability.h>

#define TO_JOIN (1U << CAP_SYS_ADMIN | 1U << CAP_SYS_CHROOT)

void
identity_release(struct identity *identity)
{
	free(identity->groups);
	free(identity->name);
	*identity = (struct identity){0};
}

void
naming_release(struct naming *naming)
{
	free(naming->words);
	free(naming->list_words);
	free(naming->list);
	*naming = (struct naming){0};
}

int
identity_find_caller(struct identity *identity, struct report *report)
{
	int count = getgroups(0, NULL);

	*identity = (struct identity){.uid = getuid(), .gid = getgid()};
	if (count > 0)
		identity->groups = calloc((size_t)count, sizeof(*identity->groups));
	if (count > 0 && identity->groups)
		count = getgroups(count, identity->groups);
	if (count < 0 || (count > 0 && !identity->groups))
		return report_error(report, errno, "cannot read your groups");
	identity->group_count = (size_t)count;
	return 0;
}

bool
identity_has_group(const struct identity *identity, gid_t gid)
{
	for (size_t i = 0; i < identity->group_count; i++)
		if (identity->groups[i] == gid)
			return true;
	return identity->gid == gid;
}

/*
 * Can the tree know it? Only what begins like a name is looked for there: a word that is meant as
 * a number, and is none, must not be whoever in the tree calls themselves so.
 */
static bool
is_name(const char *word)
{
	return isalpha((unsigned char)word[0]) || word[0] == '_';
}

/* A name that the host does not know is left to the tree, what is no name to nobody. */
static int
leave_to_tree(const struct wanted *wanted, const char *kind, struct report *report)
{
	if (wanted->is_number || is_name(wanted->word))
		return 0;
	return report_error(report, 0, "the host knows no %s %s", kind, wanted->word);
}

static void
take_number(struct wanted *wanted)
{
	uint64_t number;

	if (number_parse(wanted->word, ACCOUNT_LARGEST_ID, &number) < 0)
		return;
	wanted->is_number = wanted->is_known = true;
	wanted->id = (uint32_t)number;
}

static int
find_user(struct identity *identity, struct naming *naming, struct report *report)
{
	struct wanted *user = &naming->user;
	struct account account;
	int found = account_by_name(&account, user->word);

	if (found < 0 && errno == ENOENT) {
		take_number(user);
		if (!user->is_number)
			return leave_to_tree(user, "user", report);
		found = account_by_uid(&account, user->id);
	}
	if (found < 0 && errno != ENOENT)
		return report_error(report, errno, "cannot look up the user %s", user->word);
	if (found < 0)
		return 0;
	naming->is_account = user->is_known = true;
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

	if (account_group(group->word, &gid) == 0) {
		group->is_known = true;
		group->id = gid;
		return 0;
	}
	if (errno != ENOENT)
		return report_error(report, errno, "cannot look up the group %s", group->word);
	take_number(group);
	return leave_to_tree(group, "group", report);
}

static int
find_list(struct naming *naming, const char *groups, struct report *report)
{
	const char *word;
	char *rest;

	naming->list_words = strdup(groups);
	naming->list = calloc(strlen(groups) + 1, sizeof(*naming->list));
	if (!naming->list_words || !naming->list)
		return report_error(report, ENOMEM, "cannot find the groups");
	rest = groups[0] == '\0' ? NULL : naming->list_words;
	while ((word = strsep(&rest, ","))) {
		naming->list[naming->list_count].word = word;
		if (find_group(&naming->list[naming->list_count++], report) < 0)
			return -1;
	}
	return 0;
}

static int
find_words(
	struct identity *identity, struct naming *naming, const char *groups, struct report *report)
{
	char *group = strchr(naming->words, ':');

	if (group)
		*group++ = '\0';
	naming->user.word = naming->words;
	naming->group.word = group;
	if (find_user(identity, naming, report) < 0 ||
		(group && find_group(&naming->group, report) < 0))
		return -1;
	identity->uid = naming->user.is_known ? naming->user.id : (uid_t)-1;
	if (naming->group.is_known)
		identity->gid = naming->group.id;
	if (groups)
		return find_list(naming, groups, report);
	if (naming->is_account && account_groups(identity->name, identity->gid, &identity->groups,
					  &identity->group_count) < 0)
		return report_error(report, errno, "cannot find the groups of %s", identity->name);
	return 0;
}

int
identity_find_named(struct identity *identity, struct naming *naming, const char *user,
	const char *groups, struct report *report)
{
	*identity = (struct identity){0};
	*naming = (struct naming){.words = strdup(user)};
	if (!naming->words)
		return report_error(report, ENOMEM, "cannot find the user");
	if (find_words(identity, naming, groups, report) == 0)
		return 0;
	identity_release(identity);
	naming_release(naming);
	return -1;
}

/* found: 0 where the tree has the name, as id. The host's number counts unless the tree objects. */
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
			"%s is %s %u on the host and %s %u inside %s: give the number of the one "
			"you "
			"mean",
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
		found = account_read_group(text, group->word, &gid);
	return settle(group, "group", found, gid, root, report);
}

static int
settle_user(struct identity *identity, struct naming *naming, const char *passwd, const char *root,
	struct report *report)
{
	struct wanted *user = &naming->user;
	struct account account = {0};
	bool is_hosts = user->is_known;
	int found = -1;

	if (user->is_number && naming->is_account)
		return 0;
	errno = ENOENT;
	if (passwd && user->is_number)
		found = account_read(&account, passwd, user->id);
	else if (passwd && is_name(user->word))
		found = account_read_name(&account, passwd, user->word);
	if (settle(user, "user", found, account.uid, root, report) < 0) {
		account_release(&account);
		return -1;
	}
	identity->uid = user->id;
	if (found == 0 && !naming->is_account) {
		identity->gid = account.gid;
		identity->name = steal_pointer(&account.name);
	}
	account_release(&account);
	/* Threat: who names the accounts of the tree makes the superuser's command keep its powers.
	 */
	if (!is_hosts && identity->uid == 0)
		return report_error(report, 0,
			"%s is the superuser inside %s: give the number 0 "
			"if you mean it",
			user->word, root);
	return 0;
}

/* The groups of somebody whom the host does not know, or those of the list. */
static int
settle_groups(struct identity *identity, struct naming *naming, const char *group, const char *root,
	struct report *report)
{
	if (!naming->list) {
		/* a number that neither side knows is a member of nothing */
		if (account_read_groups(identity->name ? group : NULL, identity->name,
			    identity->gid, &identity->groups, &identity->group_count) == 0)
			return 0;
		return report_error(
			report, errno, "cannot find the groups of %s", naming->user.word);
	}
	identity->groups = calloc(naming->list_count + 1, sizeof(*identity->groups));
	if (!identity->groups)
		return report_error(report, ENOMEM, "cannot find the groups");
	for (size_t i = 0; i < naming->list_count; i++) {
		if (settle_group(&naming->list[i], group, root, report) < 0)
			return -1;
		identity->groups[identity->group_count++] = naming->list[i].id;
	}
	return 0;
}

int
identity_settle(struct identity *identity, struct naming *naming, const char *passwd,
	const char *group, const char *root, struct report *report)
{
	if (settle_user(identity, naming, passwd, root, report) < 0)
		return -1;
	if (naming->group.word) {
		if (settle_group(&naming->group, group, root, report) < 0)
			return -1;
		identity->gid = naming->group.id;
	} else if (!identity->name) {
		report_mend(report, "-u %s:GROUP", naming->user.word);
		return report_error(report, 0,
			"neither the host nor %s has an account with the number %s, so which "
			"group?",
			root, naming->user.word);
	}
	if (naming->list || !naming->is_account)
		return settle_groups(identity, naming, group, root, report);
	/* getgrouplist(3) has put it first */
	identity->groups[0] = identity->gid;
	return 0;
}

int
identity_read_file(char **text, const char *path, const char *root, struct report *report)
{
	*text = account_text(path, false);
	if (*text || errno == ENOENT)
		return 0;
	if (errno == EINVAL)
		return report_error(report, 0,
			"%s inside %s is no file, too large a one, or no text", path, root);
	if (errno == ELOOP)
		return report_error(report, 0, "%s inside %s is a link", path, root);
	if (errno == EPERM)
		return report_error(report, 0,
			"%s inside %s can be written by others than the superuser", path, root);
	return report_error(report, errno, "cannot read %s inside %s", path, root);
}

static bool
wants_tree(const struct naming *naming)
{
	for (size_t i = 0; i < naming->list_count; i++)
		if (!naming->list[i].is_number)
			return true;
	return !naming->user.is_number || !naming->is_account ||
	       (naming->group.word && !naming->group.is_number);
}

int
identity_ask_tree(
	struct identity *identity, struct naming *naming, const char *root, struct report *report)
{
	cleanup_free char *passwd = NULL;
	cleanup_free char *group = NULL;

	if (wants_tree(naming) &&
		(identity_read_file(&passwd, "/etc/passwd", root, report) < 0 ||
			identity_read_file(&group, "/etc/group", root, report) < 0))
		return -1;
	return identity_settle(identity, naming, passwd, group, root, report);
}

/* capset(2), raw: libcap would be one more library in a setuid program. Both need just the
 * first 32. */
static int
set_capabilities(unsigned effective, unsigned permitted)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{.effective = effective, .permitted = permitted}};

	return (int)syscall(SYS_capset, &header, data);
}

static int
empty_bounding_set(void)
{
	unsigned long capability = 0;

	while (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)
		capability++;
	/* prctl(2): EINVAL behind the last capability of this kernel; Linux 5.9 has 41 */
	return errno == EINVAL && capability > CAP_CHECKPOINT_RESTORE ? 0 : -1;
}

/* A change of uid sets it to what fs.suid_dumpable says, so it is taken back each time. */
static int
forbid_looking_in(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int
take_groups(const struct identity *identity, bool sets_groups)
{
	if (sets_groups && setgroups(identity->group_count, identity->groups) < 0)
		return -1;
	return setresgid(identity->gid, identity->gid, identity->gid);
}

int
identity_take_groups(const struct identity *identity, struct report *report)
{
	if (take_groups(identity, true) == 0)
		return 0;
	return report_error(
		report, errno, "cannot take the groups of user %u", (unsigned)identity->uid);
}

static int
take_ids(const struct identity *identity, bool sets_groups)
{
	/* groups before group before user: each later one takes the power to change the earlier */
	if (take_groups(identity, sets_groups) < 0)
		return -1;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return -1;
	return setresuid(identity->uid, identity->uid, identity->uid);
}

/*
 * Threat: a setuid program in the tree, with a libc and a sudoers of the tree's owner. This holds
 * even on a filesystem that the host mounts later below a source, which arrives without the nosuid
 * of the tree.
 */
static int
forbid_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1
		       ? -1
		       : 0;
}

int
identity_become(const struct identity *identity, bool sets_groups, struct report *report)
{
	/* execve(2): what is not in it no setuid program gets */
	if (!identity->allows_setuid && empty_bounding_set() < 0)
		return report_error(report, errno, "cannot empty the bounding set of capabilities");
	if (take_ids(identity, sets_groups) < 0)
		return report_error(report, errno, "cannot become user %u, group %u",
			(unsigned)identity->uid, (unsigned)identity->gid);
	if (forbid_looking_in() < 0 || prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return report_error(report, errno, "cannot keep others from looking in");
	if (set_capabilities(0, TO_JOIN) < 0 ||
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return report_error(report, errno, "cannot drop the capabilities");
	if (!identity->allows_setuid && forbid_new_privileges() < 0)
		return report_error(report, errno, "cannot set no_new_privs");
	return 0;
}

int
identity_arm(struct report *report)
{
	if (set_capabilities(TO_JOIN, TO_JOIN) < 0)
		return report_error(
			report, errno, "cannot use the capabilities that joining needs");
	return 0;
}

/* Did the way down lead all the way? Each line tries what must not work any more. */
static bool
can_come_back(const struct identity *identity)
{
	uid_t real, effective, saved;
	gid_t real_group, effective_group, saved_group;

	if (set_capabilities(TO_JOIN, TO_JOIN) == 0 || set_capabilities(0, 1U << CAP_SETUID) == 0)
		return true;
	if (identity->uid != 0 && setresuid(0, 0, 0) == 0)
		return true;
	if (getresuid(&real, &effective, &saved) < 0 || real != identity->uid ||
		effective != real || saved != real)
		return true;
	if (getresgid(&real_group, &effective_group, &saved_group) < 0 ||
		real_group != identity->gid || effective_group != real_group ||
		saved_group != real_group)
		return true;
	return !identity->allows_setuid && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
}

int
identity_let_go(const struct identity *identity, struct report *report)
{
	if (set_capabilities(0, 0) < 0 || forbid_looking_in() < 0)
		return report_error(report, errno, "cannot drop the last capabilities");
	if (can_come_back(identity))
		return report_error(
			report, 0, "the privileges could be had back after they were dropped");
	return 0;
}

int
identity_leave_keyring(struct report *report)
{
	/* ENOSYS: a kernel without keys */
	if (syscall_keyctl_join_session() >= 0 || errno == ENOSYS)
		return 0;
	return report_error(report, errno, "cannot leave your session keyring behind");
}
