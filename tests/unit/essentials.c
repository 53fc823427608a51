/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/syscalls.h"
#include "helper/essentials.h"
#include "said.h"
#include "superuser/root.h"

#include <elf.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/vfs.h>

/*
 * Whose files are whose, as the room is told: all are the superuser's but the strangers, by inode,
 * which are user 4711's. So anybody can make a good tree.
 */
static ino_t strangers[8];
static size_t stranger_count;

int __wrap_fstatat(int directory, const char *path, struct stat *found, int flags);
int __wrap_fstatat64(int directory, const char *path, struct stat *found, int flags);

static int
look(int directory, const char *path, struct stat *found, int flags)
{
	struct statx known;

	if (statx(directory, path, flags, STATX_BASIC_STATS, &known) < 0)
		return -1;
	/* the size: musl's fstat calls fstatat, and linked statically it calls this one */
	*found = (struct stat){.st_ino = known.stx_ino,
		.st_mode = known.stx_mode,
		.st_gid = 4712,
		.st_size = (off_t)known.stx_size};
	for (size_t i = 0; i < stranger_count; i++)
		if (strangers[i] == found->st_ino)
			found->st_uid = 4711;
	return 0;
}

int
__wrap_fstatat(int directory, const char *path, struct stat *found, int flags)
{
	return look(directory, path, found, flags);
}

/* what glibc makes of it under _FILE_OFFSET_BITS=64 */
int
__wrap_fstatat64(int directory, const char *path, struct stat *found, int flags)
{
	return look(directory, path, found, flags);
}

/* The filesystem that the tree is on; 0 for its own. */
static unsigned type;

int __wrap_fstatfs(int fd, struct statfs *found);
int __wrap_fstatfs64(int fd, struct statfs *found);

int
__wrap_fstatfs(int fd, struct statfs *found)
{
	(void)fd;
	*found = (struct statfs){.f_type = type};
	return 0;
}

int
__wrap_fstatfs64(int fd, struct statfs *found)
{
	return __wrap_fstatfs(fd, found);
}

/* The members of the group, as the name service would say it. */
static int members;

int __wrap_people_have_group(gid_t gid);

int
__wrap_people_have_group(gid_t gid)
{
	assert_true(gid == 4712 || gid == 4713);
	return members;
}

static char folder[] = "/tmp/essentials.XXXXXX";
static struct root root;
static struct essentials essentials;

