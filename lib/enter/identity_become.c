/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/identity_become.h"

#include "common/identity.h"
#include "common/report.h"
#include "common/syscalls.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#define TO_JOIN (1U << CAP_SYS_ADMIN | 1U << CAP_SYS_CHROOT)

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
