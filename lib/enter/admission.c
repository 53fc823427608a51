/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/admission.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/namespace.h"
#include "common/number.h"
#include "common/owner.h"
#include "common/report.h"
#include "enter/capabilities.h"
#include "enter/entry.h"
#include "enter/guard.h"
#include "enter/log.h"
#include "enter/options.h"
#include "enter/privileges.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

int
admission_begin(struct entry *entry)
{
	if (identity_find_caller(&entry->caller, entry->report) < 0)
		return -1;
	entry->is_superuser = entry->caller.uid == 0;
	if (capabilities_check(
		    entry->is_superuser ? CAPABILITIES_OF_SUPERUSER : CAPABILITIES_OF_USER,
		    entry->report) < 0)
		return -1;
	return entry->is_superuser ? 0 : privileges_become(&entry->caller, entry->report);
}

/* The superuser keeps every capability effective. */
static int
raise(const struct entry *entry, enum privileges_use use)
{
	if (entry->is_superuser || privileges_raise(use) == 0)
		return 0;
	return report_error(entry->report, errno, "cannot use the capabilities that joining needs");
}

static int
lower(const struct entry *entry)
{
	if (entry->is_superuser || privileges_lower() == 0)
		return 0;
	return report_error(entry->report, errno, "cannot drop the capabilities");
}

static bool
is_listed(const struct record *record, const struct identity *caller)
{
	const char *value = NULL;
	uint64_t gid;

	if (record_has_number(record, "uid", caller->uid))
		return true;
	while ((value = record_next(record, "gid", value)))
		if (number_parse(value, UINT32_MAX, &gid) == 0 &&
			identity_has_group(caller, (gid_t)gid))
			return true;
	return false;
}

/* Reports the same for a root that is absent, stopped, or not the caller's. error: the errno of
 * opening it; ENOENT and ESTALE (namespace_open_pin) if it does not exist. */
static int
refuse_caller(const struct entry *entry, int error)
{
	const char *root = *entry->options->root != '\0' ? entry->options->root : "''";
	char path[sizeof(SYSCONFDIR "/conf.d/chroot-mounts.") + NAME_LENGTH];

	if (!entry->is_superuser)
		log_refusal("chroot-enter", entry->caller.uid, ": %.64s", entry->options->root);
	else if (capabilities_check_namespace(entry->report) < 0)
		return -1;
	if (!name_is_valid(root))
		return report_error(entry->report, 0,
			"%s is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)",
			root);
	if (!entry->is_superuser)
		return report_error(entry->report, 0,
			"%s is not prepared (chroot-mounts start %s), or you are not listed for it",
			root, root);
	if (error != ENOENT && error != ESTALE)
		return report_error(entry->report, error, "cannot look at %s", root);
	snprintf(path, sizeof(path), SYSCONFDIR "/conf.d/chroot-mounts.%s", root);
	if (access(path, F_OK) < 0)
		return report_error(
			entry->report, 0, "no root is called %s (chroot-mounts list)", root);
	report_mend(entry->report, "chroot-mounts start %s", root);
	return report_error(entry->report, 0, "%s is not prepared", root);
}

static int
mend_by_restart(const struct entry *entry, const char *what)
{
	report_mend(entry->report, "chroot-mounts restart %s", entry->options->root);
	return report_error(entry->report, 0, "%s %s", entry->options->root, what);
}

/*
 * Threat: a setuid copy of this program inside a root, or this one in a namespace of the caller's,
 * finds a forged state directory. Defence: the record has the mount id of `/` on the host, which no
 * other mount of any namespace has while that one lasts.
 */
static int
check_host(const struct entry *entry)
{
	struct namespace_root root;

	if (namespace_read_root(&root) < 0)
		return report_error(entry->report, errno, "cannot look at /");
	if (record_has_number(&entry->record, "host_mount", root.mount))
		return 0;
	return report_error(entry->report, 0,
		"cannot enter from another mount namespace than the host's; for a network namespace, type nsenter --net=/run/netns/NAME chroot-enter … in place of ip netns exec");
}

/* True if the record lets the caller enter. error: the errno of reading it, or 0. */
static bool
may_enter(struct entry *entry, int *error)
{
	*error = record_read_file(&entry->record, entry->record_file) < 0 ? errno : 0;
	if (entry->is_superuser)
		return true;
	return (*error == 0 || *error == EPROTO) && is_listed(&entry->record, &entry->caller);
}

/* Opens directory and record of a valid name. Returns 0, or -1 with errno set; reports nothing. */
static int
open_root(struct entry *entry, const char *name)
{
	char path[sizeof(STATE_DIRECTORY "/") + NAME_LENGTH];

	cleanup_fd_release(&entry->folder);
	cleanup_fd_release(&entry->record_file);
	cleanup_fd_release(&entry->namespace);
	record_release(&entry->record);
	snprintf(path, sizeof(path), STATE_DIRECTORY "/%s", name); /* fits: the name is valid */
	entry->folder = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (entry->folder >= 0)
		entry->record_file = record_open(entry->folder, "record");
	return entry->record_file < 0 ? -1 : 0;
}

int
admission_judge(struct entry *entry)
{
	const char *root = entry->options->root;
	int error;

	if (!name_is_valid(root))
		return refuse_caller(entry, ENOENT);
	if (raise(entry, PRIVILEGES_TO_READ) < 0)
		return -1;
	error = open_root(entry, root) < 0 ? errno : 0;
	if (lower(entry) < 0)
		return -1;
	if (entry->folder < 0)
		return refuse_caller(entry, error);
	/* the same refusal after a failure: RLIMIT_NOFILE would reveal that the root exists */
	if (error == 0 ? !may_enter(entry, &error) : !entry->is_superuser)
		return refuse_caller(entry, ENOENT);
	if (error == EPROTO)
		return mend_by_restart(entry, "was prepared by another version");
	if (error == ENOENT)
		return refuse_caller(entry, ENOENT);
	if (error != 0)
		return report_error(entry->report, error, "cannot read the record of %s", root);
	return entry->is_superuser ? 0 : check_host(entry);
}

