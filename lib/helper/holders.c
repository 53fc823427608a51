/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/holders.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/namespace.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/escape.h"
#include "helper/host_mounts.h"
#include "helper/membership_judge.h"
#include "helper/numbers.h"
#include "helper/process.h"
#include "helper/state.h"
#include "helper/turn.h"

#include <sched.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <linux/kcmp.h>

#define NAMED 8 /* per kind and root; the others are counted */
#define LET_GO_MS 1000
#define LOOK_AGAIN_MS 20

struct scan {
	struct membership *membership; /* borrowed */
	int turns; /* borrowed; the state directory */
	struct holders *holders; /* borrowed */
	int host; /* borrowed */
	int self; /* owned; the host's /proc/self */
	uint64_t nsfs; /* device number of nsfs */
	struct host_mounts mounts;
	struct numbers seen; /* examined namespaces, with their roots */
};

/*
 * Returns -1 if errno means a lack of descriptors or memory; else 0, to skip a process that has
 * exited or denies access.
 */
static int
fail_if_short(void)
{
	return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -1 : 0;
}

void
holders_release(struct holders *holders)
{
	free(holders->all);
	*holders = (struct holders){0};
}

/* Reads a process's command, "" if it has exited. Returns 0, or -1 with errno set. */
static int
read_command(int directory, char *name, size_t size)
{
	cleanup_fd int fd = openat(directory, "comm", O_RDONLY | O_CLOEXEC);
	cleanup_free char *escaped = NULL;
	char text[16 + 1]; /* TASK_COMM_LEN, with a newline for its NUL */
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (length > 0 && text[length - 1] == '\n')
		length--;
	text[length > 0 ? length : 0] = '\0';
	escaped = escape_unprintable(text);
	if (!escaped)
		return -1;
	snprintf(name, size, "%s", escaped);
	return 0;
}

static bool
is_known(const struct holders *holders, enum holder_kind kind, int root, pid_t pid)
{
	/* the entries of one process are adjacent */
	for (size_t i = holders->count; i-- > 0 && holders->all[i].pid == pid;)
		if (holders->all[i].kind == kind && holders->all[i].root == root)
			return true;
	return false;
}

int
holders_add(
	struct holders *holders, enum holder_kind kind, int root, const struct holders_owner *owner)
{
	struct holder *grown;

	if (owner->pid != 0 && is_known(holders, kind, root, owner->pid))
		return 0;
	grown = reallocarray(holders->all, holders->count + 1, sizeof(*grown));
	if (!grown)
		return -1;
	holders->all = grown;
	grown += holders->count++;
	*grown = (struct holder){.kind = kind, .root = root, .pid = owner->pid};
	if (!owner->name)
		return read_command(owner->directory, grown->name, sizeof(grown->name));
	snprintf(grown->name, sizeof(grown->name), "%s", owner->name);
	return 0;
}

/* Learns the root's numbers again, because one may have been reused. */
static int
refresh_root(struct scan *scan, int root)
{
	return membership_refresh(scan->membership, root) < 0 ? -1
							      : membership_sort(scan->membership);
}

static int
examine_mount(
	struct scan *scan, const struct holders_owner *owner, enum holder_kind kind, uint64_t id)
{
	const struct numbers_root *mount = numbers_find(&scan->mounts.in_roots, sizeof(*mount), id);
	int root;

	if (mount)
		return holders_add(scan->holders, HOLDER_HOST, mount->root, owner);
	root = membership_of_mount(scan->membership, id);
	/* skips known holders: there may be a hundred thousand descriptors */
	if (root == MEMBERSHIP_NONE || is_known(scan->holders, kind, root, owner->pid))
		return 0;
	if (refresh_root(scan, root) < 0)
		return -1;
	return membership_of_mount(scan->membership, id) == root
		       ? holders_add(scan->holders, kind, root, owner)
		       : 0;
}

/* Joins the namespace only to read its mountinfo. */
static int
root_of_joined(struct scan *scan, int namespace, int *root)
{
	int result;

	if (turn_take(scan->turns) < 0)
		return -1;
	if (namespace_join(namespace) < 0) {
		result = fail_if_short();
	} else {
		*root = membership_of_mountinfo(scan->membership, scan->self);
		result = namespace_join(scan->host);
	}
	turn_leave(scan->turns);
	return result;
}

