/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/membership_judge.h"

#include "common/cleanup.h"
#include "common/syscalls.h"
#include "helper/process.h"

#include <sys/resource.h>

/* What could not be looked at for want of something is not known to be outside. */
void
membership_note_shortage(struct membership *membership)
{
	membership->is_short |= errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

/* Whose mark is found first in a mountinfo. */
struct marked {
	const struct membership *membership; /* borrowed */
	int root;
};

static bool
is_marked(const struct process_mount *line, void *data)
{
	struct marked *marked = data;

	marked->root = membership_of_line(marked->membership, line);
	return marked->root != MEMBERSHIP_NONE;
}

int
membership_marked_root(const struct membership *membership, int directory)
{
	struct marked marked = {.membership = membership, .root = MEMBERSHIP_NONE};

	return process_any_mount(directory, MEMBERSHIP_STRANGE_BYTES, is_marked, &marked) < 0
		       ? MEMBERSHIP_UNKNOWN
		       : marked.root;
}

/*
 * True if the thread is on the host: in the host's mount namespace, or in a copy of it with the
 * host's `/` as root directory, as a session has (pam_namespace(8), unshare(1)). True as well for a
 * thread that cannot be looked at, because nothing is proved of it.
 */
static bool
is_on_host(const struct membership *membership, int task, uint64_t namespace)
{
	uint64_t device, inode;

	return namespace == membership->host ||
	       process_read_directory(task, "root", &device, &inode) < 0 ||
	       (device == membership->host_device && inode == membership->host_inode);
}

/* True if a thread is an unprivileged one of a user whom chroot-enter would let in. */
static bool
is_listed(struct membership *membership, int task, int root)
{
	struct process_status status;
	bool result = false;

	if (process_read_status(task, &status) < 0) {
		membership_note_shortage(membership);
		return false;
	}
	if (process_is_unprivileged(&status)) {
		result = membership_has_user(membership, root, status.uids[0]) ||
			 membership_has_group(membership, root, status.gid);
		for (size_t i = 0; i < status.group_count && !result; i++)
			result = membership_has_group(membership, root, status.groups[i]);
	}
	process_status_release(&status);
	return result;
}

/* True if all threads are: a signal ends them together, and each has credentials of its own. */
static bool
are_threads_listed(struct membership *membership, int task, int root)
{
	cleanup_directory DIR *tasks = process_open_tasks(task, "..");
	struct dirent *entry;

	if (!tasks) {
		membership_note_shortage(membership);
		return false;
	}
	while ((entry = readdir(tasks))) {
		cleanup_fd int other = -1;

		if (process_pid_of(entry) == 0)
			continue;
		other = openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (other < 0) {
			membership_note_shortage(membership);
			return false;
		}
		if (!is_listed(membership, other, root))
			return false;
	}
	return true;
}

/*
 * Returns the root that the mount lies in to which the thread's link leads. The id may have gone to
 * a mount elsewhere after it was freed inside: root_of_stranger asks again.
 */
static int
root_of_link(const struct membership *membership, int task, const char *name)
{
	struct statx found;

	if (statx(task, name, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &found) < 0)
		return MEMBERSHIP_NONE;
	return membership_of_mount(membership, found.stx_mnt_id);
}

/*
 * Finds the root that the thread's root or working directory lies in.
 *
 * Threat: a listed user starts a program that becomes a daemon of the superuser, from a working
 * directory below /proc/PID/root of a process inside, and stop kills the daemon. Defence: on
 * the host, a working directory alone counts for an unprivileged process of a listed user only. The
 * others keep the root busy, and holders_find names them.
 */
static int
root_stood_in(struct membership *membership, int task, uint64_t namespace)
{
	int root = root_of_link(membership, task, "root");

	if (root != MEMBERSHIP_NONE)
		return root;
	root = root_of_link(membership, task, "cwd");
	if (root != MEMBERSHIP_NONE && is_on_host(membership, task, namespace) &&
		!are_threads_listed(membership, task, root))
		return MEMBERSHIP_NONE;
	return root;
}

/* Whose it is, for the pinned namespaces and those found so far. */
int
membership_of_known(const struct membership *membership, uint64_t namespace)
{
	const struct membership_namespace *known =
		numbers_find(&membership->namespaces, sizeof(*known), namespace);

	return known ? known->root : membership_of_namespace(membership, namespace);
}

/* Remembers a thread's namespace, so that one who forks fast in it is known by one look at its
 * number. */
static void
remember_namespace(struct membership *membership, int task, int root)
{
	cleanup_fd int fd = -1;
	struct membership_namespace *added;
	struct rlimit limit;
	struct stat found;

	/* each keeps a descriptor open: those that processes are held by must not run out for it */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
		membership->namespaces.count >= limit.rlim_cur / 8)
		return;
	fd = openat(task, "ns/mnt", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &found) < 0 || found.st_ino == membership->host ||
		membership_of_known(membership, found.st_ino) != MEMBERSHIP_NONE)
		return;
	added = numbers_insert(&membership->namespaces, sizeof(*added), found.st_ino);
	if (!added)
		return;
	added->root = root;
	added->fd = steal_fd(&fd);
}