static void
put(const char *path, const char *text)
{
	cleanup_fd int fd = openat(root.tree, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void
make(const char *path)
{
	assert_int_equal(mkdirat(root.tree, path, 0755), 0);
}

static void
link_to(const char *target, const char *path)
{
	assert_int_equal(symlinkat(target, root.tree, path), 0);
}

static void
give(const char *path)
{
	struct statx found;

	assert_int_equal(statx(root.tree, path, AT_SYMLINK_NOFOLLOW, STATX_INO, &found), 0);
	strangers[stranger_count++] = found.stx_ino;
}

static int
begin(void **state)
{
	static const char *const directories[] = {"bin", "etc", "usr", "usr/bin", "usr/lib",
		"usr/local", "usr/local/bin", "opt", "opt/bin", "root", "tmp"};

	assert_int_equal(report_to_memory(state), 0);
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	assert_non_null(mkdtemp(folder));
	root = (struct root){.tree = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC), .proc_fd = -1};
	root.is_of_host = true;
	root.path = strdup(folder);
	stranger_count = 0;
	members = 0;
	type = 0;
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		make(directories[i]);
	link_to("usr/lib", "lib");
	put("etc/passwd", "root:x:0:0::/root:/bin/ash\n");
	put("bin/busybox", "\177ELF");
	link_to("busybox", "bin/sh");
	link_to("busybox", "bin/ash");
	essentials = (struct essentials){
		.root = &root, .path = "/usr/local/bin:/usr/bin:/bin:/sbin:/opt/bin", .shell = ""};
	return 0;
}

static int
end(void **state)
{
	char command[64];

	essentials_release(&essentials);
	root_release(&root);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	return report_close(state);
}

static int
judge(void)
{
	int result = essentials_judge(&essentials, &report);

	if (result == 0)
		result = essentials_judge_groups(&essentials, &report);
	essentials_release(&essentials);
	return result;
}

static void
assert_good(void)
{
	assert_int_equal(judge(), 0);
	assert_string_equal(take_said(), "");
}

/* path: as it is named, by a path without links; command: what mends it, "%s" the tree. */
static void
assert_bad(const char *path, const char *command)
{
	char expected[1024], mend[512];

	snprintf(mend, sizeof(mend), "%s%s%s%s%s", command ? "; to mend it: " : "",
		command ? command : "", command ? folder : "", command ? path : "",
		command && !strstr(command, "-h") ? " # if you trust what is in it" : "");
	snprintf(expected, sizeof(expected),
		"test: %s%s belongs to user 4711, who could replace what everyone inside relies "
		"on%s\n",
		folder, path, mend);
	assert_int_equal(judge(), -1);
	assert_string_equal(take_said(), expected);
	stranger_count = 0;
	assert_good();
}

static void
a_tree_of_the_superuser_is_good_and_what_is_missing_too(void **state)
{
	(void)state;
	assert_good();
	unlinkat(root.tree, "etc/passwd", 0);
	assert_good();
	unlinkat(root.tree, "bin/sh", 0);
	assert_good();
}

static void
each_name_of_the_list_is_judged(void **state)
{
	static const char *const directories[] = {"/usr", "/etc", "/usr/lib", "/usr/local",
		"/usr/local/bin", "/usr/bin", "/bin", "/opt", "/opt/bin", "/root"};
	static const char *const files[] = {"/etc/passwd", "/etc/group", "/etc/shadow",
		"/etc/profile", "/etc/ld.so.preload", "/etc/ld.so.conf", "/root/.profile",
		"/root/.bashrc", "/root/.zshrc", "/root/.zshenv", "/bin/busybox"};

	(void)state;
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		give(directories[i] + 1);
		assert_bad(directories[i], "chown root ");
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (strcmp(files[i], "/etc/passwd") != 0 && strcmp(files[i], "/bin/busybox") != 0)
			put(files[i] + 1, "");
		give(files[i] + 1);
		assert_bad(files[i], "chown root ");
	}
	make("usr/libexec");
	give("usr/libexec");
	assert_bad("/usr/libexec", "chown root ");
	/* of another directory nothing is asked */
	make("srv");
	give("srv");
	give("tmp");
	assert_good();
}

static void
a_link_is_judged_and_where_it_leads(void **state)
{
	(void)state;
	give("lib");
	assert_bad("/lib", "chown -h root ");
	give("bin/ash");
	assert_bad("/bin/ash", "chown -h root ");
	make("srv");
	make("srv/x");
	link_to("/srv/x", "usr/lib64");
	link_to("../../srv/./../srv//x/", "usr/libx32");
	assert_good();
	give("srv");
	assert_bad("/srv", "chown root ");
	give("srv/x");
	assert_bad("/srv/x", "chown root ");
	unlinkat(root.tree, "usr/lib64", 0);
	give("srv/x");
	assert_bad("/srv/x", "chown root ");
	/* above the top is the top */
	unlinkat(root.tree, "usr/libx32", 0);
	link_to("../../../../srv/x", "usr/libx32");
	give("srv/x");
	assert_bad("/srv/x", "chown root ");
	/* links that lead nowhere, or round and round */
	link_to("/none/at/all", "lib32");
	link_to("lib64", "lib64");
	link_to("/etc/passwd/x", "libx32");
	assert_good();
}

static void
no_link_leads_out_of_the_tree(void **state)
{
	char target[64];

	(void)state;
	/* on the host it is a user's; in the tree it is not there */
	make("srv");
	give("srv");
	snprintf(target, sizeof(target), "%s/srv", folder);
	link_to(target, "usr/lib64");
	snprintf(target, sizeof(target), "../../../../../..%s/srv", folder);
	link_to(target, "usr/lib32");
	assert_good();
}

static void
the_home_and_the_shell_are_those_of_the_trees_passwd(void **state)
{
	(void)state;
	make("home");
	put("bin/zsh", "");
	give("root");
	put("etc/passwd", "toor:x:1:0::/home:/bin/sh\nroot:x:0:0::/home:/bin/zsh\n");
	assert_good();
	give("home");
	assert_bad("/home", "chown root ");
	give("bin/zsh");
	assert_bad("/bin/zsh", "chown root ");
	/* or those that are configured, or the top */
	essentials.shell = "/bin/ash";
	give("bin/zsh");
	assert_good();
	stranger_count = 0;
	put("etc/passwd", "");
	put(".profile", "");
	give(".profile");
	assert_bad("/.profile", "chown root ");
}

