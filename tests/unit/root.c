#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cleanup.h"
#include "report.h"
#include "root.h"
#include "syscalls.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Whose files are whose, as the room is told: while is_superusers is set, what belongs to the one
 * who runs the test is the superuser's, so that a good tree can be made by anybody. A file of which
 * stranger is the inode belongs to a user 4711 always.
 */
static bool is_superusers;
static ino_t stranger;

int __wrap_stat(const char *path, struct stat *found);
int __wrap_stat64(const char *path, struct stat *found);
int __wrap_fstat(int fd, struct stat *found);
int __wrap_fstat64(int fd, struct stat *found);
int __wrap_fstatat(int directory, const char *path, struct stat *found, int flags);
int __wrap_fstatat64(int directory, const char *path, struct stat *found, int flags);

static int
look(int directory, const char *path, struct stat *found, int flags)
{
	struct statx known;

	if (statx(directory, path, flags, STATX_BASIC_STATS, &known) < 0)
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

static struct report report;
static char said[8192];

/* folder/tree is the root; folder/outside is what no path of it may reach. */
static char folder[PATH_MAX / 4];
static char tree[PATH_MAX / 2];
static int outer;
static int root;

static const char *
take_said(void)
{
	ssize_t length = pread(report.fd, said, sizeof(said) - 1, 0);

	assert_true(length >= 0);
	said[length] = '\0';
	assert_int_equal(ftruncate(report.fd, 0), 0);
	lseek(report.fd, 0, SEEK_SET);
	return said;
}

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

	(void)state;
	is_superusers = true;
	stranger = 0;
	umask(022);
	report_init(&report, "test");
	report.fd = memfd_create("report", MFD_CLOEXEC);
	snprintf(folder, sizeof(folder), "%s/root.XXXXXX", where ? where : "");
	if (report.fd < 0 || !mkdtemp(folder) || chmod(folder, 0755) < 0)
		return -1;
	snprintf(tree, sizeof(tree), "%s/tree", folder);
	outer = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (outer < 0 || mkdirat(outer, "tree", 0755) < 0 || mkdirat(outer, "outside", 0755) < 0)
		return -1;
	root = openat(outer, "tree", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0;
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
	(void)state;
	close(report.fd);
	close(root);
	return remove_below(outer);
}

/* The path names the file of that path below the tree's top. */
static void
assert_opens(const char *path, const char *expected)
{
	cleanup_fd int fd = root_open_target(root, path);

	assert_int_equal(inode_of(fd), inode(root, expected));
}

static void
assert_opens_nothing(const char *path, int error)
{
	errno = 0;
	assert_int_equal(root_open_target(root, path), -1);
	assert_int_equal(errno, error);
}

static void
a_path_is_opened_below_the_top(void **state)
{
	(void)state;
	mkdirat(root, "etc", 0755);
	put_file(root, "etc/file");
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
	put_file(root, "file");
	fd = root_open_target(root, "/file");
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
	mkdirat(root, "etc", 0755);
	for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++) {
		struct statx found;
		cleanup_fd int fd = -1;

		assert_int_equal(symlinkat(contents[i], root, "self"), 0);
		fd = root_open_target(root, "/self");
		assert_int_equal(inode_of(fd), inode(root, "self"));
		assert_int_equal(statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &found), 0);
		assert_true(S_ISLNK(found.stx_mode));
		assert_int_equal(unlinkat(root, "self", 0), 0);
	}
}

