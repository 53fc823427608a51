/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/scan.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/membership_judge.h"
#include "helper/process.h"

#include <sys/resource.h>

#define PASSES 31 /* a program that forks in a loop is seen by every second one */
#define DESCRIPTORS_OWN 64 /* used besides those of roots and processes */

size_t
scan_roots_at_once(size_t descriptors_each)
{
	struct rlimit limit;
	size_t room;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* after an error, fewer roots at a time */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < DESCRIPTORS_OWN)
		return 1;
	room = (limit.rlim_cur - DESCRIPTORS_OWN) / 4 * 3 / descriptors_each;
	return room > 0 ? room : 1;
}

int
scan_begin(struct scan *scan, struct membership *membership, const struct numbers *targets,
	struct report *report)
{
	*scan = (struct scan){.membership = membership,
		.targets = targets,
		.report = report,
		.proc = opendir("/proc"),
		.pidfd = -1};
	if (!scan->proc)
		return report_error(report, errno, "cannot read /proc");
	scan->end = telldir(scan->proc);
	membership->is_short = false;
	return 0;
}

void
scan_end(struct scan *scan)
{
	cleanup_fd_release(&scan->pidfd);
	numbers_release(&scan->processes);
	cleanup_directory_release(&scan->proc);
}

/* Returns the root of a target, unless it was reaped: then its pid may be reused. */
static int
root_of_target(const struct scan *scan, pid_t pid)
{
	const struct scan_target *target =
		scan->targets ? numbers_find(scan->targets, sizeof(*target), (uint64_t)pid) : NULL;

	return target && syscall_pidfd_send_signal(target->pidfd, 0) == 0 ? target->root
									  : MEMBERSHIP_NONE;
}

/* Returns the root of an examined process, except init, which adopts any process. */
static int
root_of_parent(const struct scan *scan, pid_t pid)
{
	const struct scan_process *parent =
		pid > 1 ? numbers_find(&scan->processes, sizeof(*parent), (uint64_t)pid) : NULL;

	return parent ? parent->root : MEMBERSHIP_NONE;
}

/* Returns the root of the parent process. During stop the parent may have been reaped and its pid
 * reused; trust it if it is a live target, or if the process has been reparented since. */
static int
root_by_descent(const struct scan *scan, int directory, struct scan_process *process)
{
	int root = root_of_parent(scan, process->parent);
	pid_t parent = process->parent;
	struct process_stat stat;

	if (root == MEMBERSHIP_NONE || !scan->targets ||
		root_of_target(scan, parent) != MEMBERSHIP_NONE)
		return root;
	if (process_read_stat(directory, &stat) < 0)
		return MEMBERSHIP_NONE;
	process->parent = stat.parent;
	return stat.parent != parent ? root : MEMBERSHIP_NONE;
}

/*
 * Examines a process, and sets its parent and root. True if it is inside and no target; then its
 * pidfd is kept. The pidfd is opened first: if the pid is reused meanwhile, signals go to the
 * exited process.
 */