/* True if the record in place is the one that was read: reload and stop rename it. Its open file
 * keeps the inode number from being reused. */
static bool
is_same_record(const struct entry *entry)
{
	struct stat found;

	return fstatat(entry->folder, "record", &found, AT_SYMLINK_NOFOLLOW) == 0 &&
	       found.st_dev == entry->record.device && found.st_ino == entry->record.inode;
}

int
admission_open_pin(struct entry *entry)
{
	uint64_t number;
	bool is_same;
	int error;

	do {
		if (raise(entry, PRIVILEGES_TO_READ) < 0)
			return -1;
		entry->namespace = namespace_open_pin(entry->folder, "ns");
		error = errno;
		is_same = is_same_record(entry);
		if (lower(entry) < 0 || (!is_same && admission_judge(entry) < 0))
			return -1;
	} while (!is_same);
	if (entry->namespace < 0)
		return refuse_caller(entry, error);
	if (namespace_number(entry->namespace, &number) < 0 ||
		!record_has_number(&entry->record, "namespace", number))
		return mend_by_restart(
			entry, "is damaged: another namespace is pinned than start made");
	return 0;
}

/* Judges the caller again, after the join, by a record that a reload renewed; one that a stop put
 * away is a refusal. Returns 0, or -1 after reporting the error. */
static int
judge_again(struct entry *entry)
{
	uint64_t number;
	int error;

	cleanup_fd_release(&entry->record_file);
	record_release(&entry->record);
	entry->record_file = record_open(entry->folder, "record");
	if (lower(entry) < 0)
		return -1;
	if (entry->record_file >= 0 && may_enter(entry, &error) && error == 0 &&
		namespace_number(entry->namespace, &number) == 0 &&
		record_has_number(&entry->record, "namespace", number))
		return raise(entry, PRIVILEGES_TO_JOIN);
	return report_error(entry->report, 0,
		"%s was stopped or reloaded at this moment; enter it again", entry->options->root);
}

int
admission_join(struct entry *entry)
{
	int error;

	if (raise(entry, PRIVILEGES_TO_JOIN) < 0)
		return -1;
	if (namespace_join(entry->namespace) < 0) {
		error = errno;
		lower(entry);
		return report_error(entry->report, error, "cannot join the namespace of %s",
			entry->options->root);
	}
	while (!is_same_record(entry))
		if (judge_again(entry) < 0)
			return -1;
	/*
	 * Threat: a directory or a program of the host is open as 9, and -d, -s, COMMAND or a link
	 * in the root names /proc/self/fd/9. Defence: all are closed before the root is read.
	 */
	entry->folder = entry->record_file = entry->namespace = -1;
	return guard_close_descriptors(0, entry->report);
}

int
admission_check_root(const struct entry *entry, bool is_copy)
{
	struct namespace_root root;

	if (namespace_read_root(&root) < 0 || !record_has_root(&entry->record, &root, is_copy))
		return mend_by_restart(entry, "is damaged: / inside is not what start made");
	if (!owner_is_superuser_alone(root.owner, root.mode))
		return report_error(entry->report, 0,
			"%s is not safe to enter: its top directory can be written by others than the superuser",
			entry->options->root);
	return 0;
}

/* Checks that three files can be opened: without them roots would be missing from the list, and a
 * message would reveal one. */
static int
check_descriptors(const struct entry *entry)
{
	cleanup_fd int folder = open("/", O_PATH | O_CLOEXEC);
	cleanup_fd int record = open("/", O_PATH | O_CLOEXEC);
	cleanup_fd int pin = open("/", O_PATH | O_CLOEXEC);

	return folder >= 0 && record >= 0 && pin >= 0
		       ? 0
		       : report_error(entry->report, errno, "cannot look at the roots");
}

/* Returns 1 if the caller may enter the root, 0 if not, or -1 after reporting the error. */
static int
is_open_to(struct entry *entry, const char *name)
{
	cleanup_fd int pin = -1;
	bool is_there;
	int error;

	if (raise(entry, PRIVILEGES_TO_READ) < 0)
		return -1;
	is_there = open_root(entry, name) == 0;
	pin = is_there ? namespace_open_pin(entry->folder, "ns") : -1;
	if (lower(entry) < 0)
		return -1;
	if (!is_there || !may_enter(entry, &error))
		return 0;
	if (!entry->is_superuser && check_host(entry) < 0)
		return -1;
	return pin >= 0;
}

int
admission_list(struct entry *entry)
{
	struct dirent **roots = NULL;
	int count, error, result = 0;

	if (check_descriptors(entry) < 0 || raise(entry, PRIVILEGES_TO_READ) < 0)
		return -1;
	count = scandir(STATE_DIRECTORY, &roots, NULL, alphasort);
	error = errno;
	if (lower(entry) < 0)
		return -1;
	if (count < 0 && error != ENOENT)
		return report_error(entry->report, error, "cannot look at the roots");
	for (int i = 0; i < count; i++) {
		const char *name = roots[i]->d_name;

		if (result >= 0 && name_is_valid(name) && (result = is_open_to(entry, name)) > 0)
			puts(name);
		free(roots[i]);
	}
	free(roots);
	if (result >= 0 && (fflush(stdout) != 0 || ferror(stdout)))
		return report_error(entry->report, errno, "cannot write");
	return result < 0 ? -1 : 0;
}
