/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/syscalls.h"
#include "helper/ownership_host.h"
#include "helper/ownership_inside.h"
#include "said.h"
#include "superuser/root.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

/*
 * Whose files are whose, as the room is told: while is_superusers is set, what belongs to the one
 * who runs the test is the superuser's, so that a good tree can be made by anybody. A file of which
 * stranger is the inode belongs to a user 4711 always.
 */
static bool is_superusers;
static ino_t stranger;

/* The directory that is on another mount, as the room is told; MOUNT is the id of that. */
static ino_t mountinfo;

#define MOUNT 4242424242

int __wrap_stat(const char *path, struct stat *found);
int __wrap_stat64(const char *path, struct stat *found);
int __wrap_fstat(int fd, struct stat *found);
int __wrap_fstat64(int fd, struct stat *found);
int __wrap_fstatat(int directory, const char *path, struct stat *found, int flags);
int __wrap_fstatat64(int directory, const char *path, struct stat *found, int flags);
int __wrap_statx(int directory, const char *path, int flags, unsigned mask, struct statx *found);
long __wrap_syscall(long number, ...);
long __real_syscall(long number, ...);

/* The system call itself: musl has no function for it before 1.2.5, and syscalls.h uses none
 * before 1.2.6. */
static int
real_statx(int directory, const char *path, int flags, unsigned mask, struct statx *found)
{
	return (int)__real_syscall(SYS_statx, directory, path, flags, mask, found);
}

static int
look(int directory, const char *path, struct stat *found, int flags)
{
	struct statx known;

	if (real_statx(directory, path, flags, STATX_BASIC_STATS, &known) < 0)
		return -1;
	*found = (struct stat){
		.st_dev = (dev_t)known.stx_dev_major << 32 | known.stx_dev_minor,
		.st_ino = known.stx_ino,
		.st_mode = known.stx_mode,
		.st_uid = is_superusers && known.stx_uid == geteuid() ? 0 : known.stx_uid,
	};
	if (found->st_ino == stranger)
		found->st_uid = 4711;
	return 0;
}

int
__wrap_stat(const char *path, struct stat *found)
{
	return look(AT_FDCWD, path, found, 0);
}

int
__wrap_fstat(int fd, struct stat *found)
{
	return look(fd, "", found, AT_EMPTY_PATH);
}

int
__wrap_fstatat(int directory, const char *path, struct stat *found, int flags)
{
	return look(directory, path, found, flags);
}

/* what glibc makes of them under _FILE_OFFSET_BITS=64 */
int
__wrap_stat64(const char *path, struct stat *found)
{
	return look(AT_FDCWD, path, found, 0);
}

int
__wrap_fstat64(int fd, struct stat *found)
{
	return look(fd, "", found, AT_EMPTY_PATH);
}

int
__wrap_fstatat64(int directory, const char *path, struct stat *found, int flags)
{
	return look(directory, path, found, flags);
}

int
__wrap_statx(int directory, const char *path, int flags, unsigned mask, struct statx *found)
{
	if (real_statx(directory, path, flags, mask | STATX_INO, found) < 0)
		return -1;
	if (mask & STATX_MNT_ID && found->stx_ino == mountinfo)
		found->stx_mnt_id = MOUNT;
	return 0;
}

/*
 * How often openat2 answers yet as it does where a rename or a mount anywhere on the machine races
 * with a ".." (openat2(2), RESOLVE_IN_ROOT, EAGAIN), and how often it was called.
 */
static int races;
static int calls;

/* Six words whatever the call takes, as in every libc's own, which AddressSanitizer does not see.
 */
__attribute__((no_sanitize_address)) long
__wrap_syscall(long number, ...)
{
	va_list arguments;
	long words[6];

	va_start(arguments, number);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		words[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_statx)
		return __wrap_statx((int)words[0], (const char *)words[1], (int)words[2],
			(unsigned)words[3], (struct statx *)words[4]);
	if (number == SYS_openat2) {
		calls++;
		if (races > 0) {
			races--;
			errno = EAGAIN;
			return -1;
		}
	}
	return __real_syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

/* folder/tree is the root; folder/outside is what no path of it may reach. */
static char folder[PATH_MAX / 4];
static char tree[PATH_MAX / 2];
static int outer;
static struct root root;

static void
put_file(int directory, const char *path)
{
	int fd = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static ino_t
inode(int directory, const char *path)
{
	struct statx found;

	assert_int_equal(statx(directory, path, AT_SYMLINK_NOFOLLOW, STATX_INO, &found), 0);
	return found.stx_ino;
}

static ino_t
inode_of(int fd)
{
	struct statx found;

	assert_true(fd >= 0);
	assert_int_equal(statx(fd, "", AT_EMPTY_PATH, STATX_INO, &found), 0);
	return found.stx_ino;
}

static int
make_folder(void **state)
{
	cleanup_free char *where = realpath(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", NULL);

	is_superusers = true;
	stranger = mountinfo = 0;
	umask(022);
	snprintf(folder, sizeof(folder), "%s/root.XXXXXX", where ? where : "");
	if (report_to_memory(state) != 0 || !mkdtemp(folder) || chmod(folder, 0755) < 0)
		return -1;
	snprintf(tree, sizeof(tree), "%s/tree", folder);
	outer = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (outer < 0 || mkdirat(outer, "tree", 0755) < 0 || mkdirat(outer, "outside", 0755) < 0)
		return -1;
	root = (struct root){
		.is_of_host = true,
		.tree = openat(outer, "tree", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.path = strdup("/opt/games"),
		.proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC),
	};
	return root.tree < 0 || !root.path || root.proc_fd < 0;
}

static int
remove_below(int directory)
{
	cleanup_directory DIR *entries = fdopendir(directory);
	struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(entries), entry->d_name, 0) == 0)
			continue;
		remove_below(openat(dirfd(entries), entry->d_name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
		unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR);
	}
	return rmdir(folder);
}

static int
remove_folder(void **state)
{
	report_close(state);
	root_release(&root);
	return remove_below(outer);
}

/* The path names the file of that path below the tree's top. */
static void
assert_opens(const char *path, const char *expected)
{
	cleanup_fd int fd = root_open_target(&root, path);

	assert_int_equal(inode_of(fd), inode(root.tree, expected));
}

static void
assert_opens_nothing(const char *path, int error)
{
	errno = 0;
	assert_int_equal(root_open_target(&root, path), -1);
	assert_int_equal(errno, error);
}

static void
a_path_is_opened_below_the_top(void **state)
{
	(void)state;
	mkdirat(root.tree, "etc", 0755);
	put_file(root.tree, "etc/file");
	assert_opens("/etc", "etc");
	assert_opens("/etc/file", "etc/file");
	assert_opens_nothing("/etc/none", ENOENT);
	assert_opens_nothing("/none/file", ENOENT);
	assert_opens_nothing("/etc/file/x", ENOTDIR);
	assert_opens_nothing("/etc/", EINVAL);
	assert_opens_nothing("/", EINVAL);
	assert_opens_nothing("etc", EINVAL);
	assert_opens_nothing("", EINVAL);
}

static void
a_target_is_opened_without_a_look_into_it(void **state)
{
	int fd;

	(void)state;
	put_file(root.tree, "file");
	fd = root_open_target(&root, "/file");
	assert_int_equal(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
}

static void
a_link_as_the_last_component_is_itself_the_target(void **state)
{
	static const char *const contents[] = {
		"/etc", "etc", "nowhere", "/nowhere", "self", "../../..", "/proc/self/root"};

	(void)state;
	mkdirat(root.tree, "etc", 0755);
	for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++) {
		struct statx found;
		cleanup_fd int fd = -1;

		assert_int_equal(symlinkat(contents[i], root.tree, "self"), 0);
		fd = root_open_target(&root, "/self");
		assert_int_equal(inode_of(fd), inode(root.tree, "self"));
		assert_int_equal(statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &found), 0);
		assert_true(S_ISLNK(found.stx_mode));
		assert_int_equal(unlinkat(root.tree, "self", 0), 0);
	}
}