/*
 * Numbers what mountinfo shows of a namespace: that is decided by the mount of the thread's root
 * directory, too. Returns 0 where the two do not fit, as they do with 32 bits each (ns_common and
 * mount in the kernel).
 */
static uint64_t
number_view(uint64_t namespace, uint64_t mount)
{
	return namespace <= UINT32_MAX && mount <= UINT32_MAX ? namespace << 32 | mount : 0;
}

/*
 * Whose is a strange namespace? It is read once. Only that it holds nothing is remembered: its
 * number may go to another, and what is missed so is found by the next stop, what was hit wrongly
 * is dead.
 */
static int
root_of_strange(struct membership *membership, int task, uint64_t namespace)
{
	uint64_t view = number_view(namespace, 0);
	struct statx root;
	int marked;

	if (!membership_has_marks(membership))
		return MEMBERSHIP_NONE;
	if (statx(task, "root", AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &root) == 0)
		view = number_view(namespace, root.stx_mnt_id);
	if (view != 0 && numbers_find(&membership->unrelated, sizeof(view), view))
		return MEMBERSHIP_NONE;
	marked = membership_marked_root(membership, task);
	if (marked == MEMBERSHIP_UNKNOWN)
		membership_note_shortage(membership);
	else if (marked == MEMBERSHIP_NONE && view != 0)
		numbers_insert(&membership->unrelated, sizeof(view), view);
	return marked == MEMBERSHIP_UNKNOWN ? MEMBERSHIP_NONE : marked;
}

/* What speaks for a thread's being inside of a root. */
struct hint {
	int root;
	bool is_namespace; /* the namespace itself, and not only where the thread stands */
};

static struct hint
find_hint(struct membership *membership, int task, uint64_t namespace)
{
	struct hint hint = {.root = root_stood_in(membership, task, namespace)};

	if (hint.root == MEMBERSHIP_NONE && namespace != membership->host) {
		hint.root = root_of_strange(membership, task, namespace);
		hint.is_namespace = true;
	}
	return hint;
}

/*
 * A number may have gone from a root to somebody else just now: so that root is learned anew, until
 * one and the same is hinted at twice. A mount keeps its id as long as a thread stands on it, so
 * one that the thread stands on before and after, and that is inside in between, is inside.
 */
static int
root_of_stranger(struct membership *membership, int task, uint64_t namespace)
{
	struct hint hint = find_hint(membership, task, namespace);

	for (size_t tries = 0; hint.root != MEMBERSHIP_NONE && tries <= membership->count;
		tries++) {
		int root = hint.root;

		if (membership_learn_again(membership, root) < 0 ||
			membership_sort(membership) < 0) {
			membership->is_short = true;
			return MEMBERSHIP_NONE;
		}
		hint = find_hint(membership, task, namespace);
		if (hint.root != root)
			continue;
		if (hint.is_namespace)
			remember_namespace(membership, task, root);
		return root;
	}
	return MEMBERSHIP_NONE;
}

bool
membership_is_apart(const struct membership *membership, uint64_t namespace)
{
	return namespace != membership->host &&
	       membership_of_namespace(membership, namespace) == MEMBERSHIP_NONE;
}

/*
 * parent_root: the root that the process' parent is inside of, or MEMBERSHIP_NONE.
 *
 * Threat: a listed user enters from a shell that has background jobs, or adopts a daemon of the
 * superuser (PR_SET_CHILD_SUBREAPER, prctl(2)), and stop kills a process that was never inside.
 * Defence: descent does not count on the host. A process inside cannot return to the host's
 * namespace, because setns(2) asks for the superuser's capabilities.
 */
int
membership_of_thread(struct membership *membership, int task, int parent_root, bool *is_apart)
{
	struct stat namespace;
	int root;

	if (fstatat(task, "ns/mnt", &namespace, 0) < 0)
		return MEMBERSHIP_NONE; /* it has exited */
	root = membership_of_known(membership, namespace.st_ino);
	if (root == MEMBERSHIP_NONE && parent_root != MEMBERSHIP_NONE &&
		!is_on_host(membership, task, namespace.st_ino))
		root = parent_root;
	if (root == MEMBERSHIP_NONE)
		root = root_of_stranger(membership, task, namespace.st_ino);
	*is_apart = root != MEMBERSHIP_NONE && membership_is_apart(membership, namespace.st_ino);
	return root;
}
