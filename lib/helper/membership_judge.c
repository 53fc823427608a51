/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/membership_judge.h"

#include "common/cleanup.h"
#include "helper/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/*
 * Bytes read of a foreign namespace's mountinfo; a copy of the pinned one begins with `/`. Threat:
 * a user delays stop with a namespace of a hundred thousand mounts. Defence: this limit.
 */
#define FOREIGN_BYTES (256 * 1024)

void
membership_note_shortage(struct membership *membership)
{
	membership->is_short |= errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

int
membership_of_mountinfo(const struct membership *membership, int directory)
{
	cleanup_file FILE *mountinfo = process_open_mountinfo(directory);
	cleanup_free char *text = NULL;
	size_t size = 0, total = 0;
	ssize_t length;

	if (!mountinfo)
		return MEMBERSHIP_UNKNOWN;
	while (total < FOREIGN_BYTES && (length = getline(&text, &size, mountinfo)) > 0) {
		struct process_mount mount;
		int root;

		total += (size_t)length;
		if (!process_parse_mount(text, &mount))
			continue;
		root = membership_of_foreign_mount(membership, &mount);
		if (root != MEMBERSHIP_NONE)
			return root;
	}
	return ferror(mountinfo) ? MEMBERSHIP_UNKNOWN : MEMBERSHIP_NONE;
}

/*
 * True if the thread is in the host's namespace, or in a copy with the host's `/` as root
 * directory, as a session is (pam_namespace(8), unshare(1)). True also for a thread that cannot be
 * examined: nothing is proved of it.
 */
static bool
is_on_host(const struct membership *membership, int task, uint64_t namespace)
{
	uint64_t device, inode;

	return namespace == membership->host_namespace ||
	       process_read_directory(task, "root", &device, &inode) < 0 ||
	       (device == membership->host_device && inode == membership->host_inode);
}

/* True for an unprivileged user that chroot-enter admits. */
static bool
is_listed(const struct membership *membership, int root, const struct process_status *status)
{
	bool result;

	if (!process_is_unprivileged(status))
		return false;
	result = membership_has_user(membership, root, status->uids[0]) ||
		 membership_has_group(membership, root, status->gid);
	for (size_t i = 0; i < status->group_count && !result; i++)
		result = membership_has_group(membership, root, status->groups[i]);
	return result;
}

/*
 * True if all threads of the task's process are listed. Each has credentials of its own, and a
 * signal ends them together.
 */
static bool
are_threads_listed(struct membership *membership, int task, int root)
{
	cleanup_directory DIR *tasks = process_open_tasks(task, "..");
	struct dirent *entry;
	bool result = tasks;

	if (!tasks)
		membership_note_shortage(membership);
	while (result && (entry = readdir(tasks))) {
		cleanup_fd int other = -1;
		struct process_status status;

		if (process_pid_of(entry) == 0)
			continue;
		other = openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (other < 0 || process_read_status(other, &status) < 0) {
			membership_note_shortage(membership);
			return false;
		}
		result = is_listed(membership, root, &status);
		process_status_release(&status);
	}
	return result;
}

int
membership_of_known_namespace(const struct membership *membership, uint64_t number)
{
	const struct membership_namespace *known =
		numbers_find(&membership->namespaces, sizeof(*known), number);

	return known ? known->root : membership_of_namespace(membership, number);
}

/*
 * Remembers the thread's namespace, so that later processes in it are known by its number. In a
 * fork loop they exit before their mountinfo is read.
 */
static void
remember_namespace(struct membership *membership, int task, int root)
{
	cleanup_fd int fd = -1;
	struct membership_namespace *added;
	struct rlimit limit;
	struct stat found;

	/* each keeps a descriptor open; pidfds need the others */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
		membership->namespaces.count >= limit.rlim_cur / 8)
		return;
	fd = openat(task, "ns/mnt", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &found) < 0 || found.st_ino == membership->host_namespace ||
		membership_of_known_namespace(membership, found.st_ino) != MEMBERSHIP_NONE)
		return;
	added = numbers_insert(&membership->namespaces, sizeof(*added), found.st_ino);
	if (!added)
		return;
	added->root = root;
	added->fd = steal_fd(&fd);
}

/*
 * Returns the root of the mounts in a foreign namespace, from one read of its mountinfo, or
 * MEMBERSHIP_NONE. Only "none" is remembered, because namespace numbers are reused. The next stop
 * corrects a stale "none"; a stale root would kill an unrelated process.
 */
