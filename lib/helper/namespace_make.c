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
 * Makes the tree the root of the namespace: it lies on `/` first, then pivot_root(".", ".") puts
 * it below and the old root on top (pivot_root(2), NOTES), which umount2 takes off. A pivot and
 * not a chroot, since the kernel gives a chrooted task no user namespace (current_chrooted() in
 * create_user_ns()).
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
copy(struct report *report)
{
	return namespace_copy_enter(MS_PRIVATE, report);
}

static int
make_minimal(struct report *report)
{
	static const char *const options[] = {"size=4k", "nr_inodes=1", "mode=0555", NULL};
	cleanup_fd int nothing = -1;

	if (copy(report) < 0)
		return -1;
	nothing = mount_make("tmpfs", "chroot-mounts", "the empty namespace", options,
		MOUNT_ATTR_RDONLY, report);
	if (nothing < 0)
		return -1;
	return take_as_root(nothing, report);
}

/* Has a function leave the process in a new namespace, and comes back with that one's descriptor.
 */
static int
run_in_child(int host, int (*go)(struct report *report), struct report *report)
{
	cleanup_fd int made = -1;
	cleanup_fd int proc = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (proc < 0)
		return report_error(report, errno, "cannot open /proc/self/ns");
	if (go(report) == 0) {
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
	return run_in_child(host, copy, report);
}

int
namespace_make_minimal(int host, struct report *report)
{
	return run_in_child(host, make_minimal, report);
}

/*
 * Can the host's namespace pin the one that we are in? The kernel lets a namespace be pinned
 * only from one whose id is lower (mnt_ns_loop()), and Linux 6.18 gives ids out in batches for
 * each processor: a later namespace can get a lower one, when the host is not the initial one.
 * Kernels that lack the call count in one order.
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

/* Keeps us on the processor that we run on; allowed: the ones before. False where that fails. */
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

/* 1 where the new one, with the descriptor *own, can be pinned, 0 where not; -1 after an error. */
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
	/* Twice a batch (COOKIE_LOCAL_BATCH), 0.01 ms each: once the batch of this processor is
	 * used up, the next one is higher. Each other processor that we came to would have a low
	 * batch of its own. */
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