static int
find_namespace_root(struct scan *scan, int path, int *root)
{
	cleanup_fd int namespace = -1;
	char name[32];

	*root = MEMBERSHIP_NONE;
	snprintf(name, sizeof(name), "fd/%d", path);
	namespace = openat(scan->self, name, O_RDONLY | O_CLOEXEC);
	if (namespace < 0)
		return fail_if_short();
	if (ioctl(namespace, NAMESPACE_GET_TYPE) != CLONE_NEWNS)
		return 0;
	if (root_of_joined(scan, namespace, root) < 0)
		return -1;
	if (*root < 0)
		return 0;
	/* must match again, as a mount's id */
	if (refresh_root(scan, *root) < 0)
		return -1;
	return root_of_joined(scan, namespace, root);
}

/*
 * Examines a link in /proc that led to a namespace. O_PATH comes first: by now it may lead to a
 * device, which must not be opened.
 */
static int
examine_namespace(
	struct scan *scan, const struct holders_owner *owner, int directory, const char *name)
{
	cleanup_fd int path = openat(directory, name, O_PATH | O_CLOEXEC);
	const struct numbers_root *seen;
	struct stat found;
	int root;

	if (path < 0)
		return fail_if_short();
	if (fstat(path, &found) < 0 || found.st_dev != scan->nsfs ||
		found.st_ino == scan->membership->host_namespace ||
		membership_of_namespace(scan->membership, found.st_ino) != MEMBERSHIP_NONE)
		return 0;
	seen = numbers_find(&scan->seen, sizeof(*seen), found.st_ino);
	root = seen ? seen->root : MEMBERSHIP_NONE;
	if (!seen && (find_namespace_root(scan, path, &root) < 0 ||
			     numbers_add_root(&scan->seen, found.st_ino, root) < 0))
		return -1;
	return root < 0 ? 0 : holders_add(scan->holders, HOLDER_NAMESPACE, root, owner);
}

/*
 * Examines a link in /proc without asking its filesystem, since some never answer. kind: of a
 * holder of a mount.
 */
static int
examine_link(struct scan *scan, const struct holders_owner *owner, enum holder_kind kind,
	int directory, const char *name)
{
	struct statx found;

	if (statx(directory, name, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &found) < 0)
		return 0; /* closed meanwhile */
	if (makedev(found.stx_dev_major, found.stx_dev_minor) == scan->nsfs)
		return examine_namespace(scan, owner, directory, name);
	return examine_mount(scan, owner, kind, found.stx_mnt_id);
}

static int
examine_owner(struct scan *scan, const struct holders_owner *owner)
{
	cleanup_fd int fd = openat(owner->directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_directory DIR *descriptors = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!descriptors)
		return fail_if_short();
	steal_fd(&fd);
	if (examine_link(scan, owner, HOLDER_FILE, owner->directory, "exe") < 0 ||
		examine_link(scan, owner, HOLDER_DIRECTORY, owner->directory, "cwd") < 0 ||
		examine_link(scan, owner, HOLDER_FILE, owner->directory, "root") < 0)
		return -1;
	while ((entry = readdir(descriptors)))
		if (entry->d_name[0] != '.' && examine_link(scan, owner, HOLDER_FILE,
						       dirfd(descriptors), entry->d_name) < 0)
			return -1;
	return 0;
}

static bool
shares_with_leader(pid_t pid, pid_t thread, int resource)
{
	return syscall(SYS_kcmp, pid, thread, resource, 0, 0) == 0;
}

/*
 * Examines each thread that does not share descriptors and directories with the leader, which may
 * have exited.
 */
static int
examine_process(void *data, pid_t pid, int directory)
{
	struct scan *scan = data;
	cleanup_fd int fd = openat(directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_directory DIR *tasks = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!tasks)
		return fail_if_short();
	steal_fd(&fd);
	while ((entry = readdir(tasks))) {
		pid_t thread = process_pid_of(entry);
		cleanup_fd int task = -1;
		struct holders_owner owner = {.pid = pid};

		if (thread == 0 || (thread != pid && shares_with_leader(pid, thread, KCMP_FILES) &&
					   shares_with_leader(pid, thread, KCMP_FS)))
			continue;
		owner.directory = task =
			openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (task < 0 ? fail_if_short() < 0 : examine_owner(scan, &owner) < 0)
			return -1;
	}
	return 0;
}

