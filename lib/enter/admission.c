/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/admission.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/namespace.h"
#include "common/number.h"
#include "common/report.h"
#include "enter/entry.h"
#include "enter/log.h"
#include "enter/options.h"
#include "enter/powers.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

int
admission_find_caller(struct entry *entry)
{
	if (identity_find_caller(&entry->caller, entry->report) < 0)
		return -1;
	entry->is_superuser = entry->caller.uid == 0;
	return powers_check(entry->is_superuser ? POWERS_TO_JOIN : POWERS_TO_DROP, entry->report);
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

/*
 * The same words whether the root is absent, stopped, or not the caller's: it is nobody's business.
 * error: why it cannot be looked at, ENOENT and ESTALE (namespace_open_pin) because it is not
 * there.
 */
static int
refuse(const struct entry *entry, int error)
{
	const char *root = entry->options->root;

	if (entry->is_superuser && powers_check_place(entry->report) < 0)
		return -1;
	if (entry->is_superuser && error != ENOENT && error != ESTALE)
		return report_error(entry->report, error, "cannot look at %s", root);
	/* what was typed comes last: it can say nothing in another's name */
	if (!entry->is_superuser)
		log_say("chroot-enter", "uid %u was refused: %.64s", (unsigned)entry->caller.uid,
			root);
	return report_error(entry->report, 0,
		"%s is not prepared (rc-service chroot-mounts start), or you are not listed for it",
		*root != '\0' ? root : "''");
}

static int
mend_by_restart(const struct entry *entry, const char *what)
{
	const char *service = record_value(&entry->record, "service");

	report_mend(entry->report, "rc-service %s restart", *service ? service : "chroot-mounts");
	return report_error(entry->report, 0, "%s %s", entry->options->root, what);
}

/* May the caller enter? Nothing but the record and the kernel's credentials is asked. error: what
 * keeps the record from being read, 0 for nothing. */
static bool
may_enter(struct entry *entry, int folder, int *error)
{
	*error = record_read(&entry->record, folder, "record") < 0 ? errno : 0;
	if (entry->is_superuser)
		return true;
	return (*error == 0 || *error == EPROTO) && is_listed(&entry->record, &entry->caller);
}

/* Who is not listed learns of no failure either: a limit on descriptors would tell what there is.
 */
static int
authorise(struct entry *entry, int folder)
{
	int error;

	if (!may_enter(entry, folder, &error))
		return refuse(entry, ENOENT);
	if (error == EPROTO)
		return mend_by_restart(entry, "was prepared by another version");
	if (error == ENOENT)
		return refuse(entry, ENOENT);
	if (error != 0)
		return report_error(
			entry->report, error, "cannot read the record of %s", entry->options->root);
	return 0;
}

/*
 * Threat: a setuid copy of this program inside a root, or a caller in a mount namespace of its
 * own making, with a state directory of its own. The record names the mount that is `/` on the
 * host: its number is nobody else's while it lasts, in whatever namespace, and costs no look into
 * /proc.
 */
static int
check_host(const struct entry *entry)
{
	struct namespace_place place;

	if (namespace_place(&place) < 0)
		return report_error(entry->report, errno, "cannot look at /");
	if (record_has_number(&entry->record, "host_mount", place.mount))
		return 0;
	return report_error(entry->report, 0,
		"it can be used on the host only, not from inside another mount namespace");
}

static int
open_folder(const char *name)
{
	char path[sizeof(STATE_DIRECTORY "/") + NAME_LENGTH];
	size_t length = strlen(name);

	/* whoever calls has judged the name; nothing is written behind path all the same */
	if (length > NAME_LENGTH) {
		errno = ENOENT;
		return -1;
	}
	memcpy(path, STATE_DIRECTORY "/", sizeof(STATE_DIRECTORY));
	memcpy(path + sizeof(STATE_DIRECTORY), name, length + 1);
	return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int
admission_open(struct entry *entry)
{
	cleanup_fd int folder = -1;
	uint64_t number;

	if (!name_is_valid(entry->options->root))
		return refuse(entry, ENOENT);
	folder = open_folder(entry->options->root);
	if (folder < 0)
		return refuse(entry, errno);
	if (authorise(entry, folder) < 0 || (!entry->is_superuser && check_host(entry) < 0))
		return -1;
	entry->namespace = namespace_open_pin(folder, "ns");
	if (entry->namespace < 0)
		return refuse(entry, errno);
	if (namespace_number(entry->namespace, &number) < 0 ||
		!record_has_number(&entry->record, "namespace", number))
		return mend_by_restart(
			entry, "is damaged: another namespace is pinned than start made");
	return 0;
}

int
admission_check_place(const struct entry *entry, bool is_copy)
{
	struct namespace_place place;

	if (namespace_place(&place) < 0 ||
		!record_has_number(&entry->record, "device", place.device) ||
		!record_has_number(&entry->record, "inode", place.inode) ||
		(!is_copy && !record_has_number(&entry->record, "mount", place.mount)))
		return mend_by_restart(entry, "is damaged: / inside is not what start made");
	if (place.owner != 0 || place.mode & (S_IWGRP | S_IWOTH))
		return report_error(entry->report, 0,
			"%s is not safe to enter: its top directory can be written by others than "
			"the superuser",
			entry->options->root);
	return 0;
}

/* Asked before anything is looked at: a root that could not be would be missing without a word,
 * and a word on it would tell that it is there. */
static int
check_descriptors(const struct entry *entry)
{
	cleanup_fd int folder = open("/", O_PATH | O_CLOEXEC);
	cleanup_fd int record = open("/", O_PATH | O_CLOEXEC);

	return folder >= 0 && record >= 0
		       ? 0
		       : report_error(entry->report, errno, "cannot look at the roots");
}

/* Says its name if the caller may enter it; the superuser, unless a stop is at work on it. */
static int
list_root(struct entry *entry, const char *name)
{
	cleanup_fd int folder = open_folder(name);
	cleanup_fd int pin = -1;
	int error;

	if (folder < 0 || !may_enter(entry, folder, &error) || error == ENOENT)
		return 0;
	if (!entry->is_superuser && check_host(entry) < 0)
		return -1;
	pin = namespace_open_pin(folder, "ns");
	if (pin >= 0)
		puts(name);
	return 0;
}

static int
is_root_name(const struct dirent *found)
{
	return name_is_valid(found->d_name);
}

int
admission_list(struct entry *entry)
{
	struct dirent **roots = NULL;
	int count, result;

	if (check_descriptors(entry) < 0)
		return -1;
	count = scandir(STATE_DIRECTORY, &roots, is_root_name, alphasort);
	result = count >= 0 || errno == ENOENT
			 ? 0
			 : report_error(entry->report, errno, "cannot look at the roots");
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = list_root(entry, roots[i]->d_name);
		record_release(&entry->record);
		free(roots[i]);
	}
	free(roots);
	if (result == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		result = report_error(entry->report, errno, "cannot write");
	return result;
}
