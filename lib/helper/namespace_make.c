/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/namespace_make.h"

#include "common/cleanup.h"
#include "common/namespace.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/mount_make.h"
#include "superuser/mount.h"
#include "superuser/namespace_copy.h"

#include <sched.h>

int
namespace_visit(
	int fd, int host, int (*step)(void *data), void *data, bool *lost, struct report *report)
{
	int result, error;

	if (lost)
		*lost = true;
	if (namespace_join(fd) < 0)
		return report_error(report, errno, "cannot join the namespace");
	result = step(data);
	error = errno;
	if (namespace_join(host) < 0)
		return report_error(report, errno, "cannot return to the host's namespace");
	if (lost)
		*lost = false;
	errno = error;
	return result;
}

/*
 * Makes the tree the root of the namespace. It is attached on `/`; pivot_root(".", ".") puts the
 * old root on top of it (pivot_root(2), NOTES), and umount2 removes that. Not chroot, because a
 * chrooted task gets no user namespace (current_chrooted() in create_user_ns()).
 */
static int
take_as_root(int tree, struct report *report)
{
	cleanup_fd int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (old < 0 || mount_attach(tree, old) < 0)
		return report_error(report, errno, "cannot attach a tree to the new namespace");
	if (fchdir(tree) < 0 || syscall_pivot_root(".", ".") < 0)
		return report_error(
			report, errno, "cannot make a tree the root of the new namespace");
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return report_error(
			report, errno, "cannot let go of the old root in the new namespace");
	return 0;
}

static int
enter_copy(struct report *report)
{
	return namespace_copy_enter(MS_PRIVATE, report);
}

static int
enter_minimal(struct report *report)
{
	static const char *const options[] = {"size=4k", "nr_inodes=1", "mode=0555", NULL};
	cleanup_fd int nothing = -1;

	if (enter_copy(report) < 0)
		return -1;
	nothing = mount_make("tmpfs", "chroot-mounts", "the empty namespace", options,
		MOUNT_ATTR_RDONLY, report);
	if (nothing < 0)
		return -1;
	return take_as_root(nothing, report);
}

/*
 * Calls enter, which moves the process into a new namespace, and returns to the host's. Returns the
 * new one's file descriptor, or -1 after reporting the error.
 */
static int
make_from_host(int host, int (*enter)(struct report *report), struct report *report)
{
	cleanup_fd int made = -1;
	cleanup_fd int proc = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (proc < 0)
		return report_error(report, errno, "cannot open /proc/self/ns");
	if (enter(report) == 0) {
		made = openat(proc, "mnt", O_RDONLY | O_CLOEXEC);
		if (made < 0)
			report_error(report, errno, "cannot open the new namespace");
	}
	if (namespace_join(host) < 0)
		return report_error(report, errno, "cannot return to the host's namespace");
	return steal_fd(&made);
}

int
namespace_make_copy(int host, struct report *report)
{
	return make_from_host(host, enter_copy, report);
}

int
namespace_make_minimal(int host, struct report *report)
{
	return make_from_host(host, enter_minimal, report);
}

/*
 * True if the host's namespace can pin own. The kernel allows that only for a higher id
 * (mnt_ns_loop()). Linux 6.18 allots ids in batches per processor, so a later namespace can have a
 * lower one if the host's is not the initial one. Kernels without the ioctl count in one order.
 */
static bool
is_newer_than(int host, int own)
{
	uint64_t host_id, own_id;

	if (ioctl(host, NAMESPACE_GET_MOUNT_ID, &host_id) < 0 ||
		ioctl(own, NAMESPACE_GET_MOUNT_ID, &own_id) < 0)
		return true;
	return own_id > host_id;
}

/*
 * Binds the process to its processor. allowed: receives the former set. Returns false on failure.
 */
static bool
stay_on_processor(cpu_set_t *allowed)
{
	int here = sched_getcpu();
	cpu_set_t one;

	if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof(*allowed), allowed) < 0)
		return false;
	CPU_ZERO(&one);
	CPU_SET(here, &one);
	return sched_setaffinity(0, sizeof(one), &one) == 0;
}

/*
 * Enters a new namespace. Returns 1 if it can be pinned, 0 if not, or -1 after reporting the error.
 */
static int
try_new(int host, int minimal, int proc, int *own, struct report *report)
{
	if (namespace_join(minimal) < 0 || unshare(CLONE_NEWNS) < 0)
		return report_error(report, errno, "cannot make a mount namespace");
	*own = openat(proc, "mnt", O_RDONLY | O_CLOEXEC);
	if (*own < 0)
		return report_error(report, errno, "cannot open the new namespace");
	return is_newer_than(host, *own);
}

int
namespace_enter_new(int host, int minimal, int root, struct report *report)
{
	cleanup_fd int proc = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int own = -1;
	bool is_kept_here = false;
	cpu_set_t allowed;
	int found = 0;

	if (proc < 0)
		return report_error(report, errno, "cannot open /proc/self/ns");
	/*
	 * Twice a batch (COOKIE_LOCAL_BATCH), 0.01 ms each: this processor's next batch is higher,
	 * another's first would be low.
	 */
	for (int tries = 0; found == 0 && tries < 2 * 4096; tries++) {
		cleanup_fd_release(&own);
		found = try_new(host, minimal, proc, &own, report);
		if (found == 0 && tries == 0)
			is_kept_here = stay_on_processor(&allowed);
	}
	if (is_kept_here)
		sched_setaffinity(0, sizeof(allowed), &allowed);
	if (found == 0)
		return report_error(report, 0, "cannot make a mount namespace that can be pinned");
	return found < 0 || take_as_root(root, report) < 0 ? -1 : steal_fd(&own);
}

int
namespace_empty(void)
{
	return umount2("/", MNT_DETACH);
}
