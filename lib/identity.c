#include "identity.h"

#include "account.h"
#include "cleanup.h"
#include "number.h"
#include "report.h"

#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

/* (uid_t)-1 means "leave it" to setresuid(2) (sudo CVE-2019-14287) */
#define LARGEST_ID 4294967294U

#define TO_JOIN (1U << CAP_SYS_ADMIN | 1U << CAP_SYS_CHROOT)

void
identity_release(struct identity *identity)
{
	free(identity->groups);
	free(identity->name);
	*identity = (struct identity){0};
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

static int
find_user(struct account *account, const char *word, bool has_group, struct report *report)
{
	uint64_t number;

	if (account_by_name(account, word) == 0)
		return 0;
	if (errno != ENOENT)
		return report_error(report, errno, "cannot look up the user %s", word);
	if (number_parse(word, LARGEST_ID, &number) < 0)
		return report_error(report, 0, "the host knows no user %s", word);
	if (account_by_uid(account, (uid_t)number) == 0)
		return 0;
	if (errno != ENOENT)
		return report_error(report, errno, "cannot look up the user %s", word);
	if (!has_group) {
		report_mend(report, "-u %s:GROUP", word);
		return report_error(report, 0,
			"the host has no account with the number %s, so which group?", word);
	}
	account->uid = (uid_t)number;
	return 0;
}

static int
find_group(const char *word, gid_t *gid, struct report *report)
{
	uint64_t number;

	if (account_group(word, gid) == 0)
		return 0;
	if (errno != ENOENT)
		return report_error(report, errno, "cannot look up the group %s", word);
	if (number_parse(word, LARGEST_ID, &number) < 0)
		return report_error(report, 0, "the host knows no group %s", word);
	*gid = (gid_t)number;
	return 0;
}

/* Without an account there is only the group that was named. */
static int
find_groups(struct identity *identity, struct report *report)
{
	if (identity->name) {
		if (account_groups(identity->name, identity->gid, &identity->groups,
			    &identity->group_count) == 0)
			return 0;
		return report_error(report, errno, "cannot find the groups of %s", identity->name);
	}
	identity->groups = calloc(1, sizeof(*identity->groups));
	if (!identity->groups)
		return report_error(report, ENOMEM, "cannot find the groups");
	identity->groups[0] = identity->gid;
	identity->group_count = 1;
	return 0;
}

int
identity_find_named(struct identity *identity, const char *words, struct report *report)
{
	cleanup_free char *user = strdup(words);
	struct account account = {0};
	char *group = user ? strchr(user, ':') : NULL;

	*identity = (struct identity){0};
	if (!user)
		return report_error(report, ENOMEM, "cannot find the user");
	if (group)
		*group++ = '\0';
	if (find_user(&account, user, group != NULL, report) < 0)
		return -1;
	*identity = (struct identity){.uid = account.uid, .gid = account.gid};
	identity->name = steal_pointer(&account.name);
	account_release(&account);
	if ((group && find_group(group, &identity->gid, report) < 0) ||
		find_groups(identity, report) < 0) {
		identity_release(identity);
		return -1;
	}
	return 0;
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
	/* prctl(2): EINVAL behind the last capability of this kernel */
	for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
		capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
			return -1;
	return 0;
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

int
identity_become(const struct identity *identity, bool sets_groups, struct report *report)
{
	if (empty_bounding_set() < 0)
		return report_error(report, errno, "cannot empty the bounding set of capabilities");
	if (take_ids(identity, sets_groups) < 0)
		return report_error(report, errno, "cannot become user %u, group %u",
			(unsigned)identity->uid, (unsigned)identity->gid);
	if (forbid_looking_in() < 0 || prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return report_error(report, errno, "cannot keep others from looking in");
	if (set_capabilities(0, TO_JOIN) < 0 ||
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return report_error(report, errno, "cannot drop the capabilities");
	/*
	 * Threat: a setuid program in the tree, with a libc and a sudoers of the tree's owner. This
	 * holds even on a filesystem that the host mounts later below a source, which arrives
	 * without the nosuid of the tree.
	 */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
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
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
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