static void
links_on_the_way_resolve_inside(void **state)
{
	char outside[PATH_MAX];

	(void)state;
	mkdirat(root.tree, "etc", 0755);
	put_file(root.tree, "etc/file");
	mkdirat(root.tree, "deep", 0755);
	mkdirat(root.tree, "deep/er", 0755);
	put_file(outer, "outside/file");
	assert_int_equal(symlinkat("/etc", root.tree, "absolute"), 0);
	assert_int_equal(symlinkat("../../etc", root.tree, "deep/er/relative"), 0);
	assert_int_equal(symlinkat("../../../../../../etc", root.tree, "deep/er/over"), 0);
	assert_int_equal(symlinkat("absolute/../absolute", root.tree, "twice"), 0);
	assert_opens("/absolute/file", "etc/file");
	assert_opens("/deep/er/relative/file", "etc/file");
	assert_opens("/deep/er/over/file", "etc/file");
	assert_opens("/twice/file", "etc/file");
	/* each of these has the file, where one follows it on the host */
	snprintf(outside, sizeof(outside), "%s/outside", folder);
	assert_int_equal(symlinkat(outside, root.tree, "host"), 0);
	assert_int_equal(symlinkat("../outside", root.tree, "above"), 0);
	assert_int_equal(symlinkat("../../outside", root.tree, "deep/above"), 0);
	assert_opens_nothing("/host/file", ENOENT);
	assert_opens_nothing("/above/file", ENOENT);
	assert_opens_nothing("/deep/above/file", ENOENT);
	assert_opens_nothing("/../outside/file", ENOENT);
	assert_opens_nothing("/deep/../../outside/file", ENOENT);
	/* the same names below the top are what they mean */
	mkdirat(root.tree, "outside", 0755);
	put_file(root.tree, "outside/file");
	assert_opens("/above/file", "outside/file");
	assert_opens("/deep/above/file", "outside/file");
	assert_opens("/../outside/file", "outside/file");
}

static void
dots_as_the_last_component_are_refused_or_stay_inside(void **state)
{
	(void)state;
	mkdirat(root.tree, "etc", 0755);
	assert_opens_nothing("/..", EXDEV);
	assert_opens_nothing("/etc/..", EXDEV);
	assert_opens("/etc/.", "etc");
}

static void
links_that_lead_nowhere_or_round_in_a_ring_are_errors(void **state)
{
	(void)state;
	assert_int_equal(symlinkat("/nowhere", root.tree, "dangling"), 0);
	assert_int_equal(symlinkat("ring", root.tree, "ring"), 0);
	assert_int_equal(symlinkat("pong", root.tree, "ping"), 0);
	assert_int_equal(symlinkat("/ping/x", root.tree, "pong"), 0);
	assert_opens_nothing("/dangling/file", ENOENT);
	assert_opens_nothing("/ring/file", ELOOP);
	assert_opens_nothing("/ping/file", ELOOP);
}

/* It holds what no test can make without being the superuser: another mount, at /proc. */
static void
use_the_hosts_own_tree(void)
{
	close(root.tree);
	root.tree = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(root.tree >= 0);
}

static void
links_of_the_kernels_own_are_not_followed(void **state)
{
	(void)state;
	use_the_hosts_own_tree();
	assert_opens_nothing("/proc/self/cwd/x", ELOOP);
	assert_opens_nothing("/proc/self/root/proc", ELOOP);
}

static void
assert_made(const char *path, bool directory, mode_t mode, const char *expected, mode_t type)
{
	struct statx found;

	assert_int_equal(root_make_target(&root, path, directory, mode), 0);
	assert_int_equal(
		statx(root.tree, expected, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &found), 0);
	assert_int_equal(found.stx_mode, type | mode);
}