int
holders_each_process(int (*act)(void *data, pid_t pid, int directory), void *data)
{
	cleanup_directory DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc)
		return -1;
	while ((errno = 0, entry = readdir(proc))) {
		pid_t pid = process_pid_of(entry);
		cleanup_fd int directory = -1;

		if (pid == 0 || pid == getpid())
			continue;
		directory = openat(dirfd(proc), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (directory < 0 ? fail_if_short() < 0 : act(data, pid, directory) < 0)
			return -1;
	}
	return errno == 0 ? 0 : -1;
}

/*
 * Skips the pinned namespaces. Descriptors of them are harmless, because stop empties them from
 * inside. To read one is to join it, and a concurrent stop would take this process for one inside.
 */
static int
skip_pins(struct scan *scan)
{
	cleanup_fd int state = state_open();
	char **names = NULL;
	size_t count = 0;
	int result = state < 0 ? 0 : state_names(state, &names, &count);

	for (size_t i = 0; i < count; i++) {
		char pin[NAME_LENGTH + sizeof("/ns")];
		struct stat found;

		snprintf(pin, sizeof(pin), "%s/ns", names[i]);
		if (result == 0 && fstatat(state, pin, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
			found.st_dev == scan->nsfs)
			result = numbers_add_root(&scan->seen, found.st_ino, MEMBERSHIP_NONE);
		free(names[i]);
	}
	free(names);
	return result;
}

static int
examine_all(struct scan *scan, const char *const *paths)
{
	cleanup_file FILE *mountinfo = NULL;
	struct stat own;

	if (stat("/proc/self/ns/mnt", &own) < 0 || membership_sort(scan->membership) < 0)
		return -1;
	scan->nsfs = own.st_dev;
	if (skip_pins(scan) < 0)
		return -1;
	mountinfo = fopen("/proc/self/mountinfo", "re");
	if (!mountinfo ||
		host_mounts_read(&scan->mounts, mountinfo, paths, scan->membership->count) < 0)
		return -1;
	for (size_t i = 0; i < scan->mounts.pin_count; i++) {
		const char *pin = scan->mounts.pins[i];
		const struct holders_owner owner = {.directory = -1, .name = pin};

		if (examine_namespace(scan, &owner, AT_FDCWD, pin) < 0)
			return -1;
	}
	return holders_each_process(examine_process, scan);
}

int
holders_find(struct holders *holders, struct membership *membership, int host, int turns,
	const char *const *paths, struct report *report)
{
	struct scan scan = {.membership = membership,
		.turns = turns,
		.holders = holders,
		.host = host,
		.self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	int result;

	*holders = (struct holders){0};
	result = scan.self < 0 ? -1 : examine_all(&scan, paths);
	cleanup_fd_release(&scan.self);
	host_mounts_release(&scan.mounts);
	numbers_release(&scan.seen);
	if (result == 0)
		return 0;
	holders_release(holders);
	return report_error(report, errno, "cannot look at every descriptor");
}

bool
holders_pause(const struct timespec *begin)
{
	const struct timespec pause = {.tv_nsec = LOOK_AGAIN_MS * 1000 * 1000};
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - begin->tv_sec) * 1000 + (now.tv_nsec - begin->tv_nsec) / 1000000 >=
		LET_GO_MS)
		return false;
	nanosleep(&pause, NULL);
	return true;
}

const char *
holders_name(
	const struct holders *holders, enum holder_kind kind, int root, char *text, size_t size)
{
	size_t length = 0, count = 0;

	text[0] = '\0';
	for (size_t i = 0; i < holders->count; i++) {
		const struct holder *holder = &holders->all[i];
		const char *between = count == 0 ? "" : ", ";

		if (holder->kind != kind || holder->root != root || count++ >= NAMED)
			continue;
		if (holder->pid != 0)
			snprintf(text + length, size - length, "%s%d (%s)", between, holder->pid,
				holder->name);
		else
			snprintf(text + length, size - length, "%s%s", between, holder->name);
		length += strlen(text + length);
	}
	if (count > NAMED)
		snprintf(text + length, size - length, " and %zu more", count - NAMED);
	return text;
}