static void
put_elf(const char *path, const char *interpreter)
{
	struct {
		Elf64_Ehdr header;
		Elf64_Phdr entry;
		char interpreter[64];
	} file = {
		.header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				   EV_CURRENT},
			.e_type = ET_DYN,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT,
			.e_phoff = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 1},
		.entry = {.p_type = PT_INTERP, .p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr)},
	};
	cleanup_fd int fd = openat(root.tree, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	file.entry.p_filesz = strlen(interpreter) + 1;
	snprintf(file.interpreter, sizeof(file.interpreter), "%s", interpreter);
	assert_int_equal(write(fd, &file, sizeof(file)), sizeof(file));
}

static void
the_interpreters_of_the_shell_are_judged(void **state)
{
	(void)state;
	make("srv");
	put("srv/ld.so", "");
	put_elf("bin/busybox", "/srv/ld.so");
	assert_good();
	give("srv/ld.so");
	assert_bad("/srv/ld.so", "chown root ");
	put("bin/script", "#!/bin/busybox ash\n");
	essentials.shell = "/bin/script";
	give("srv/ld.so");
	assert_bad("/srv/ld.so", "chown root ");
	/* one that names itself comes to an end */
	put("bin/script", "#!/bin/script\n");
	assert_good();
}

static void
what_everybody_can_write_to_is_refused(void **state)
{
	char expected[512];

	(void)state;
	assert_int_equal(fchmodat(root.tree, "usr/bin", 0757, 0), 0);
	snprintf(expected, sizeof(expected),
		"test: %s/usr/bin can be written by others (mode 0757), who could replace what "
		"everyone inside relies on; to mend it: chmod go-w %s/usr/bin\n",
		folder, folder);
	assert_int_equal(judge(), -1);
	assert_string_equal(take_said(), expected);
	assert_int_equal(fchmodat(root.tree, "usr/bin", 0755, 0), 0);
	/* a way through /tmp, which is right as it is: to what is the superuser's there, and not to
	 * what is a user's or could be */
	assert_int_equal(fchmodat(root.tree, "tmp", 01777, 0), 0);
	make("tmp/bin");
	essentials.path = "/tmp/bin";
	assert_good();
	/* dots in a name are only letters */
	make("tmp/b.in");
	make("tmp/...");
	essentials.path = "/tmp/b.in:/tmp/...";
	assert_good();
	give("tmp/bin");
	essentials.path = "/tmp/bin";
	snprintf(expected, sizeof(expected),
		"test: %s/tmp can be written by others (mode 1777), who could replace what "
		"everyone inside relies on\n",
		folder);
	assert_int_equal(judge(), -1);
	assert_string_equal(take_said(), expected);
	stranger_count = 0;
	essentials.path = "/tmp/none";
	assert_int_equal(judge(), -1);
	assert_string_equal(take_said(), expected);
}

static void
what_a_group_can_write_to_depends_on_its_members(void **state)
{
	char expected[512];

	(void)state;
	assert_int_equal(fchmodat(root.tree, "usr/bin", 02775, 0), 0);
	assert_int_equal(fchmodat(root.tree, "etc/passwd", 0664, 0), 0);
	snprintf(expected, sizeof(expected),
		"test: the group without a name (4712), which has no members now, can write to "
		"what the superuser runs inside: %s/etc/passwd %s/usr/bin; to take that away: "
		"chmod g-w %s/etc/passwd %s/usr/bin\n",
		folder, folder, folder, folder);
	assert_int_equal(judge(), 0);
	assert_string_equal(take_said(), expected);
	members = 1;
	snprintf(expected, sizeof(expected),
		"test: the group without a name (4712), which has members on the host, can write "
		"to what the superuser runs inside: %s/etc/passwd %s/usr/bin; to mend it: chmod "
		"g-w %s/etc/passwd %s/usr/bin\n",
		folder, folder, folder, folder);
	assert_int_equal(judge(), -1);
	assert_string_equal(take_said(), expected);
	members = -1;
	errno = EIO;
	assert_int_equal(judge(), -1);
	assert_non_null(strstr(take_said(), "cannot find the members of the group 4712"));
}