static int
root_by_foreign_mounts(struct membership *membership, int task, uint64_t namespace)
{
	uint64_t view = 0, mount;
	int root;

	if (!membership_can_judge_mounts(membership))
		return MEMBERSHIP_NONE;
	/*
	 * mountinfo depends on the root directory; both numbers have 32 bits (struct ns_common,
	 * struct mount)
	 */
	if (process_read_mount(task, "root", &mount) < 0)
		mount = 0;
	if (namespace <= UINT32_MAX && mount <= UINT32_MAX)
		view = namespace << 32 | mount;
	if (numbers_find(&membership->unrelated, sizeof(view), view))
		return MEMBERSHIP_NONE;
	root = membership_of_mountinfo(membership, task);
	if (root == MEMBERSHIP_UNKNOWN) {
		membership_note_shortage(membership);
		return MEMBERSHIP_NONE;
	}
	if (root == MEMBERSHIP_NONE && view != 0)
		numbers_insert(&membership->unrelated, sizeof(view), view);
	return root;
}

/*
 * Returns the root that the thread's root or working directory lies in.
 *
 * Threat: a listed user starts a daemon of the superuser from a directory below /proc/PID/root of a
 * process inside, and stop kills it. Defence: on the host, a working directory alone counts only
 * for an unprivileged process of a listed user. Others keep the root busy, and holders_find names
 * them.
 */
static int
root_by_directories(struct membership *membership, int task, uint64_t namespace)
{
	int root = MEMBERSHIP_NONE;
	uint64_t mount;

	if (process_read_mount(task, "root", &mount) == 0)
		root = membership_of_mount(membership, mount);
	if (root != MEMBERSHIP_NONE)
		return root;
	if (process_read_mount(task, "cwd", &mount) == 0)
		root = membership_of_mount(membership, mount);
	if (root != MEMBERSHIP_NONE && is_on_host(membership, task, namespace) &&
		!are_threads_listed(membership, task, root))
		return MEMBERSHIP_NONE;
	return root;
}

/*
 * Returns the root of the mounts that the thread uses or sees. A number may just have been reused,
 * so the root is refreshed until found twice in a row. A mount keeps its id while a thread uses it:
 * one used before and after a refresh that finds it inside is inside.
 */
static int
root_by_mounts(struct membership *membership, int task, uint64_t namespace)
{
	int before = MEMBERSHIP_NONE;

	for (size_t tries = 0; tries <= membership->count + 1; tries++) {
		int root = root_by_directories(membership, task, namespace);
		bool is_foreign =
			root == MEMBERSHIP_NONE && namespace != membership->host_namespace;

		if (is_foreign)
			root = root_by_foreign_mounts(membership, task, namespace);
		if (root == MEMBERSHIP_NONE)
			return MEMBERSHIP_NONE;
		if (root == before) {
			if (is_foreign)
				remember_namespace(membership, task, root);
			return root;
		}
		before = root;
		if (membership_refresh(membership, root) < 0 || membership_sort(membership) < 0) {
			membership->is_short = true;
			return MEMBERSHIP_NONE;
		}
	}
	return MEMBERSHIP_NONE;
}

bool
membership_is_apart(const struct membership *membership, uint64_t namespace)
{
	return namespace != membership->host_namespace &&
	       membership_of_namespace(membership, namespace) == MEMBERSHIP_NONE;
}

/*
 * Examines every thread, because one can outlive the leader and have a namespace of its own.
 *
 * Threat: a listed user enters from a shell with background jobs, or adopts a daemon of the
 * superuser (PR_SET_CHILD_SUBREAPER, prctl(2)). Stop then kills a process that was never inside.
 * Defence: descent does not count on the host. A process inside cannot return there, because
 * setns(2) needs CAP_SYS_ADMIN.
 */
int
membership_of_process(struct membership *membership, int directory, int parent_root, bool *is_apart)
{
	cleanup_directory DIR *tasks = process_open_tasks(directory, "task");
	int root = MEMBERSHIP_NONE;
	struct dirent *entry;

	if (!tasks)
		membership_note_shortage(membership);
	while (tasks && root == MEMBERSHIP_NONE && (entry = readdir(tasks))) {
		cleanup_fd int task = -1;
		struct process_stat stat;
		uint64_t namespace;

		if (process_pid_of(entry) == 0)
			continue;
		task = openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (task < 0 || process_read_stat(task, &stat) < 0) {
			membership_note_shortage(membership);
			continue;
		}
		if (stat.state == 'Z' || stat.state == 'X' ||
			process_read_namespace(task, "ns/mnt", &namespace) < 0)
			continue;
		root = membership_of_known_namespace(membership, namespace);
		if (root == MEMBERSHIP_NONE && parent_root != MEMBERSHIP_NONE &&
			!is_on_host(membership, task, namespace))
			root = parent_root;
		if (root == MEMBERSHIP_NONE)
			root = root_by_mounts(membership, task, namespace);
		*is_apart = root != MEMBERSHIP_NONE && membership_is_apart(membership, namespace);
	}
	return root;
}