static void
a_missing_target_is_made_with_the_directories_above_it(void **state)
{
	struct statx found;

	(void)state;
	umask(0);
	assert_made("/a", true, 0711, "a", S_IFDIR);
	assert_made("/b/c/d", true, 01777, "b/c/d", S_IFDIR);
	assert_made("/b/e/f", false, 0640, "b/e/f", S_IFREG);
	assert_int_equal(statx(root.tree, "b/e", 0, STATX_BASIC_STATS, &found), 0);
	assert_int_equal(found.stx_mode, S_IFDIR | 0755);
	assert_int_equal(statx(root.tree, "b/e/f", 0, STATX_BASIC_STATS, &found), 0);
	assert_int_equal(found.stx_size, 0);
}

static void
what_is_there_already_stays_as_it_is(void **state)
{
	(void)state;
	mkdirat(root.tree, "a", 0700);
	put_file(root.tree, "a/file");
	assert_int_equal(symlinkat("/nowhere", root.tree, "a/link"), 0);
	assert_int_equal(root_make_target(&root, "/a", true, 0755), 0);
	assert_int_equal(root_make_target(&root, "/a/file", false, 0600), 0);
	/* a link is covered by the mount, whatever it leads to */
	assert_int_equal(root_make_target(&root, "/a/link", false, 0600), 0);
	assert_int_equal(root_make_target(&root, "/a/link", true, 0755), 0);
	assert_int_equal(faccessat(root.tree, "nowhere", F_OK, AT_SYMLINK_NOFOLLOW), -1);
	assert_made("/a", true, 0700, "a", S_IFDIR);
	assert_made("/a/file", false, 0644, "a/file", S_IFREG);
}

static void
nothing_is_made_outside(void **state)
{
	static const char *const paths[] = {"/host/new", "/above/new", "/deep/above/new/er"};
	char outside[PATH_MAX];

	(void)state;
	snprintf(outside, sizeof(outside), "%s/outside", folder);
	mkdirat(root.tree, "deep", 0755);
	assert_int_equal(symlinkat(outside, root.tree, "host"), 0);
	assert_int_equal(symlinkat("../outside", root.tree, "above"), 0);
	assert_int_equal(symlinkat("../../outside", root.tree, "deep/above"), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		errno = 0;
		assert_int_equal(root_make_target(&root, paths[i], true, 0755), -1);
		assert_int_equal(errno, ENOENT);
		assert_int_equal(root_make_target(&root, paths[i], false, 0644), -1);
	}
	assert_int_equal(root_make_target(&root, "/../outside/new", true, 0755), 0);
	/* empty, so it can be taken away */
	assert_int_equal(unlinkat(outer, "outside", AT_REMOVEDIR), 0);
	assert_opens("/outside/new", "outside/new");
}

static void
a_ring_of_links_ends_the_making(void **state)
{
	(void)state;
	assert_int_equal(symlinkat("ring", root.tree, "ring"), 0);
	errno = 0;
	assert_int_equal(root_make_target(&root, "/ring/new", true, 0755), -1);
	assert_int_equal(errno, ELOOP);
}

static void
nothing_is_made_on_another_mount(void **state)
{
	char link[PATH_MAX];
	const char *const paths[] = {"/proc/new", "/proc/new/er", "/proc/sys/new", link};

	(void)state;
	assert_int_equal(symlinkat("/proc", outer, "link"), 0);
	snprintf(link, sizeof(link), "%s/link/new", folder);
	use_the_hosts_own_tree();
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		errno = 0;
		assert_int_equal(root_make_target(&root, paths[i], true, 0755), -1);
		assert_int_equal(errno, EXDEV);
		errno = 0;
		assert_int_equal(root_make_target(&root, paths[i], false, 0644), -1);
		assert_int_equal(errno, EXDEV);
	}
	/* where another mount begins is still a place on the tree's own */
	assert_int_equal(root_make_target(&root, "/proc", true, 0755), 0);
}