static void
the_command_for_one_group_names_no_path_of_another(void **state)
{
	char first[] = "/etc/first", second[] = "/etc/second";
	struct essentials_shared shared[] = {
		{.path = first, .group = 4712, .has_host_path = true},
		{.path = second, .group = 4713, .has_host_path = true},
	};
	const struct essentials two = {.root = &root, .shared = shared, .shared_count = 2};
	char expected[512];

	(void)state;
	members = 1;
	assert_int_equal(essentials_judge_groups(&two, &report), -1);
	snprintf(expected, sizeof(expected),
		"runs inside: %s/etc/first; to mend it: chmod g-w %s/etc/first\n", folder, folder);
	assert_non_null(strstr(take_said(), expected));
}

static void
a_tree_that_one_user_has_unpacked_is_named_as_such(void **state)
{
	char expected[512];

	(void)state;
	/* two directories are enough: a change of one after the other would hide it */
	give("usr");
	give("bin");
	snprintf(expected, sizeof(expected),
		"test: %s was unpacked by user 4711, or with shifted uids, and the superuser who "
		"enters would run what that user can change: unpack it again as the superuser, by "
		"tar xpf ARCHIVE --numeric-owner -C NEW_DIRECTORY or debootstrap\n",
		folder);
	assert_int_equal(judge(), -1);
	assert_string_equal(take_said(), expected);
}

/* linux/magic.h: what vfat, exfat, ntfs3 and FUSE say of themselves */
static void
a_filesystem_without_owners_is_named_as_such(void **state)
{
	static const struct {
		unsigned type;
		const char *name;
	} types[] = {{0x4d44, "vfat"}, {0x2011bab0, "exfat"}, {0x7366746e, "ntfs3"}};
	char expected[512];

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		type = types[i].type;
		/* it may be mounted such that all is the superuser's */
		assert_good();
		give("usr");
		snprintf(expected, sizeof(expected),
			"test: %s lies on a %s filesystem, which shows everything there with one "
			"owner and one mode: unpack the tree on one that keeps them, such as ext4, "
			"xfs or btrfs\n",
			folder, types[i].name);
		assert_int_equal(judge(), -1);
		assert_string_equal(take_said(), expected);
		stranger_count = 0;
	}
	/* FUSE may keep owners, as sshfs does, or not, as ntfs-3g does */
	type = 0x65735546;
	give("usr");
	assert_bad("/usr", "chown root ");
	give("usr");
	give("bin");
	give("etc");
	give("lib");
	assert_int_equal(judge(), -1);
	assert_non_null(strstr(take_said(), " lies on a FUSE filesystem, "));
}

static void
what_is_not_the_hosts_has_no_command_that_mends_it(void **state)
{
	(void)state;
	root.is_of_host = false;
	give("usr");
	assert_bad("/usr", NULL);
}

static void
what_a_mount_will_show_is_judged_in_its_place(void **state)
{
	struct essentials_cover covers[2] = {{.mount_point = "/usr", .fd = -1}};

	(void)state;
	make("srv");
	make("srv/bin");
	/* what it covers is not seen any more, and of one without a descriptor nothing is known */
	give("usr/bin");
	essentials.covers = covers;
	essentials.cover_count = 1;
	assert_good();
	covers[0].fd = openat(root.tree, "srv", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_good();
	give("srv/bin");
	strangers[0] = strangers[1];
	stranger_count = 1;
	assert_bad("/usr/bin", NULL);
	give("srv");
	assert_bad("/usr", NULL);
	/* a later one covers an earlier one */
	make("opt/lib");
	give("srv/bin");
	covers[1] = (struct essentials_cover){.mount_point = "/usr/bin", .fd = -1};
	essentials.cover_count = 2;
	assert_good();
	close(covers[0].fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tree_of_the_superuser_is_good_and_what_is_missing_too),
		TEST(each_name_of_the_list_is_judged),
		TEST(a_link_is_judged_and_where_it_leads),
		TEST(no_link_leads_out_of_the_tree),
		TEST(the_home_and_the_shell_are_those_of_the_trees_passwd),
		TEST(the_interpreters_of_the_shell_are_judged),
		TEST(what_everybody_can_write_to_is_refused),
		TEST(what_a_group_can_write_to_depends_on_its_members),
		TEST(the_command_for_one_group_names_no_path_of_another),
		TEST(a_tree_that_one_user_has_unpacked_is_named_as_such),
		TEST(a_filesystem_without_owners_is_named_as_such),
		TEST(what_is_not_the_hosts_has_no_command_that_mends_it),
		TEST(what_a_mount_will_show_is_judged_in_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
