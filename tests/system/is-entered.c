/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * is-entered UID GID DEVICE INODE FILTER [GROUP...]: has whoever runs this entered whole, as that
 * user, in the root with that `/`? FILTER is 2 where a seccomp filter is due, else 0. Exits with 77
 * and no word, or names what is missing and exits with 200 and its place in the list below.
 * System calls alone: it must see the truth where there is no memory and no descriptor to spare.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

enum { UID = 1, GID, DEVICE, INODE, FILTER, GROUPS };

static unsigned long
number(const char *word)
{
	return strtoul(word, NULL, 10);
}

static bool
has_uids(char **argv)
{
	uid_t real, effective, saved;
	uid_t uid = (uid_t)number(argv[UID]);

	/* setfsuid(2) tells the last one, and changes nothing for an invalid number */
	return getresuid(&real, &effective, &saved) == 0 && real == uid && effective == uid &&
	       saved == uid && (uid_t)syscall(SYS_setfsuid, -1) == uid;
}

static bool
has_gids(char **argv)
{
	gid_t real, effective, saved;
	gid_t gid = (gid_t)number(argv[GID]);

	return getresgid(&real, &effective, &saved) == 0 && real == gid && effective == gid &&
	       saved == gid && (gid_t)syscall(SYS_setfsgid, -1) == gid;
}

static bool
has_groups(char **argv)
{
	gid_t groups[64];
	int count = getgroups(64, groups);
	int i;

	for (i = 0; i < count && argv[GROUPS + i]; i++)
		if (groups[i] != (gid_t)number(argv[GROUPS + i]))
			return false;
	return i == count && !argv[GROUPS + i];
}

static bool
has_no_capability(char **argv)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	(void)argv;
	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	for (int i = 0; i < 2; i++)
		if (data[i].effective | data[i].permitted | data[i].inheritable)
			return false;
	return true;
}

static bool
has_empty_ambient_set(char **argv)
{
	(void)argv;
	for (unsigned long capability = 0; capability < 64; capability++)
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) == 1)
			return false;
	return true;
}

static bool
cannot_come_back(char **argv)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{.permitted = 1U << CAP_SYS_ADMIN}};

	(void)argv;
	return setresuid(0, 0, 0) < 0 && setresuid(0, (uid_t)-1, (uid_t)-1) < 0 &&
	       setresgid(0, 0, 0) < 0 && syscall(SYS_capset, &header, data) < 0;
}

static bool
has_no_new_privileges(char **argv)
{
	(void)argv;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static bool
has_filter(char **argv)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == (int)number(argv[FILTER]);
}

static bool
has_three_descriptors(char **argv)
{
	(void)argv;
	for (int fd = 0; fd < 1024; fd++)
		if ((fcntl(fd, F_GETFD) >= 0) != (fd <= 2))
			return false;
	return true;
}

static bool
is_in_root(char **argv)
{
	struct stat found;
	char path[16];

	return stat("/", &found) == 0 && found.st_dev == number(argv[DEVICE]) &&
	       found.st_ino == number(argv[INODE]) &&
	       syscall(SYS_getcwd, path, sizeof(path)) == 2 && path[0] == '/';
}

/* What sbin/chroot-enter.1 names. */
static bool
has_environment(char **argv)
{
	static const char *const rules[] = {"HOME=*", "USER=*", "LOGNAME=*", "SHELL=*", "PATH=*",
		"CHROOT_NAME=*", "debian_chroot=*", "TMUX_TMPDIR=*", "TERM=*", "LANG=*", "LC_*=*",
		"TZ=*", "COLORTERM=*", "NO_COLOR=*", "DISPLAY=*", "XAUTHORITY=*"};

	(void)argv;
	for (char **string = environ; *string; string++) {
		bool is_known = false;

		for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
			is_known |= fnmatch(rules[i], *string, 0) == 0;
		if (!is_known)
			return false;
	}
	return true;
}

static const struct {
	const char *name;
	bool (*holds)(char **argv);
} facts[] = {
	{"four uids", has_uids},
	{"four gids", has_gids},
	{"groups", has_groups},
	{"no capability", has_no_capability},
	{"empty ambient set", has_empty_ambient_set},
	{"no way back", cannot_come_back},
	{"no_new_privs", has_no_new_privileges},
	{"filter", has_filter},
	{"three descriptors", has_three_descriptors},
	{"root", is_in_root},
	{"environment", has_environment},
};

int
main(int argc, char **argv)
{
	int status = 77;

	if (argc < GROUPS)
		return 2;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		if (facts[i].holds(argv))
			continue;
		if (write(STDERR_FILENO, "missing: ", 9) < 0 ||
			write(STDERR_FILENO, facts[i].name, strlen(facts[i].name)) < 0 ||
			write(STDERR_FILENO, "\n", 1) < 0)
			status = 199;
		if (status == 77)
			status = 200 + (int)i;
	}
	return status;
}