static bool
examine_process(struct scan *scan, struct scan_process *process)
{
	pid_t pid = (pid_t)process->pid;
	cleanup_fd int pidfd = syscall_pidfd_open(pid, 0);
	cleanup_fd int directory = -1;
	struct process_stat stat;
	uint64_t namespace;
	char path[32];

	process->root = root_of_target(scan, pid);
	if (process->root != MEMBERSHIP_NONE)
		return false;
	if (pidfd < 0) {
		membership_note_shortage(scan->membership); /* or it has exited */
		return false;
	}
	/* the fast check first: a program that forks to escape exits before the slow one ends */
	snprintf(path, sizeof(path), "%d/ns/mnt", pid);
	if (process_read_namespace(dirfd(scan->proc), path, &namespace) == 0)
		process->root = membership_of_known_namespace(scan->membership, namespace);
	if (process->root != MEMBERSHIP_NONE) {
		process->is_apart = membership_is_apart(scan->membership, namespace);
	} else {
		snprintf(path, sizeof(path), "%d", pid);
		directory = openat(dirfd(scan->proc), path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (directory < 0 || process_read_stat(directory, &stat) < 0) {
			membership_note_shortage(scan->membership);
			return false;
		}
		process->parent = stat.parent;
		process->root = membership_of_process(scan->membership, directory,
			root_by_descent(scan, directory, process), &process->is_apart);
	}
	if (process->root == MEMBERSHIP_NONE)
		return false;
	scan->pidfd = steal_fd(&pidfd);
	return true;
}

/* Adds the next process in /proc. At the end of a pass, goes back to the last process, because only
 * younger ones follow it. Returns 1, 0 after the last pass, or -1 with errno set. */
static int
next_in_proc(struct scan *scan, struct scan_process **process)
{
	while (scan->passes < PASSES) {
		const struct scan_process *all;
		long here = telldir(scan->proc);
		struct dirent *entry;

		for (; (errno = 0, entry = readdir(scan->proc)); here = telldir(scan->proc)) {
			pid_t pid = process_pid_of(entry);

			if (pid == 0)
				continue;
			scan->end = here;
			if ((uint64_t)pid <= scan->last)
				continue;
			*process =
				numbers_append(&scan->processes, sizeof(**process), (uint64_t)pid);
			if (!*process)
				return -1;
			(*process)->root = MEMBERSHIP_NONE;
			return 1;
		}
		if (errno != 0)
			return -1;
		seekdir(scan->proc, scan->end);
		all = scan->processes.all;
		if (all)
			scan->last = all[scan->processes.count - 1].pid;
		scan->passes++;
	}
	return 0;
}

/* Finds the next process outside with a parent inside: once pids have wrapped around, a child may
 * be examined before its parent. Returns 1, or 0 when a pass has changed nothing. */
static int
next_by_parent(struct scan *scan, struct scan_process **process)
{
	struct scan_process *all = scan->processes.all;

	for (;;) {
		if (scan->next == scan->processes.count) {
			if (!scan->has_changed)
				return 0;
			scan->has_changed = false;
			scan->next = 0;
		}
		*process = &all[scan->next++];
		if ((*process)->root == MEMBERSHIP_NONE &&
			root_of_parent(scan, (*process)->parent) != MEMBERSHIP_NONE)
			return 1;
	}
}

/* /proc is in pid order (proc(5)), so processes created during the scan appear at its end. Passes
 * over the end catch a program that forks and exits in a loop. */
int
scan_next(struct scan *scan, const struct scan_process **found)
{
	struct scan_process *process;
	int result;

	cleanup_fd_release(&scan->pidfd);
	do {
		result = next_in_proc(scan, &process);
		if (result == 0)
			result = next_by_parent(scan, &process);
	} while (result > 0 && !examine_process(scan, process));
	if (result < 0)
		return report_error(scan->report, errno, "cannot look at the processes");
	if (result > 0) {
		scan->has_changed = scan->passes == PASSES;
		*found = process;
	}
	return result;
}

int
scan_inside(struct membership *membership, struct scan_processes *processes, struct report *report)
{
	const struct scan_process *found;
	struct scan scan;
	int result;

	*processes = (struct scan_processes){0};
	if (membership_refresh_all(membership, report) < 0)
		return -1;
	result = scan_begin(&scan, membership, NULL, report) < 0 ? -1 : 1;
	while (result > 0)
		result = scan_next(&scan, &found);
	if (result == 0 && !membership->is_short) {
		processes->all = steal_pointer(&scan.processes.all);
		for (size_t i = 0; i < scan.processes.count; i++)
			if (processes->all[i].root != MEMBERSHIP_NONE)
				processes->all[processes->count++] = processes->all[i];
	}
	scan_end(&scan);
	if (result == 0 && !membership->is_short)
		return 0;
	return membership->is_short ? report_error(report, EMFILE, "cannot look at every process")
				    : -1;
}

void
scan_processes_release(struct scan_processes *processes)
{
	free(processes->all);
	*processes = (struct scan_processes){0};
}
