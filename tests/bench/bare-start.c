/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bare-start STATE TREES NUMBER: what starting the roots TREES/r1, TREES/r2, … cannot cost less
 * than. Makes the namespaces of the default plan with the mount calls of the real start, pins them
 * in STATE, and judges, reads and records nothing.
 */
#include "common/syscalls.h"

#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const sources[] = {"/dev", "/sys", "/run", "/tmp"};

enum {
	BINDS = sizeof(sources) / sizeof(sources[0]),
	RECORD = 729, /* bytes in a record of the default configuration */
};

static int
must(int result, const char *what)
{
	if (result < 0)
		err(EXIT_FAILURE, "%s", what);
	return result;
}

static void
change(int fd, unsigned flags, uint64_t set, uint64_t propagation)
{
	struct syscall_mount_attr attr = {.attr_set = set, .propagation = propagation};

	must(syscall_mount_setattr(fd, "", AT_EMPTY_PATH | flags, &attr), "mount_setattr");
}

static int
clone_tree(const char *path, unsigned flags, uint64_t set)
{
	int fd =
		must(syscall_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags),
			path);

	change(fd, AT_RECURSIVE, set, MS_SLAVE);
	return fd;
}

/* options: key, value, … */
static int
make_filesystem(const char *type, const char *const *options, unsigned attributes)
{
	int context = must(syscall_fsopen(type, FSOPEN_CLOEXEC), type);
	int fd;

	must(syscall_fsconfig(context, FSCONFIG_SET_STRING, "source", type), type);
	for (; *options; options += 2)
		must(syscall_fsconfig(context, FSCONFIG_SET_STRING, options[0], options[1]), type);
	must(syscall_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL), type);
	fd = must(syscall_fsmount(context, FSMOUNT_CLOEXEC, attributes), type);
	close(context);
	return fd;
}

static void
attach(int fd, const char *target)
{
	int on = must(open(target, O_PATH | O_NOFOLLOW | O_CLOEXEC), target);

	must(syscall_move_mount(fd, on, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH), target);
	close(on);
}

static void
take_as_root(int tree)
{
	attach(tree, "/");
	must(fchdir(tree), "fchdir");
	must(syscall_pivot_root(".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "umount2");
	must(chdir("/"), "chdir");
}

/* Leaves the process in it. */
static int
make_minimal(int proc)
{
	static const char *const options[] = {"size", "4k", "nr_inodes", "1", "mode", "0555", NULL};
	int copied, nothing;

	must(unshare(CLONE_NEWNS), "unshare");
	copied = must(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), "/");
	change(copied, AT_RECURSIVE, 0, MS_PRIVATE);
	close(copied);
	nothing = make_filesystem("tmpfs", options, MOUNT_ATTR_RDONLY);
	take_as_root(nothing);
	close(nothing);
	return must(openat(proc, "mnt", O_RDONLY | O_CLOEXEC), "the minimal namespace");
}

static void
make_state(const char *state)
{
	static const char *const options[] = {"mode", "0700", "size", "64m", NULL};
	int run = must(open("/run", O_PATH | O_CLOEXEC), "/run");
	int fd;

	change(run, 0, 0, MS_SHARED);
	close(run);
	must(mkdir(state, 0700) < 0 && errno != EEXIST ? -1 : 0, state);
	fd = make_filesystem(
		"tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	attach(fd, state);
	change(fd, 0, 0, MS_UNBINDABLE);
	close(fd);
	must(chdir(state), state);
}

static void
pin(int namespace, const char *name)
{
	static const char record[RECORD];
	char source[64], target[64];
	int fd;

	must(mkdir(name, 0700), name);
	snprintf(target, sizeof(target), "%s/record", name);
	fd = must(open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), target);
	must((int)write(fd, record, sizeof(record)), target);
	close(fd);
	snprintf(target, sizeof(target), "%s/ns", name);
	close(must(open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), target));
	snprintf(source, sizeof(source), "/proc/self/fd/%d", namespace);
	must(mount(source, target, NULL, MS_BIND, NULL), target);
}

/* Leaves the process in the new namespace. */
static int
make_namespace(const char *tree, int proc, int minimal)
{
	static const char *const none[] = {NULL};
	static const char *const small[] = {"mode", "0755", "size", "1m", NULL};
	int root = clone_tree(tree, AT_RECURSIVE, MOUNT_ATTR_NOSUID);
	int binds[BINDS], fresh, openrc, resolv, namespace;

	for (int i = 0; i < BINDS; i++)
		binds[i] = clone_tree(sources[i], AT_RECURSIVE, 0);
	fresh = make_filesystem(
		"proc", none, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	openrc = make_filesystem("tmpfs", small, 0);
	resolv = clone_tree("/etc/resolv.conf", 0, MOUNT_ATTR_RDONLY);

	must(setns(minimal, CLONE_NEWNS), "setns");
	must(unshare(CLONE_NEWNS), "unshare");
	namespace = must(openat(proc, "mnt", O_RDONLY | O_CLOEXEC), "the new namespace");
	take_as_root(root);
	for (int i = 0; i < BINDS; i++) {
		attach(binds[i], sources[i]);
		close(binds[i]);
	}
	attach(fresh, "/proc");
	attach(openrc, "/run/openrc");
	attach(resolv, "/etc/resolv.conf");
	change(root, 0, 0, MS_SHARED);
	close(root);
	close(fresh);
	close(openrc);
	close(resolv);
	return namespace;
}

int
main(int argc, char **argv)
{
	int host, proc, state, minimal;

	if (argc != 4)
		errx(EXIT_FAILURE, "usage: bare-start STATE TREES NUMBER");
	host = must(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC), "the host's namespace");
	proc = must(open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC), "/proc/self/ns");
	make_state(argv[1]);
	state = must(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), argv[1]);
	minimal = make_minimal(proc);
	must(setns(host, CLONE_NEWNS), "setns");
	for (int i = 1; i <= atoi(argv[3]); i++) {
		char tree[4096], name[16];
		int namespace;

		snprintf(name, sizeof(name), "r%d", i);
		snprintf(tree, sizeof(tree), "%s/%s", argv[2], name);
		namespace = make_namespace(tree, proc, minimal);
		must(setns(host, CLONE_NEWNS), "setns");
		must(fchdir(state), argv[1]);
		pin(namespace, name);
		close(namespace);
	}
	return EXIT_SUCCESS;
}
