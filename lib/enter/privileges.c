/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/privileges.h"

#include "common/identity.h"
#include "common/report.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#define TO_READ (1U << CAP_DAC_READ_SEARCH)
#define TO_JOIN (TO_READ | 1U << CAP_SYS_ADMIN | 1U << CAP_SYS_CHROOT)

/*
 * capset(2), raw: libcap would be one more library in a setuid program. The capabilities in use are
 * among the first 32. Inheritable is empty each time, which empties the ambient set too
 * (capabilities(7)).
 */
static int
set_capabilities(unsigned effective, unsigned permitted)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{.effective = effective, .permitted = permitted}};

	return (int)syscall(SYS_capset, &header, data);
}

int
privileges_become(const struct identity *identity, struct report *report)
{
	/* the group first: a user may not change it */
	if (setresgid(identity->gid, identity->gid, identity->gid) < 0 ||
		prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
		setresuid(identity->uid, identity->uid, identity->uid) < 0)
		return report_error(report, errno, "cannot become user %u, group %u",
			(unsigned)identity->uid, (unsigned)identity->gid);
	/* a change of uid resets it to fs.suid_dumpable (prctl(2)): the user could trace the
	 * process */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return report_error(report, errno, "cannot clear PR_SET_DUMPABLE");
	if (set_capabilities(0, TO_JOIN) < 0)
		return report_error(report, errno, "cannot drop the capabilities");
	return 0;
}

int
privileges_raise(enum privileges_use use)
{
	return set_capabilities(use == PRIVILEGES_TO_READ ? TO_READ : TO_JOIN, TO_JOIN);
}

int
privileges_lower(void)
{
	int error = errno, result = set_capabilities(0, TO_JOIN);

	errno = result < 0 ? errno : error;
	return result;
}

/* True if the process can regain a privilege. */
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
privileges_let_go(const struct identity *identity, struct report *report)
{
	/*
	 * Threat: a setuid program in the tree, with a libc and a sudoers of the tree's owner.
	 * no_new_privs holds also on a filesystem that the host mounts later below a source, which
	 * arrives without the nosuid of the tree. The bounding set may stay full: under
	 * no_new_privs a program with file capabilities runs without them (execve(2)).
	 */
	if (!identity->allows_setuid && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return report_error(report, errno, "cannot set no_new_privs");
	if (set_capabilities(0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return report_error(report, errno, "cannot drop the last capabilities");
	if (can_come_back(identity))
		return report_error(
			report, 0, "the privileges could be had back after they were dropped");
	return 0;
}