static int
open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
assert_refused(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
assert_refused(const char *path, const char *format, ...)
{
	char expected[PATH_MAX * 2];
	struct root opened = {.tree = 4711, .path = NULL, .proc_fd = 4711};
	int before = open_descriptors();
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(expected, sizeof(expected), format, arguments);
	va_end(arguments);
	assert_int_equal(ownership_open_root(&opened, path, &report), -1);
	assert_string_equal(take_said(), expected);
	assert_int_equal(opened.tree, -1);
	assert_int_equal(opened.proc_fd, -1);
	assert_null(opened.path);
	assert_int_equal(open_descriptors(), before);
}

/* What is above the tree is left as it is: at most the tree is moved. */
static void
assert_refused_for(const char *path, const char *wrong, const char *how)
{
	static const char unmoved[] = ": move it below directories of the superuser's\n";
	char expected[PATH_MAX * 4], mend[PATH_MAX * 2];
	struct root opened;
	const char *behind;

	snprintf(expected, sizeof(expected),
		"test: %s, on the way to %s, %s, who could replace what everyone inside relies on",
		wrong, path, how);
	snprintf(mend, sizeof(mend), "; to mend it: mv %s/", folder);
	assert_int_equal(ownership_open_root(&opened, path, &report), -1);
	take_said();
	assert_memory_equal(said, expected, strlen(expected));
	behind = said + strlen(expected);
	if (strcmp(behind, unmoved) == 0)
		return;
	assert_memory_equal(behind, mend, strlen(mend));
	assert_non_null(strstr(behind, "/tree # and set root= to that\n"));
}

static void
assert_refused_as_somebody_elses(const char *path, const char *whose)
{
	if (strcmp(whose, tree) != 0)
		assert_refused_for(path, whose, "belongs to user 4711");
	else
		assert_refused(path,
			"test: %s belongs to user 4711, who could replace what everyone inside "
			"relies on; to mend it: chown root %s # if you trust what is in it\n",
			whose, whose);
}

static void
assert_refused_as_writable(const char *path, const char *directory, unsigned mode)
{
	char how[64];

	snprintf(how, sizeof(how), "can be written by others (mode %04o)", mode);
	if (strcmp(directory, tree) != 0)
		assert_refused_for(path, directory, how);
	else if (mode & S_ISVTX)
		assert_refused(path,
			"test: %s %s, who could replace what everyone inside relies on\n",
			directory, how);
	else
		assert_refused(path,
			"test: %s %s, who could replace what everyone inside relies on; to mend "
			"it: chmod go-w %s\n",
			directory, how, directory);
}

/* The path leads to the tree. */
static void
assert_accepted(const char *path)
{
	struct root opened;
	char number[16], name[PATH_MAX];
	ssize_t length;

	assert_int_equal(ownership_open_root(&opened, path, &report), 0);
	assert_string_equal(take_said(), "");
	assert_int_equal(inode_of(opened.tree), inode(outer, "tree"));
	assert_string_equal(opened.path, tree);
	assert_int_equal(fcntl(opened.tree, F_GETFL) & O_PATH, O_PATH);
	assert_int_equal(fcntl(opened.tree, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(opened.proc_fd, F_GETFD), FD_CLOEXEC);
	snprintf(number, sizeof(number), "%d", opened.tree);
	length = readlinkat(opened.proc_fd, number, name, sizeof(name) - 1);
	assert_true(length > 0);
	name[length] = '\0';
	assert_string_equal(name, tree);
	root_release(&opened);
}

static const char *
below_folder(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
a_tree_of_the_superuser_is_opened_by_its_canonical_path(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(symlinkat("tree", outer, "link"), 0);
	snprintf(path, sizeof(path), "%s/../%s/link", folder, strrchr(folder, '/') + 1);
	assert_accepted(path);
	assert_accepted(below_folder("/tree//"));
	assert_accepted(below_folder("link/."));
	assert_accepted(below_folder("tree/../link/../tree"));
}

static void
what_is_released_holds_nothing(void **state)
{
	struct root opened;
	int before = open_descriptors();

	(void)state;
	assert_int_equal(ownership_open_root(&opened, tree, &report), 0);
	root_release(&opened);
	assert_int_equal(opened.tree, -1);
	assert_int_equal(opened.proc_fd, -1);
	assert_null(opened.path);
	assert_int_equal(open_descriptors(), before);
}

static void
a_tree_of_somebody_else_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(outer, "tree/usr", 0755), 0);
	stranger = inode(outer, "tree");
	assert_refused_as_somebody_elses(tree, tree);
}

/* A home, say: it is no tree, and its owner keeps it. */
static void
a_directory_that_is_no_tree_is_not_taken_over(void **state)
{
	(void)state;
	stranger = inode(outer, "tree");
	assert_refused(tree,
		"test: %s belongs to user 4711, who could replace what everyone inside relies on\n",
		tree);
}

static void
a_tree_of_an_ordinary_user_is_refused_for_real(void **state)
{
	struct statx above;
	struct root opened;

	(void)state;
	assert_int_equal(mkdirat(outer, "tree/usr", 0755), 0);
	is_superusers = false;
	/* the superuser makes one of another user; anybody else has one */
	if (geteuid() == 0 && chown(tree, 4711, 4711) < 0)
		skip();
	assert_int_equal(statx(outer, "..", 0, STATX_BASIC_STATS, &above), 0);
	if (geteuid() == 0) {
		assert_refused_as_somebody_elses(tree, tree);
	} else if (above.stx_uid == 0 && above.stx_mode & S_ISVTX) {
		assert_int_equal(ownership_open_root(&root, tree, &report), -1);
		assert_non_null(strstr(take_said(), folder));
	} else { /* a TMPDIR of one's own: which one above it is refused depends on where it is */
		assert_int_equal(ownership_open_root(&opened, tree, &report), -1);
		assert_non_null(
			strstr(take_said(), "who could replace what everyone inside relies on"));
		assert_null(opened.path);
	}
}

static void
a_tree_below_somebody_elses_directory_is_refused(void **state)
{
	char above[PATH_MAX / 2], path[PATH_MAX];

	(void)state;
	snprintf(above, sizeof(above), "%s/above", folder);
	snprintf(path, sizeof(path), "%s/tree", above);
	mkdirat(outer, "above", 0755);
	mkdirat(outer, "above/tree", 0755);
	stranger = inode(outer, "above");
	assert_refused_as_somebody_elses(path, above);
}

static void
a_tree_that_others_can_write_to_is_refused(void **state)
{
	static const mode_t modes[] = {0775, 0757, 01777};

	(void)state;
	assert_int_equal(mkdirat(outer, "tree/usr", 0755), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(chmod(tree, modes[i]), 0);
		assert_refused_as_writable(tree, tree, modes[i]);
	}
}

static void
above_the_tree_a_sticky_directory_is_safe_and_a_writable_one_is_not(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(mkdirat(outer, "tree/usr", 0755), 0);
	assert_int_equal(chmod(folder, 0777), 0);
	assert_refused_as_writable(tree, folder, 0777);
	assert_int_equal(chmod(folder, 01777), 0);
	assert_accepted(tree);
	/* sticky helps only while the next one is the superuser's */
	stranger = inode(outer, "tree");
	assert_refused_as_somebody_elses(tree, tree);
	/* nor in a directory of somebody else, who may do there what he likes */
	snprintf(path, sizeof(path), "%s/above", folder);
	stranger = 0;
	assert_int_equal(chmod(folder, 0755), 0);
	mkdirat(outer, "above", 0755);
	assert_int_equal(chmod(path, 01777), 0);
	stranger = inode(outer, "above");
	assert_refused_as_somebody_elses(below_folder("above/../tree"), path);
}

static void
a_tree_that_is_not_there_is_refused(void **state)
{
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/none", folder);
	assert_refused(path,
		"test: cannot open the root %s: No such file or directory; put a tree "
		"there, or set root= to where it is\n",
		path);
	put_file(outer, "file");
	snprintf(path, sizeof(path), "%s/file", folder);
	assert_refused(path, "test: cannot open the root %s: Not a directory\n", path);
	snprintf(path, sizeof(path), "%s/file/tree", folder);
	assert_refused(path, "test: cannot open the root %s: Not a directory\n", path);
}

static void
a_link_that_leads_to_no_tree_is_refused(void **state)
{
	char path[PATH_MAX];

	(void)state;
	put_file(outer, "file");
	assert_int_equal(symlinkat("file", outer, "to-file"), 0);
	assert_int_equal(symlinkat("none", outer, "dangling"), 0);
	assert_int_equal(symlinkat("ring", outer, "ring"), 0);
	/* what was written is named, not what it leads to */
	snprintf(path, sizeof(path), "%s/to-file", folder);
	assert_refused(path, "test: cannot open the root %s: Not a directory\n", path);
	snprintf(path, sizeof(path), "%s/dangling", folder);
	assert_refused(path,
		"test: cannot open the root %s: No such file or directory; put a tree "
		"there, or set root= to where it is\n",
		path);
	snprintf(path, sizeof(path), "%s/ring", folder);
	assert_refused(path, "test: cannot open the root %s: %s\n", path, strerror(ELOOP));
}

static void
a_directory_that_holds_a_link_is_judged_too(void **state)
{
	char holder[PATH_MAX / 2], path[PATH_MAX];

	(void)state;
	snprintf(holder, sizeof(holder), "%s/holder", folder);
	snprintf(path, sizeof(path), "%s/link", holder);
	mkdirat(outer, "holder", 0755);
	assert_int_equal(symlinkat("../tree", outer, "holder/link"), 0);
	assert_accepted(path);
	stranger = inode(outer, "holder");
	assert_refused_as_somebody_elses(path, holder);
	stranger = 0;
	assert_int_equal(chmod(holder, 0777), 0);
	assert_refused_as_writable(path, holder, 0777);
	/* in a sticky one nobody but its owner replaces the link */
	assert_int_equal(chmod(holder, 01777), 0);
	assert_accepted(path);
	stranger = inode(outer, "holder/link");
	assert_refused(path,
		"test: %s, on the way to %s, is a link of user 4711, who could replace what "
		"everyone inside relies on: name %s itself\n",
		path, path, tree);
	/* what a link says cannot be changed: it is the superuser's who owns what holds it */
	assert_int_equal(chmod(holder, 0755), 0);
	assert_accepted(path);
}

static void
the_directories_that_a_link_leads_through_are_judged_too(void **state)
{
	static const char *const names[] = {"relative", "absolute", "twice"};
	char holder[PATH_MAX / 2], target[PATH_MAX];

	(void)state;
	snprintf(holder, sizeof(holder), "%s/holder", folder);
	mkdirat(outer, "holder", 0755);
	assert_int_equal(symlinkat("holder/../tree", outer, "relative"), 0);
	snprintf(target, sizeof(target), "%s/../tree", holder);
	assert_int_equal(symlinkat(target, outer, "absolute"), 0);
	assert_int_equal(symlinkat("relative/../absolute", outer, "twice"), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		stranger = 0;
		assert_int_equal(chmod(holder, 0755), 0);
		assert_accepted(below_folder(names[i]));
		assert_int_equal(chmod(holder, 0775), 0);
		assert_refused_as_writable(below_folder(names[i]), holder, 0775);
		assert_int_equal(chmod(holder, 0755), 0);
		stranger = inode(outer, "holder");
		assert_refused_as_somebody_elses(below_folder(names[i]), holder);
	}
	/* the first that is wrong is named, and nothing behind it is looked at */
	assert_int_equal(unlinkat(outer, "tree", AT_REMOVEDIR), 0);
	assert_refused_as_somebody_elses(below_folder("twice"), holder);
}

static void
as_many_links_are_followed_as_the_kernel_follows(void **state)
{
	cleanup_fd int fd = -1;

	(void)state;
	assert_int_equal(symlinkat("tree", outer, "1"), 0);
	for (int i = 2; i <= 41; i++) {
		char name[16], target[16];

		snprintf(name, sizeof(name), "%d", i);
		snprintf(target, sizeof(target), "%d", i - 1);
		assert_int_equal(symlinkat(target, outer, name), 0);
	}
	fd = openat(outer, "40", O_PATH | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_accepted(below_folder("40"));
	assert_int_equal(openat(outer, "41", O_PATH | O_CLOEXEC), -1);
	assert_refused(below_folder("41"), "test: cannot open the root %s/41: %s\n", folder,
		strerror(ELOOP));
}

/* As many "./" as it takes to make a path of that length of it. */
static void
pad(char *path, size_t length)
{
	size_t behind = strlen(path);

	for (; behind + 2 <= length; behind += 2)
		memcpy(path + behind, "./", 3);
}

static void
what_is_too_long_is_refused_and_never_cut(void **state)
{
	static const char begin[] = "test: cannot open the root /./././";
	char name[NAME_MAX + 2], path[2 * PATH_MAX], end[64];
	struct root opened;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_refused(path, "test: cannot open the root %s: %s\n", path, strerror(ENAMETOOLONG));
	/* cut by one letter, it would be there */
	name[NAME_MAX] = '\0';
	assert_int_equal(mkdirat(outer, name, 0755), 0);
	assert_refused(path, "test: cannot open the root %s: %s\n", path, strerror(ENAMETOOLONG));
	/* a link and what stands behind it are too long together */
	snprintf(path, sizeof(path), "%s/tree/", folder);
	pad(path, PATH_MAX - 100);
	assert_int_equal(symlinkat(path, outer, "link"), 0);
	assert_accepted(below_folder("link"));
	snprintf(path, sizeof(path), "%s/link/", folder);
	pad(path, strlen(path) + 200);
	assert_refused(path, "test: cannot open the root %s: %s\n", path, strerror(ENAMETOOLONG));
	/* of this one the report shows no more than the beginning */
	snprintf(path, sizeof(path), "/");
	pad(path, PATH_MAX + 1);
	snprintf(end, sizeof(end), ": %s\n", strerror(ENAMETOOLONG));
	assert_int_equal(ownership_open_root(&opened, path, &report), -1);
	take_said();
	assert_memory_equal(said, begin, strlen(begin));
	assert_string_equal(said + strlen(said) - strlen(end), end);
}

/* What / is made of: it may be a file, and it may be missing where nobody else can make it. */
static void
assert_part(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
assert_part(const char *path, const char *format, ...)
{
	char expected[PATH_MAX * 2] = "";
	int before = open_descriptors();
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(expected, sizeof(expected), format, arguments);
	va_end(arguments);
	assert_int_equal(ownership_judge_part(path, &report), expected[0] == '\0' ? 0 : -1);
	take_said();
	assert_memory_equal(said, expected, strlen(expected));
	assert_true(expected[0] != '\0' || said[0] == '\0');
	assert_null(strstr(said, "chown"));
	assert_int_equal(open_descriptors(), before);
}

static void
what_the_top_is_made_of_is_judged_with_all_above_it(void **state)
{
	static const char why[] = "who could replace what everyone inside relies on";
	char file[PATH_MAX];

	(void)state;
	snprintf(file, sizeof(file), "%s/image", folder);
	put_file(outer, "image");
	assert_part(file, "%s", "");
	assert_part(tree, "%s", "");
	assert_int_equal(symlinkat("image", outer, "link"), 0);
	assert_part(below_folder("link"), "%s", "");
	stranger = inode(outer, "image");
	assert_part(file, "test: %s belongs to user 4711, %s", file, why);
	assert_part(below_folder("link"), "test: %s belongs to user 4711, %s", file, why);
	stranger = 0;
	assert_int_equal(chmod(file, 0664), 0);
	assert_part(file,
		"test: %s can be written by others (mode 0664), %s; to mend it: chmod go-w %s",
		file, why, file);
	assert_int_equal(chmod(file, 0644), 0);
	/* a relative path is one from the top */
	assert_part(file + 1, "%s", "");
	assert_int_equal(chmod(folder, 0775), 0);
	assert_part(file, "test: %s, on the way to %s, can be written by others (mode 0775), %s",
		folder, file, why);
	assert_part(file + 1,
		"test: %s, on the way to %s, can be written by others (mode 0775), %s", folder,
		file + 1, why);
	assert_part(below_folder("none"), "test: %s, on the way to %s/none, can be written", folder,
		folder);
	assert_int_equal(chmod(folder, 01777), 0);
	assert_part(file, "%s", "");
	assert_part(below_folder("none"), "test: %s, on the way to %s/none, can be written", folder,
		folder);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_part(below_folder("none"), "%s", "");
	assert_part(below_folder("none/at/all"), "%s", "");
	assert_part(below_folder("image/x"),
		"test: cannot look at %s/image/x, which / is made of: ", folder);
}

static void
what_leads_to_the_hosts_own_tree_is_refused(void **state)
{
	static const char *const paths[] = {"/", "//", "/.", "/..", "/proc/..", "/../."};
	static const char *const links[] = {"/", "/..", "../../../../../../../../../.."};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		assert_refused(paths[i], "test: %s leads to /, the host's own tree\n", paths[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		assert_int_equal(symlinkat(links[i], outer, "link"), 0);
		assert_refused(below_folder("link"),
			"test: %s/link leads to /, the host's own tree\n", folder);
		assert_int_equal(unlinkat(outer, "link", 0), 0);
	}
}

/*
 * What everything below is called: the room is asked where the tree is `/`, and puts before a name
 * where that is on the host. Here `/` is the host's own, so that the names are too.
 */
static const char *
called(const char *path)
{
	static char name[PATH_MAX];

	snprintf(name, sizeof(name), "/opt/games%s%s", tree, path);
	return name;
}

static int
judge(const char *path, const uint64_t *foreign, size_t count)
{
	mode_t mode;
	cleanup_fd int target = root_open_target(&root, path);

	return ownership_judge_target(&root, path, target, foreign, count, &mode, &report);
}

static void assert_target_refused(const char *path, const uint64_t *foreign, size_t count,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

static void
assert_target_refused(
	const char *path, const uint64_t *foreign, size_t count, const char *format, ...)
{
	char expected[4 * PATH_MAX];
	int before = open_descriptors();
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(expected, sizeof(expected), format, arguments);
	va_end(arguments);
	assert_int_equal(judge(path, foreign, count), -1);
	assert_string_equal(take_said(), expected);
	assert_int_equal(open_descriptors(), before);
}

static void
assert_target_refused_as_somebody_elses(
	const char *path, const uint64_t *foreign, size_t count, const char *whose)
{
	assert_target_refused(path, foreign, count,
		"test: %s belongs to user 4711, who could replace what everyone inside relies on; "
		"to mend it: chown root %s # if you trust what is in it\n",
		whose, whose);
}

static void
assert_target_refused_for(
	const char *path, const uint64_t *foreign, size_t count, const char *whose)
{
	assert_target_refused_as_somebody_elses(path, foreign, count, called(whose));
}

static void
assert_target_accepted(const char *path, const uint64_t *foreign, size_t count)
{
	int before = open_descriptors();

	assert_int_equal(judge(path, foreign, count), 0);
	assert_string_equal(take_said(), "");
	assert_int_equal(open_descriptors(), before);
}

static void
the_directories_above_a_mount_point_are_judged_too(void **state)
{
	const char *name;

	(void)state;
	mkdirat(root.tree, "a", 0755);
	mkdirat(root.tree, "a/b", 0755);
	mkdirat(root.tree, "a/b/c", 0777);
	/* what is covered by the mount may be anybody's */
	stranger = inode(root.tree, "a/b/c");
	assert_target_accepted("/a/b/c", NULL, 0);
	stranger = inode(root.tree, "a/b");
	assert_target_refused_for("/a/b/c", NULL, 0, "/a/b");
	stranger = inode(root.tree, "a");
	assert_target_refused_for("/a/b/c", NULL, 0, "/a");
	stranger = 0;
	assert_int_equal(fchmodat(root.tree, "a", 0775, 0), 0);
	name = called("/a");
	assert_target_refused("/a/b/c", NULL, 0,
		"test: %s can be written by others (mode 0775), who could replace what everyone "
		"inside relies on; to mend it: chmod go-w %s\n",
		name, name);
	assert_int_equal(fchmodat(root.tree, "a", 01777, 0), 0);
	assert_target_accepted("/a/b/c", NULL, 0);
	/* the nearest that is wrong is named */
	assert_int_equal(fchmodat(root.tree, "a", 0775, 0), 0);
	stranger = inode(root.tree, "a/b");
	assert_target_refused_for("/a/b/c", NULL, 0, "/a/b");
	assert_int_equal(fchmodat(root.tree, "a", 01777, 0), 0);
	/* sticky helps only while the mount point is the superuser's */
	mkdirat(root.tree, "a/d", 0755);
	stranger = inode(root.tree, "a/d");
	name = called("/a/d");
	assert_target_refused("/a/d", NULL, 0,
		"test: %s does not belong to the superuser but to somebody who could replace what "
		"everyone inside relies on; to mend it: chown -h root %s\n",
		name, name);
}

static void
a_directory_that_holds_a_link_on_the_way_is_judged(void **state)
{
	(void)state;
	mkdirat(root.tree, "etc", 0755);
	mkdirat(root.tree, "etc/x", 0755);
	mkdirat(root.tree, "u", 0755);
	assert_int_equal(symlinkat("/etc", root.tree, "u/link"), 0);
	assert_target_accepted("/u/link/x", NULL, 0);
	stranger = inode(root.tree, "u");
	assert_target_refused_for("/u/link/x", NULL, 0, "/u");
	assert_target_accepted("/etc/x", NULL, 0);
}

static void
a_link_that_leads_through_another_ones_link_is_judged_too(void **state)
{
	(void)state;
	mkdirat(root.tree, "etc", 0755);
	mkdirat(root.tree, "etc/x", 0755);
	mkdirat(root.tree, "home", 0755);
	mkdirat(root.tree, "home/alice", 0755);
	assert_int_equal(symlinkat("home/alice/d/", root.tree, "data"), 0);
	assert_int_equal(symlinkat("../..", root.tree, "home/alice/d"), 0);
	assert_int_equal(symlinkat("/", root.tree, "top"), 0);
	assert_target_accepted("/data/etc/x", NULL, 0);
	assert_target_accepted("/top/etc/x", NULL, 0);
	stranger = inode(root.tree, "home/alice");
	assert_target_refused_for("/data/etc/x", NULL, 0, "/home/alice");
	assert_target_accepted("/top/etc/x", NULL, 0);
}

static void
what_was_opened_is_what_was_judged(void **state)
{
	mode_t mode;
	cleanup_fd int other = -1;

	(void)state;
	mkdirat(root.tree, "a", 0755);
	mkdirat(root.tree, "b", 0755);
	other = root_open_target(&root, "/b");
	assert_int_equal(ownership_judge_target(&root, "/a", other, NULL, 0, &mode, &report), -1);
	assert_string_equal(
		take_said(), "test: the mount point /opt/games/a changed while it was looked at\n");
}

static void
the_judgement_ends_at_the_top(void **state)
{
	(void)state;
	mkdirat(root.tree, "a", 0755);
	stranger = inode(AT_FDCWD, folder);
	assert_target_accepted("/a", NULL, 0);
	stranger = inode(outer, "tree");
	assert_target_refused_for("/a", NULL, 0, "");
	stranger = 0;
	assert_target_refused("/b", NULL, 0,
		"test: cannot open the mount point /opt/games/b: No such file or directory\n");
}

static void
the_top_is_called_by_its_path_on_the_host(void **state)
{
	(void)state;
	use_the_hosts_own_tree();
	stranger = inode(root.tree, ".");
	assert_target_refused_as_somebody_elses("/proc", NULL, 0, "/opt/games");
}

static void
the_hosts_mounts_and_what_is_below_them_are_not_judged(void **state)
{
	static const uint64_t others[] = {MOUNT - 1, MOUNT + 1};
	static const uint64_t foreign[] = {MOUNT - 1, MOUNT};
	static const char *const wrong[] = {"/a", "/a/b", "/a/b/c"};

	(void)state;
	mkdirat(root.tree, "a", 0755);
	mkdirat(root.tree, "a/b", 0755);
	mkdirat(root.tree, "a/b/c", 0755);
	mkdirat(root.tree, "a/b/c/d", 0755);
	mkdirat(root.tree, "a/x", 0755);
	/* a mount at /a/b, and what is wrong on it, below it, and above it */
	mountinfo = inode(root.tree, "a/b");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		stranger = inode(root.tree, wrong[i] + 1);
		assert_target_accepted("/a/b/c/d", foreign, 2);
		/* unless it is none of those that the plan made */
		assert_target_refused_for("/a/b/c/d", NULL, 0, wrong[i]);
		assert_target_refused_for("/a/b/c/d", others, 2, wrong[i]);
		/* and no more are looked at than are said to be there */
		assert_target_refused_for("/a/b/c/d", foreign, 1, wrong[i]);
	}
	/* a mount beside the way proves nothing, nor one that only begins where the target is */
	stranger = inode(root.tree, "a");
	assert_target_refused_for("/a/x", foreign, 2, "/a");
	assert_target_refused_for("/a/b", foreign, 2, "/a");
}

static void
a_mount_of_the_host_is_known_by_its_id_for_real(void **state)
{
	struct statx found;
	uint64_t foreign;

	(void)state;
	use_the_hosts_own_tree();
	assert_int_equal(statx(root.tree, "proc/sys", 0, STATX_MNT_ID, &found), 0);
	assert_true(found.stx_mask & STATX_MNT_ID);
	foreign = found.stx_mnt_id;
	stranger = inode(root.tree, "proc/sys");
	assert_target_refused_as_somebody_elses("/proc/sys/kernel", NULL, 0, "/opt/games/proc/sys");
	assert_target_accepted("/proc/sys/kernel", &foreign, 1);
}

static void
a_path_that_a_rename_raced_with_is_opened_at_another_try(void **state)
{
	(void)state;
	mkdirat(root.tree, "etc", 0755);
	put_file(root.tree, "etc/file");
	for (int answers = 1; answers <= 10; answers++) {
		races = answers;
		assert_opens("/etc/../etc/file", "etc/file");
		assert_int_equal(races, 0);
	}
}

static void
a_path_that_renames_race_with_for_ever_is_an_error(void **state)
{
	(void)state;
	mkdirat(root.tree, "etc", 0755);
	races = INT_MAX;
	assert_opens_nothing("/etc", EAGAIN);
	races = 0;
}

static void
no_other_error_of_openat2_is_tried_again(void **state)
{
	(void)state;
	calls = 0;
	assert_opens_nothing("/none", ENOENT);
	assert_int_equal(calls, 1);
}

static void
a_link_of_a_user_is_refused_before_anything_is_made_behind_it(void **state)
{
	(void)state;
	mkdirat(root.tree, "etc", 0755);
	mkdirat(root.tree, "srv", 0755);
	assert_int_equal(symlinkat("/etc", root.tree, "srv/link"), 0);
	assert_int_equal(ownership_judge_way(&root, "/srv/link/a/b", NULL, 0, &report), 0);
	assert_string_equal(take_said(), "");
	stranger = inode(root.tree, "srv");
	/* the last thing on the way that is there, and the last but one */
	assert_int_equal(ownership_judge_way(&root, "/srv/link/a/b", NULL, 0, &report), -1);
	assert_non_null(strstr(take_said(), "/srv belongs to user 4711"));
	mkdirat(root.tree, "etc/a", 0755);
	assert_int_equal(ownership_judge_way(&root, "/srv/link/a/b", NULL, 0, &report), -1);
	assert_non_null(strstr(take_said(), "/srv belongs to user 4711"));
	assert_int_equal(ownership_judge_way(&root, "/etc/a/b", NULL, 0, &report), 0);
	assert_string_equal(take_said(), "");
}

static void
what_is_made_in_a_directory_of_a_user_is_refused(void **state)
{
	(void)state;
	mkdirat(root.tree, "srv", 0755);
	mkdirat(root.tree, "srv/alice", 0755);
	assert_int_equal(ownership_judge_way(&root, "/srv/alice/a/b", NULL, 0, &report), 0);
	stranger = inode(root.tree, "srv/alice");
	assert_int_equal(ownership_judge_way(&root, "/srv/alice/a/b", NULL, 0, &report), -1);
	assert_non_null(strstr(take_said(), "/srv/alice belongs to user 4711"));
	stranger = inode(root.tree, ".");
	assert_int_equal(ownership_judge_way(&root, "/a", NULL, 0, &report), -1);
	assert_non_null(strstr(take_said(), "belongs to user 4711"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_path_is_opened_below_the_top),
		TEST(a_target_is_opened_without_a_look_into_it),
		TEST(a_link_as_the_last_component_is_itself_the_target),
		TEST(links_on_the_way_resolve_inside),
		TEST(dots_as_the_last_component_are_refused_or_stay_inside),
		TEST(links_that_lead_nowhere_or_round_in_a_ring_are_errors),
		TEST(links_of_the_kernels_own_are_not_followed),
		TEST(a_missing_target_is_made_with_the_directories_above_it),
		TEST(what_is_there_already_stays_as_it_is),
		TEST(nothing_is_made_outside),
		TEST(a_ring_of_links_ends_the_making),
		TEST(nothing_is_made_on_another_mount),
		TEST(a_tree_of_the_superuser_is_opened_by_its_canonical_path),
		TEST(what_is_released_holds_nothing),
		TEST(a_tree_of_somebody_else_is_refused),
		TEST(a_directory_that_is_no_tree_is_not_taken_over),
		TEST(a_tree_of_an_ordinary_user_is_refused_for_real),
		TEST(a_tree_below_somebody_elses_directory_is_refused),
		TEST(a_tree_that_others_can_write_to_is_refused),
		TEST(above_the_tree_a_sticky_directory_is_safe_and_a_writable_one_is_not),
		TEST(a_tree_that_is_not_there_is_refused),
		TEST(a_link_that_leads_to_no_tree_is_refused),
		TEST(a_directory_that_holds_a_link_is_judged_too),
		TEST(the_directories_that_a_link_leads_through_are_judged_too),
		TEST(as_many_links_are_followed_as_the_kernel_follows),
		TEST(what_is_too_long_is_refused_and_never_cut),
		TEST(what_the_top_is_made_of_is_judged_with_all_above_it),
		TEST(what_leads_to_the_hosts_own_tree_is_refused),
		TEST(the_directories_above_a_mount_point_are_judged_too),
		TEST(a_directory_that_holds_a_link_on_the_way_is_judged),
		TEST(a_link_that_leads_through_another_ones_link_is_judged_too),
		TEST(what_was_opened_is_what_was_judged),
		TEST(the_judgement_ends_at_the_top),
		TEST(the_top_is_called_by_its_path_on_the_host),
		TEST(the_hosts_mounts_and_what_is_below_them_are_not_judged),
		TEST(a_mount_of_the_host_is_known_by_its_id_for_real),
		TEST(a_path_that_a_rename_raced_with_is_opened_at_another_try),
		TEST(a_path_that_renames_race_with_for_ever_is_an_error),
		TEST(no_other_error_of_openat2_is_tried_again),
		TEST(a_link_of_a_user_is_refused_before_anything_is_made_behind_it),
		TEST(what_is_made_in_a_directory_of_a_user_is_refused),
	};

	if (lacks_openat2()) {
		puts("1..0 # SKIP openat2(2) is missing here: qemu-user has it since 9.2");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