static void
links_on_the_way_resolve_inside(void **state)
{
	char outside[PATH_MAX];

	(void)state;
	mkdirat(root, "etc", 0755);
	put_file(root, "etc/file");
	mkdirat(root, "deep", 0755);
	mkdirat(root, "deep/er", 0755);
	put_file(outer, "outside/file");
	assert_int_equal(symlinkat("/etc", root, "absolute"), 0);
	assert_int_equal(symlinkat("../../etc", root, "deep/er/relative"), 0);
	assert_int_equal(symlinkat("../../../../../../etc", root, "deep/er/over"), 0);
	assert_int_equal(symlinkat("absolute/../absolute", root, "twice"), 0);
	assert_opens("/absolute/file", "etc/file");
	assert_opens("/deep/er/relative/file", "etc/file");
	assert_opens("/deep/er/over/file", "etc/file");
	assert_opens("/twice/file", "etc/file");
	/* each of these has the file, where one follows it on the host */
	snprintf(outside, sizeof(outside), "%s/outside", folder);
	assert_int_equal(symlinkat(outside, root, "host"), 0);
	assert_int_equal(symlinkat("../outside", root, "above"), 0);
	assert_int_equal(symlinkat("../../outside", root, "deep/above"), 0);
	assert_opens_nothing("/host/file", ENOENT);
	assert_opens_nothing("/above/file", ENOENT);
	assert_opens_nothing("/deep/above/file", ENOENT);
	assert_opens_nothing("/../outside/file", ENOENT);
	assert_opens_nothing("/deep/../../outside/file", ENOENT);
	/* the same names below the top are what they mean */
	mkdirat(root, "outside", 0755);
	put_file(root, "outside/file");
	assert_opens("/above/file", "outside/file");
	assert_opens("/deep/above/file", "outside/file");
	assert_opens("/../outside/file", "outside/file");
}

static void
dots_as_the_last_component_are_refused_or_stay_inside(void **state)
{
	(void)state;
	mkdirat(root, "etc", 0755);
	assert_opens_nothing("/..", EXDEV);
	assert_opens_nothing("/etc/..", EXDEV);
	assert_opens("/etc/.", "etc");
}

static void
links_that_lead_nowhere_or_round_in_a_ring_are_errors(void **state)
{
	(void)state;
	assert_int_equal(symlinkat("/nowhere", root, "dangling"), 0);
	assert_int_equal(symlinkat("ring", root, "ring"), 0);
	assert_int_equal(symlinkat("pong", root, "ping"), 0);
	assert_int_equal(symlinkat("/ping/x", root, "pong"), 0);
	assert_opens_nothing("/dangling/file", ENOENT);
	assert_opens_nothing("/ring/file", ELOOP);
	assert_opens_nothing("/ping/file", ELOOP);
}

static void
links_of_the_kernels_own_are_not_followed(void **state)
{
	cleanup_fd int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	errno = 0;
	assert_int_equal(root_open_target(top, "/proc/self/cwd/x"), -1);
	assert_int_equal(errno, ELOOP);
	errno = 0;
	assert_int_equal(root_open_target(top, "/proc/self/root/proc"), -1);
	assert_int_equal(errno, ELOOP);
}

static void
assert_made(const char *path, bool directory, mode_t mode, const char *expected, mode_t type)
{
	struct statx found;

	assert_int_equal(root_make_target(root, path, directory, mode), 0);
	assert_int_equal(statx(root, expected, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &found), 0);
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
	assert_int_equal(statx(root, "b/e", 0, STATX_BASIC_STATS, &found), 0);
	assert_int_equal(found.stx_mode, S_IFDIR | 0755);
	assert_int_equal(statx(root, "b/e/f", 0, STATX_BASIC_STATS, &found), 0);
	assert_int_equal(found.stx_size, 0);
}

static void
what_is_there_already_stays_as_it_is(void **state)
{
	(void)state;
	mkdirat(root, "a", 0700);
	put_file(root, "a/file");
	assert_int_equal(symlinkat("/nowhere", root, "a/link"), 0);
	assert_int_equal(root_make_target(root, "/a", true, 0755), 0);
	assert_int_equal(root_make_target(root, "/a/file", false, 0600), 0);
	/* a link is covered by the mount, whatever it leads to */
	assert_int_equal(root_make_target(root, "/a/link", false, 0600), 0);
	assert_int_equal(root_make_target(root, "/a/link", true, 0755), 0);
	assert_int_equal(faccessat(root, "nowhere", F_OK, AT_SYMLINK_NOFOLLOW), -1);
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
	mkdirat(root, "deep", 0755);
	assert_int_equal(symlinkat(outside, root, "host"), 0);
	assert_int_equal(symlinkat("../outside", root, "above"), 0);
	assert_int_equal(symlinkat("../../outside", root, "deep/above"), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		errno = 0;
		assert_int_equal(root_make_target(root, paths[i], true, 0755), -1);
		assert_int_equal(errno, ENOENT);
		assert_int_equal(root_make_target(root, paths[i], false, 0644), -1);
	}
	assert_int_equal(root_make_target(root, "/../outside/new", true, 0755), 0);
	/* empty, so it can be taken away */
	assert_int_equal(unlinkat(outer, "outside", AT_REMOVEDIR), 0);
	assert_opens("/outside/new", "outside/new");
}

