/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/holders.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/namespace.h"
#include "common/record.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/escape.h"
#include "helper/membership_judge.h"
#include "helper/numbers.h"
#include "helper/process.h"
#include "helper/state.h"
#include "helper/turn.h"

#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <linux/kcmp.h>

#define NAMED 8 /* holders of a kind; more are counted */

/* One look at all descriptors. */
struct scan {
	struct membership *membership; /* borrowed */
	struct holders *holders; /* borrowed */
	int host; /* borrowed; the host's mount namespace */
	int turns; /* borrowed; the state directory */
	int self; /* owned; /proc/self of the host */
	uint64_t nsfs; /* the filesystem of namespaces */
	struct numbers mounts; /* ids of the host's mounts in the roots' paths */
	struct numbers seen; /* namespaces, and what was found in them */
};

/* Nothing can be said of a process that has gone, or that we may not look at. 0, or -1 where others
 * can be looked at once there is room. */
static int
unless_short(void)
{
	return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -1 : 0;
}

static int
add_number(struct numbers *numbers, uint64_t number, int root)
{
	struct numbers_root *added = numbers_insert(numbers, sizeof(*added), number);

	if (!added)
		return -1;
	added->root = root;
	return 0;
}

/* Whose descriptors are looked at: a process, or a thread that has its own. */
struct owner {
	pid_t pid;
	int directory; /* borrowed; in /proc */
	const char *name; /* borrowed; what it is called if it is no process */
};

void
holders_release(struct holders *holders)
{
	free(holders->all);
	*holders = (struct holders){0};
}

/* Reads the command of a process, or "" for one that has exited. Returns 0, or -1 with errno set.
 */
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
	/* all of a process come one after the other */
	for (size_t i = holders->count; i-- > 0 && holders->all[i].pid == pid;)
		if (holders->all[i].kind == kind && holders->all[i].root == root)
			return true;
	return false;
}

static int
add_holder(struct holders *holders, enum holder_kind kind, int root, const struct owner *owner)
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

/* A number may have gone from a root to somebody else since it was learned. 0, or -1 with errno, as
 * all that follow. */
static int
learn_again(struct scan *scan, int root)
{
	return membership_refresh(scan->membership, root) < 0 ? -1
							      : membership_sort(scan->membership);
}

static int
look_at_mount(struct scan *scan, const struct owner *owner, enum holder_kind kind, uint64_t id)
{
	const struct numbers_root *mount = numbers_find(&scan->mounts, sizeof(*mount), id);
	int root;

	if (mount)
		return add_holder(scan->holders, HOLDER_HOST, mount->root, owner);
	root = membership_of_mount(scan->membership, id);
	/* what is known already is not asked for each of a hundred thousand descriptors */
	if (root == MEMBERSHIP_NONE || is_known(scan->holders, kind, root, owner->pid))
		return 0;
	if (learn_again(scan, root) < 0)
		return -1;
	return membership_of_mount(scan->membership, id) == root
		       ? add_holder(scan->holders, kind, root, owner)
		       : 0;
}

/* Joins the namespace for one look at what is mounted there; nothing in it is touched. */
static int
root_of_joined(struct scan *scan, int namespace, int *root)
{
	int result;

	if (turn_take(scan->turns) < 0)
		return -1;
	if (namespace_join(namespace) < 0) {
		result = unless_short();
	} else {
		*root = membership_of_mountinfo(scan->membership, scan->self);
		result = namespace_join(scan->host);
	}
	turn_leave(scan->turns);
	return result;
}

static int
look_into(struct scan *scan, int path, int *root)
{
	cleanup_fd int namespace = -1;
	char name[32];

	*root = MEMBERSHIP_NONE;
	snprintf(name, sizeof(name), "fd/%d", path);
	namespace = openat(scan->self, name, O_RDONLY | O_CLOEXEC);
	if (namespace < 0)
		return unless_short();
	if (ioctl(namespace, NAMESPACE_GET_TYPE) != CLONE_NEWNS)
		return 0;
	if (root_of_joined(scan, namespace, root) < 0)
		return -1;
	if (*root < 0)
		return 0;
	/* twice the same, as with a mount's id */
	if (learn_again(scan, *root) < 0)
		return -1;
	return root_of_joined(scan, namespace, root);
}

/*
 * Opened for its path alone first: the descriptor may become another's device by now, which is not
 * to be opened by us.
 */
static int
look_at_namespace(struct scan *scan, const struct owner *owner, int directory, const char *name)
{
	cleanup_fd int path = openat(directory, name, O_PATH | O_CLOEXEC);
	const struct numbers_root *seen;
	struct stat found;
	int root;

	if (path < 0)
		return unless_short();
	if (fstat(path, &found) < 0 || found.st_dev != scan->nsfs ||
		found.st_ino == scan->membership->host_namespace ||
		membership_of_namespace(scan->membership, found.st_ino) != MEMBERSHIP_NONE)
		return 0;
	seen = numbers_find(&scan->seen, sizeof(*seen), found.st_ino);
	root = seen ? seen->root : MEMBERSHIP_NONE;
	if (!seen && (look_into(scan, path, &root) < 0 ||
			     add_number(&scan->seen, found.st_ino, root) < 0))
		return -1;
	return root < 0 ? 0 : add_holder(scan->holders, HOLDER_NAMESPACE, root, owner);
}

