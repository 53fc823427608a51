/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/scan.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/membership_judge.h"
#include "helper/process.h"

#include <stdint.h>
#include <sys/resource.h>

#define LATER_LOOKS 30 /* one who forks on purpose is seen by every other of them */
#define DESCRIPTORS_OWN 64 /* that this command needs besides those of roots and processes */

size_t
scan_roots_at_once(size_t each)
{
	struct rlimit limit;
	size_t room;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* fewer at a time if it cannot be */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < DESCRIPTORS_OWN)
		return 1;
	room = (limit.rlim_cur - DESCRIPTORS_OWN) / 4 * 3 / each;
	return room > 0 ? room : 1;
}

/*
 * Looks at every thread, since one can live on when the leader has exited, and can have a
 * namespace of its own.
 */
static bool
is_process_inside(
	struct membership *membership, int directory, int parent_root, struct scan_process *process)
{
	cleanup_directory DIR *tasks = process_open_tasks(directory, "task");
	struct dirent *entry;

	if (!tasks) {
		membership_note_shortage(membership);
		return false;
	}
	while ((entry = readdir(tasks))) {
		cleanup_fd int task = -1;
		pid_t parent;
		char state;

		if (process_pid_of(entry) == 0)
			continue;
		task = openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (task < 0 || process_read_stat(task, &state, &parent) < 0) {
			membership_note_shortage(membership);
			continue;
		}
		if (state != 'Z' && state != 'X')
			process->root = membership_of_thread(
				membership, task, parent_root, &process->is_apart);
		if (process->root != MEMBERSHIP_NONE)
			return true;
	}
	return false;
}

static int
compare_pids(const void *one, const void *other)
{
	const struct scan_process *first = one;
	const struct scan_process *second = other;

	return (first->pid > second->pid) - (first->pid < second->pid);
}

static struct scan_process *
process_of(const struct scan *scan, pid_t pid)
{
	const struct scan_process key = {.pid = pid};

	return scan->count == 0 ? NULL
				: bsearch(&key, scan->all, scan->count, sizeof(key), compare_pids);
}

/* Not init's: it adopts anybody's. */
static int
root_of_parent(const struct scan *scan, pid_t pid)
{
	const struct scan_process *parent = pid > 1 ? process_of(scan, pid) : NULL;

	return parent ? parent->root : MEMBERSHIP_NONE;
}

/*
 * Whose is the process for its parent's sake? Where processes are ended, the parent may have been
 * waited for, and its pid may be another's, who has this child. Then it is the parent still; while
 * a child whose true parent has gone is adopted.
 */
static int
root_by_descent(const struct scan *scan, int directory, struct scan_process *process)
{
	int root = root_of_parent(scan, process->parent);
	pid_t parent = process->parent;
	char state;

	if (root == MEMBERSHIP_NONE || !scan->held_root ||
		scan->held_root(scan->data, parent) != MEMBERSHIP_NONE)
		return root;
	return process_read_stat(directory, &state, &process->parent) == 0 &&
			       process->parent != parent
		       ? root
		       : MEMBERSHIP_NONE;
}

static struct scan_process *
add_process(struct scan *scan, pid_t pid)
{
	struct scan_process *grown;

	/* room is doubled, so that it is no matter how many there are */
	if ((scan->count & (scan->count - 1)) == 0) {
		size_t room = scan->count ? scan->count * 2 : 1;

		grown = reallocarray(scan->all, room, sizeof(*grown));
		if (!grown)
			return NULL;
		scan->all = grown;
	}
	scan->all[scan->count] = (struct scan_process){.pid = pid, .root = MEMBERSHIP_NONE};
	return &scan->all[scan->count++];
}

static int
is_found(struct scan *scan, const struct scan_process *process, int *pidfd)
{
	scan->found++;
	return scan->act(scan->data, process, pidfd);
}

/*
 * The pidfd is opened first: if the pid goes to another process while this one is looked at, the
 * signal goes to the dead one and hits nobody.
 */