static void
a_ring_of_links_ends_the_making(void **state)
{
	(void)state;
	assert_int_equal(symlinkat("ring", root, "ring"), 0);
	errno = 0;
	assert_int_equal(root_make_target(root, "/ring/new", true, 0755), -1);
	assert_int_equal(errno, ELOOP);
}

static void
assert_refused(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
assert_refused(const char *path, const char *format, ...)
{
	char expected[PATH_MAX * 2];
	char *canonical = NULL;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(expected, sizeof(expected), format, arguments);
	va_end(arguments);
	assert_int_equal(root_open(path, &canonical, &report), -1);
	assert_string_equal(take_said(), expected);
	assert_null(canonical);
}

static void
a_tree_of_the_superuser_is_opened_by_its_canonical_path(void **state)
{
	char path[PATH_MAX];
	cleanup_free char *canonical = NULL;
	cleanup_fd int fd = -1;

	(void)state;
	assert_int_equal(symlinkat("tree", outer, "link"), 0);
	snprintf(path, sizeof(path), "%s/../%s/link", folder, strrchr(folder, '/') + 1);
	fd = root_open(path, &canonical, &report);
	assert_string_equal(take_said(), "");
	assert_int_equal(inode_of(fd), inode(outer, "tree"));
	assert_string_equal(canonical, tree);
	assert_int_equal(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static void
a_tree_of_somebody_else_is_refused(void **state)
{
	(void)state;
	stranger = inode(outer, "tree");
	assert_refused(tree,
		"test: %s belongs to user 4711, who could replace what everyone inside relies on; "
		"to mend it: chown root:root %s && chmod go-w %s\n",
		tree, tree, tree);
}

static void
a_tree_of_an_ordinary_user_is_refused_for_real(void **state)
{
	char *canonical = NULL;

	(void)state;
	is_superusers = false;
	/* the superuser makes one of another user; anybody else has one */
	if (geteuid() == 0 && chown(tree, 4711, 4711) < 0)
		skip();
	assert_int_equal(root_open(tree, &canonical, &report), -1);
	/* in a sticky directory it is that one which is named */
	assert_non_null(strstr(take_said(), "who could replace what everyone inside relies on"));
	assert_null(canonical);
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
	assert_refused(path,
		"test: %s belongs to user 4711, who could replace what everyone inside relies on; "
		"to mend it: chown root:root %s && chmod go-w %s\n",
		above, above, above);
}

static void
a_tree_that_others_can_write_to_is_refused(void **state)
{
	static const mode_t modes[] = {0775, 0757, 01777};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(chmod(tree, modes[i]), 0);
		assert_refused(tree,
			"test: %s can be written by others (mode %04o), who could replace what "
			"everyone inside relies on; to mend it: chown root:root %s && chmod go-w "
			"%s\n",
			tree, (unsigned)modes[i], tree, tree);
	}
}

static void
above_the_tree_a_sticky_directory_is_safe_and_a_writable_one_is_not(void **state)
{
	char expected[PATH_MAX];
	char *canonical = NULL;
	int fd;

	(void)state;
	assert_int_equal(chmod(folder, 0777), 0);
	assert_refused(tree,
		"test: %s can be written by others (mode 0777), who could replace what everyone "
		"inside relies on; to mend it: chown root:root %s && chmod go-w %s\n",
		folder, folder, folder);
	assert_int_equal(chmod(folder, 01777), 0);
	fd = root_open(tree, &canonical, &report);
	assert_true(fd >= 0);
	assert_string_equal(take_said(), "");
	close(fd);
	free(canonical);
	/* sticky helps only while the next one is the superuser's */
	canonical = NULL;
	stranger = inode(outer, "tree");
	assert_int_equal(root_open(tree, &canonical, &report), -1);
	snprintf(expected, sizeof(expected),
		"test: %s can be written by others (mode 1777), who could", folder);
	assert_memory_equal(take_said(), expected, strlen(expected));
	assert_null(canonical);
}

static void
a_tree_that_is_not_there_is_refused(void **state)
{
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/none", folder);
	assert_refused(path,
		"test: cannot open the root %s: No such file or directory; to mend it: put a tree "
		"there, or set root= to where it is\n",
		path);
	put_file(outer, "file");
	snprintf(path, sizeof(path), "%s/file", folder);
	assert_refused(path, "test: cannot open the root %s: Not a directory\n", path);
}

static void assert_target_refused(const char *path, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
assert_target_refused(const char *path, const char *format, ...)
{
	char expected[PATH_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(expected, sizeof(expected), format, arguments);
	va_end(arguments);
	assert_int_equal(root_judge_target(root, path, "/opt/games", &report), -1);
	assert_string_equal(take_said(), expected);
}

static void
the_directories_above_a_mount_point_are_judged_too(void **state)
{
	static const char expected[] =
		"test: /opt/games/a can be written by others (mode 1777), who could";

	(void)state;
	mkdirat(root, "a", 0755);
	mkdirat(root, "a/b", 0755);
	mkdirat(root, "a/b/c", 0777);
	/* what is covered by the mount may be anybody's */
	stranger = inode(root, "a/b/c");
	assert_int_equal(root_judge_target(root, "/a/b/c", "/opt/games", &report), 0);
	assert_string_equal(take_said(), "");
	stranger = inode(root, "a/b");
	assert_target_refused("/a/b/c",
		"test: /opt/games/a/b belongs to user 4711, who could replace what everyone inside "
		"relies on; to mend it: chown root:root /opt/games/a/b && chmod go-w "
		"/opt/games/a/b\n");
	stranger = inode(root, "a");
	assert_target_refused("/a/b/c",
		"test: /opt/games/a belongs to user 4711, who could replace what everyone inside "
		"relies on; to mend it: chown root:root /opt/games/a && chmod go-w /opt/games/a\n");
	stranger = 0;
	assert_int_equal(fchmodat(root, "a", 0775, 0), 0);
	assert_target_refused("/a/b/c",
		"test: /opt/games/a can be written by others (mode 0775), who could replace what "
		"everyone inside relies on; to mend it: chown root:root /opt/games/a && chmod go-w "
		"/opt/games/a\n");
	assert_int_equal(fchmodat(root, "a", 01777, 0), 0);
	assert_int_equal(root_judge_target(root, "/a/b/c", "/opt/games", &report), 0);
	/* sticky helps only while the mount point is the superuser's */
	mkdirat(root, "a/d", 0755);
	stranger = inode(root, "a/d");
	assert_int_equal(root_judge_target(root, "/a/d", "/opt/games", &report), -1);
	assert_memory_equal(take_said(), expected, strlen(expected));
}

static void
the_judgement_ends_at_the_top(void **state)
{
	(void)state;
	mkdirat(root, "a", 0755);
	stranger = inode(AT_FDCWD, folder);
	assert_int_equal(root_judge_target(root, "/a", "/opt/games", &report), 0);
	stranger = inode(outer, "tree");
	assert_target_refused("/a",
		"test: /opt/games belongs to user 4711, who could replace what everyone inside "
		"relies on; to mend it: chown root:root /opt/games && chmod go-w /opt/games\n");
	stranger = 0;
	assert_target_refused("/b",
		"test: cannot open the mount point /opt/games/b: No such file or directory\n");
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
		TEST(a_tree_of_the_superuser_is_opened_by_its_canonical_path),
		TEST(a_tree_of_somebody_else_is_refused),
		TEST(a_tree_of_an_ordinary_user_is_refused_for_real),
		TEST(a_tree_below_somebody_elses_directory_is_refused),
		TEST(a_tree_that_others_can_write_to_is_refused),
		TEST(above_the_tree_a_sticky_directory_is_safe_and_a_writable_one_is_not),
		TEST(a_tree_that_is_not_there_is_refused),
		TEST(the_directories_above_a_mount_point_are_judged_too),
		TEST(the_judgement_ends_at_the_top),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
