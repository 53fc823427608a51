/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/capabilities.h"

#include "common/cleanup.h"
#include "common/report.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#define MISSING "it lacks CAP_SYS_ADMIN: "

struct needed {
	unsigned number;
	unsigned uses; /* of enum capabilities_use */
	const char *name;
};

static const struct needed all[] = {
	{CAP_SYS_ADMIN,
		CAPABILITIES_OF_SUPERUSER | CAPABILITIES_OF_USER | CAPABILITIES_TO_CHANGE_USER,
		" CAP_SYS_ADMIN"},
	{CAP_SYS_CHROOT,
		CAPABILITIES_OF_SUPERUSER | CAPABILITIES_OF_USER | CAPABILITIES_TO_CHANGE_USER,
		" CAP_SYS_CHROOT"},
	{CAP_SETGID, CAPABILITIES_TO_CHANGE_USER, " CAP_SETGID"},
	{CAP_SETUID, CAPABILITIES_TO_CHANGE_USER, " CAP_SETUID"},
	{CAP_DAC_READ_SEARCH, CAPABILITIES_OF_USER | CAPABILITIES_TO_CHANGE_USER,
		" CAP_DAC_READ_SEARCH"},
};

/* The initial user namespace maps every number to itself (user_namespaces(7)). */
static bool
is_in_user_namespace(void)
{
	cleanup_file FILE *map = fopen("/proc/self/uid_map", "re");
	unsigned long inside, outside, count;

	return map && (fscanf(map, "%lu %lu %lu", &inside, &outside, &count) != 3 || inside != 0 ||
			      outside != 0 || count != UINT32_MAX);
}

static bool
is_traced(void)
{
	cleanup_file FILE *status = fopen("/proc/self/status", "re");
	char line[256];

	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "TracerPid:", 10) == 0)
			return strcmp(line, "TracerPid:\t0\n") != 0;
	return false;
}

/* Returns the reason why the setuid bit was ignored (execve(2)): the lasting ones first. */
static const char *
find_hindrance(void)
{
	struct stat program;
	struct statvfs mount;
	bool is_found = stat("/proc/self/exe", &program) == 0;

	if (is_found && !(program.st_mode & S_ISUID))
		return "it is not installed setuid, so that only the superuser can use it";
	if (is_in_user_namespace())
		return "it was called in a user namespace, where a setuid program has no effect";
	if (is_found && program.st_uid != 0)
		return "its file does not belong to the superuser";
	if (statvfs("/proc/self/exe", &mount) == 0 && mount.f_flag & ST_NOSUID)
		return "it lies on a filesystem that is mounted nosuid";
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return "it was called under no_new_privs, as in a sandbox or inside a root";
	if (is_traced())
		return "it is traced; trace it as the superuser";
	return "the kernel has not honoured its setuid bit";
}

int
capabilities_check(enum capabilities_use use, struct report *report)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	char names[128] = "";
	size_t length = 0;

	if (geteuid() != 0)
		return report_error(report, 0, MISSING "%s", find_hindrance());
	if (syscall(SYS_capget, &header, data) < 0)
		return report_error(report, errno, "cannot read the capabilities");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].uses & use && !(data[0].effective & 1U << all[i].number))
			length += (size_t)snprintf(
				names + length, sizeof(names) - length, "%s", all[i].name);
	if (length == 0)
		return 0;
	return report_error(report, 0, "it lacks%s, which was taken away before", names);
}

/* Returns 1 for the namespace of process 1, 0 for another one, or -1 if that cannot be read. */
static int
shares_with_init(const char *own_path, const char *init_path)
{
	struct stat own, init;

	if (stat(own_path, &own) < 0 || stat(init_path, &init) < 0)
		return -1;
	return own.st_dev == init.st_dev && own.st_ino == init.st_ino;
}

int
capabilities_check_namespace(struct report *report)
{
	/* the superuser of a user namespace may not read the links of process 1 */
	if (is_in_user_namespace() &&
		shares_with_init("/proc/self/ns/user", "/proc/1/ns/user") != 1)
		return report_error(report, 0,
			MISSING
			"it was called in a user namespace, whose superuser is an ordinary user of the host");
	if (shares_with_init("/proc/self/ns/mnt", "/proc/1/ns/mnt") == 0)
		return report_error(report, 0,
			"cannot enter from another mount namespace than that of process 1; for a network namespace, type nsenter --net=/run/netns/NAME chroot-enter … in place of ip netns exec");
	return 0;
}