static int
look_again(struct scan *scan, int proc, const char *name, struct scan_process *process)
{
	cleanup_fd int pidfd = syscall_pidfd_open(process->pid, 0);
	cleanup_fd int directory = -1;
	struct stat namespace;
	char path[32];
	char state;

	if (scan->held_root)
		process->root = scan->held_root(scan->data, process->pid);
	if (process->root != MEMBERSHIP_NONE)
		return 0;
	if (pidfd < 0) {
		membership_note_shortage(scan->membership); /* or gone */
		return 0;
	}
	/* the short way first: a program that forks to get away lives no longer than the long one
	 * takes */
	snprintf(path, sizeof(path), "%s/ns/mnt", name);
	if (fstatat(proc, path, &namespace, 0) == 0)
		process->root = membership_of_known(scan->membership, namespace.st_ino);
	if (process->root != MEMBERSHIP_NONE) {
		process->is_apart = membership_is_apart(scan->membership, namespace.st_ino);
		return is_found(scan, process, &pidfd);
	}
	directory = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0 || process_read_stat(directory, &state, &process->parent) < 0) {
		membership_note_shortage(scan->membership);
		return 0;
	}
	if (is_process_inside(scan->membership, directory,
		    root_by_descent(scan, directory, process), process))
		return is_found(scan, process, &pidfd);
	return 0;
}

static int
look_at(struct scan *scan, int proc, const char *name, pid_t pid)
{
	struct scan_process *process = add_process(scan, pid);

	return process ? look_again(scan, proc, name, process) : -1;
}

/* Once the pids have come round, a child can stand before its parent. */
static int
look_at_younger_parents(struct scan *scan, int proc)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < scan->count; i++) {
			const struct scan_process *process = &scan->all[i];
			size_t before = scan->found;
			char name[16];

			if (process->root != MEMBERSHIP_NONE ||
				root_of_parent(scan, process->parent) == MEMBERSHIP_NONE)
				continue;
			snprintf(name, sizeof(name), "%d", process->pid);
			if (look_again(scan, proc, name, &scan->all[i]) < 0)
				return -1;
			changed = changed || scan->found > before;
		}
	}
	return 0;
}

/*
 * Goes through the list from where it stands, and leaves it at the last process, behind which only
 * younger ones can stand.
 */
static int
look_on(struct scan *scan, DIR *proc)
{
	pid_t last = scan->count ? scan->all[scan->count - 1].pid : 0;
	long here = telldir(proc);
	long stay = here;
	struct dirent *entry;

	for (; (errno = 0, entry = readdir(proc)); here = telldir(proc)) {
		pid_t pid = process_pid_of(entry);

		if (pid == 0)
			continue;
		stay = here;
		if (pid > last && look_at(scan, dirfd(proc), entry->d_name, pid) < 0)
			return -1;
	}
	seekdir(proc, stay);
	return errno == 0 ? 0 : -1;
}

/*
 * proc(5) lists processes by their pids, so who was born while one looked stands at the end: a
 * program that forks all the time, to be gone whenever its turn comes, is met there.
 */
int
scan_all(struct scan *scan, struct report *report)
{
	cleanup_directory DIR *proc = opendir("/proc");
	int result;

	if (!proc)
		return report_error(report, errno, "cannot read /proc");
	scan->membership->is_short = false;
	result = look_on(scan, proc);
	for (int looks = 0; result == 0 && looks < LATER_LOOKS; looks++)
		result = look_on(scan, proc);
	if (result == 0)
		result = look_at_younger_parents(scan, dirfd(proc));
	free(scan->all);
	return result < 0 ? report_error(report, errno, "cannot look at the processes") : 0;
}

static int
take_process(void *data, const struct scan_process *process, int *pidfd)
{
	struct scan_processes *processes = data;
	struct scan_found *grown =
		reallocarray(processes->all, processes->count + 1, sizeof(*grown));

	(void)pidfd;
	if (!grown)
		return -1;
	processes->all = grown;
	grown[processes->count++] = (struct scan_found){
		.pid = process->pid, .root = process->root, .is_apart = process->is_apart};
	return 0;
}

int
scan_inside(struct membership *membership, struct scan_processes *processes, struct report *report)
{
	struct scan scan = {.membership = membership, .act = take_process, .data = processes};

	*processes = (struct scan_processes){0};
	if (membership_learn_all(membership, report) < 0)
		return -1;
	if (scan_all(&scan, report) == 0 && !membership->is_short)
		return 0;
	scan_processes_release(processes);
	return membership->is_short ? report_error(report, EMFILE, "cannot look at every process")
				    : -1;
}

void
scan_processes_release(struct scan_processes *processes)
{
	free(processes->all);
	*processes = (struct scan_processes){0};
}