/*
 * What one of the links in /proc leads to. No filesystem is asked, since some never answer. kind:
 * of a holder of a mount.
 */
static int
look_at_link(struct scan *scan, const struct owner *owner, enum holder_kind kind, int directory,
	const char *name)
{
	struct statx found;

	if (statx(directory, name, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &found) < 0)
		return 0; /* closed by now */
	if (makedev(found.stx_dev_major, found.stx_dev_minor) == scan->nsfs)
		return look_at_namespace(scan, owner, directory, name);
	return look_at_mount(scan, owner, kind, found.stx_mnt_id);
}

static int
look_at_owner(struct scan *scan, const struct owner *owner)
{
	cleanup_fd int fd = openat(owner->directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_directory DIR *descriptors = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!descriptors)
		return unless_short();
	steal_fd(&fd); /* the directory owns it now */
	if (look_at_link(scan, owner, HOLDER_FILE, owner->directory, "exe") < 0 ||
		look_at_link(scan, owner, HOLDER_DIRECTORY, owner->directory, "cwd") < 0 ||
		look_at_link(scan, owner, HOLDER_FILE, owner->directory, "root") < 0)
		return -1;
	while ((entry = readdir(descriptors)))
		if (entry->d_name[0] != '.' && look_at_link(scan, owner, HOLDER_FILE,
						       dirfd(descriptors), entry->d_name) < 0)
			return -1;
	return 0;
}

static bool
share(pid_t pid, pid_t thread, int what)
{
	return syscall(SYS_kcmp, pid, thread, what, 0, 0) == 0;
}

/* A thread whose leader has exited, or that has parted with it, has descriptors of its own. */
static int
look_at_threads(struct scan *scan, pid_t pid, int directory)
{
	cleanup_fd int fd = openat(directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_directory DIR *tasks = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!tasks)
		return unless_short();
	steal_fd(&fd); /* the directory owns it now */
	while ((entry = readdir(tasks))) {
		pid_t thread = process_pid_of(entry);
		cleanup_fd int task = -1;
		struct owner owner = {.pid = pid};

		if (thread == 0 || (thread != pid && share(pid, thread, KCMP_FILES) &&
					   share(pid, thread, KCMP_FS)))
			continue;
		owner.directory = task =
			openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (task < 0 ? unless_short() < 0 : look_at_owner(scan, &owner) < 0)
			return -1;
	}
	return 0;
}

/* Calls act for every process but this one. */
static int
for_each_process(int (*act)(void *data, pid_t pid, int directory), void *data)
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
		if (directory < 0 ? unless_short() < 0 : act(data, pid, directory) < 0)
			return -1;
	}
	return errno == 0 ? 0 : -1;
}

static int
look_at_process(void *data, pid_t pid, int directory)
{
	return look_at_threads(data, pid, directory);
}

/* A root's path, as the host resolves it. */
struct place {
	char *path; /* owned */
	int root;
};

struct places {
	struct place *all; /* owned; in order */
	size_t count;
};

static int
compare_places(const void *one, const void *other)
{
	const struct place *first = one;
	const struct place *second = other;

	return strcmp(first->path, second->path);
}

static void
release_places(struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		free(places->all[i].path);
	free(places->all);
}

static int
find_places(struct places *places, const char *const *paths, size_t count)
{
	*places = (struct places){.all = calloc(count + 1, sizeof(*places->all))};
	if (!places->all)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char *path = paths[i] ? realpath(paths[i], NULL) : NULL;

		if (path && strcmp(path, "/") != 0)
			places->all[places->count++] = (struct place){.path = path, .root = (int)i};
		else
			free(path); /* of `/`, everybody is a user */
	}
	qsort(places->all, places->count, sizeof(*places->all), compare_places);
	return 0;
}

/* The root at the path or, of those above it, the nearest. Cuts the path short. */
static int
root_at(const struct places *places, char *path)
{
	const struct place key = {.path = path};

	while (path[0] != '\0') {
		const struct place *found =
			bsearch(&key, places->all, places->count, sizeof(key), compare_places);
		char *slash = strrchr(path, '/');

		if (found)
			return found->root;
		if (!slash)
			break;
		*slash = '\0';
	}
	return MEMBERSHIP_NONE;
}

/* proc(5): blanks and backslashes are written as three octal digits. */
static void
unescape(char *text)
{
	char *to = text;

	while (*text != '\0') {
		unsigned byte;

		if (text[0] == '\\' && sscanf(text + 1, "%3o", &byte) == 1) {
			*to++ = (char)byte;
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* A namespace that somebody has pinned elsewhere. The other pins here are ours, each of a root of
 * its own. */
static int
look_at_pin(struct scan *scan, const char *target)
{
	const struct owner owner = {.directory = -1, .name = target};

	if (strncmp(target, STATE_DIRECTORY "/", sizeof(STATE_DIRECTORY)) == 0)
		return 0;
	return look_at_namespace(scan, &owner, AT_FDCWD, target);
}

static int
look_at_host_mount(struct scan *scan, const struct places *places, char *text)
{
	struct process_mount line;
	char within[PATH_MAX], target[PATH_MAX];
	int root;

	if (sscanf(text, "%*s %*s %*s %4095s %4095s", within, target) != 2 ||
		!process_parse_mount(text, &line))
		return 0;
	unescape(target);
	if (strncmp(within, "mnt:[", 5) == 0 && look_at_pin(scan, target) < 0)
		return -1;
	root = root_at(places, target);
	return root == MEMBERSHIP_NONE ? 0 : add_number(&scan->mounts, line.id, root);
}

static int
look_at_host(struct scan *scan, const struct places *places)
{
	cleanup_file FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
	cleanup_free char *text = NULL;
	size_t size = 0;

	if (!mountinfo)
		return -1;
	while (getline(&text, &size, mountinfo) > 0)
		if (look_at_host_mount(scan, places, text) < 0)
			return -1;
	return ferror(mountinfo) ? -1 : 0;
}

/*
 * What is pinned needs no look: a descriptor of it is harmless, since who stops that root empties
 * it from inside. And to look is to join: another stop, which has such a descriptor too, would take
 * us for somebody inside.
 */
static int
pass_over_pins(struct scan *scan)
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
			result = add_number(&scan->seen, found.st_ino, MEMBERSHIP_NONE);
		free(names[i]);
	}
	free(names);
	return result;
}

static int
look_at_all(struct scan *scan, const char *const *paths)
{
	struct places places;
	struct stat own;
	int result = -1;

	if (stat("/proc/self/ns/mnt", &own) < 0 || membership_sort(scan->membership) < 0 ||
		find_places(&places, paths, scan->membership->count) < 0)
		return -1;
	scan->nsfs = own.st_dev;
	if (pass_over_pins(scan) == 0 && look_at_host(scan, &places) == 0)
		result = for_each_process(look_at_process, scan);
	release_places(&places);
	return result;
}

int
holders_find(struct holders *holders, struct membership *membership, int host, int turns,
	const char *const *paths, struct report *report)
{
	struct scan scan = {.membership = membership,
		.holders = holders,
		.host = host,
		.turns = turns,
		.self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	int result;

	*holders = (struct holders){0};
	result = scan.self < 0 ? -1 : look_at_all(&scan, paths);
	cleanup_fd_release(&scan.self);
	numbers_release(&scan.mounts);
	numbers_release(&scan.seen);
	if (result == 0)
		return 0;
	holders_release(holders);
	return report_error(report, errno, "cannot look at every descriptor");
}

/*
 * The node of a block device; devtmpfs has it under the name that the driver gave. open(2): O_EXCL
 * without O_CREAT is refused while somebody has claimed the device, a mount say.
 */
static int
open_device(uint64_t device)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_EXCL | O_CLOEXEC;
	char path[PATH_MAX], line[256];
	cleanup_file FILE *event = NULL;
	int fd;

	snprintf(path, sizeof(path), "/dev/block/%u:%u", major(device), minor(device));
	fd = open(path, flags);
	if (fd >= 0 || errno == EBUSY)
		return fd;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/uevent", major(device), minor(device));
	event = fopen(path, "re");
	while (event && fgets(line, sizeof(line), event)) {
		char name[200];

		if (sscanf(line, "DEVNAME=%199s", name) != 1)
			continue;
		snprintf(path, sizeof(path), "/dev/%s", name);
		return open(path, flags);
	}
	errno = ENOENT;
	return -1;
}

static bool
is_claimed(uint64_t device)
{
	cleanup_fd int fd = open_device(device);

	return fd < 0 && errno == EBUSY;
}

struct device_users {
	struct holders *holders; /* borrowed */
	uint64_t device;
};

static int
look_for_device(void *data, pid_t pid, int directory)
{
	const struct device_users *users = data;
	const struct owner owner = {.pid = pid, .directory = directory};

	if (process_has_device(directory, users->device) <= 0)
		return 0;
	return add_holder(users->holders, HOLDER_NAMESPACE, 0, &owner);
}

int
holders_of_device(struct holders *holders, uint64_t device, struct report *report)
{
	struct device_users users = {.holders = holders, .device = device};
	cleanup_fd int self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int on_host = self < 0 ? -1 : process_has_device(self, device);

	*holders = (struct holders){0};
	if (on_host < 0)
		return report_error(report, errno, "cannot read what the host has mounted");
	if (on_host > 0 || !is_claimed(device))
		return 0;
	if (for_each_process(look_for_device, &users) == 0)
		return 1;
	holders_release(holders);
	return report_error(report, errno, "cannot look at the processes");
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
