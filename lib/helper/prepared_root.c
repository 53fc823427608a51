/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/prepared_root.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/namespace.h"
#include "common/number.h"
#include "common/report.h"
#include "helper/mount_make.h"
#include "helper/namespace_make.h"
#include "helper/process.h"
#include "helper/record_read.h"
#include "helper/record_write.h"
#include "helper/state.h"
#include "helper/visible.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

const char *
prepared_root_reason(enum prepared_root_state state)
{
	static const char *const reasons[] = {
		[PREPARED_ROOT_NOT] = "is not prepared",
		[PREPARED_ROOT_GOOD] = "is prepared already",
		[PREPARED_ROOT_BY_OTHERS] = "was prepared by another version",
		[PREPARED_ROOT_HALF] = "was not stopped completely",
		[PREPARED_ROOT_DAMAGED] = "is damaged: / inside is not what start made",
	};

	return reasons[state];
}

void
prepared_root_release_held(struct prepared_root *prepared)
{
	while (prepared->held.count > 0)
		close(prepared->held.fds[--prepared->held.count]);
}

void
prepared_root_release(struct prepared_root *prepared)
{
	cleanup_fd_release(&prepared->folder);
	cleanup_fd_release(&prepared->pin);
	record_release(&prepared->record);
	prepared_root_release_held(prepared);
}

/* A step that runs inside the namespace. Returns 0, or -1 with errno set. */
typedef int step_function(const struct prepared_root *prepared, void *data);

struct visit {
	const struct prepared_root *prepared; /* borrowed */
	step_function *step;
	void *data; /* borrowed */
};

static int
run_visit(void *data)
{
	const struct visit *visit = data;

	return visit->step(visit->prepared, visit->data);
}

static int
with_namespace(const struct prepared_root *prepared, int host, step_function *step, void *data,
	const char *tried, struct report *report)
{
	struct visit visit = {.prepared = prepared, .step = step, .data = data};
	bool lost;
	int result = namespace_visit(prepared->pin, host, run_visit, &visit, &lost, report);

	return result == 0 || lost ? result
				   : report_error(report, errno, "cannot %s inside", tried);
}

static int
is_in_place(const struct prepared_root *prepared, void *data)
{
	struct namespace_root place;

	/* a `/` that cannot be examined is damaged too */
	*(bool *)data = namespace_read_root(&place) == 0 &&
			record_has_root(&prepared->record, &place, false);
	return 0;
}

/* Finds the state of a root that has a pin. Returns 0, or -1 after reporting the error. */
static int
judge_record(struct prepared_root *prepared, int host, struct report *report)
{
	bool in_place = false;

	if (record_read(&prepared->record, prepared->folder, "record") == 0) {
		if (with_namespace(prepared, host, is_in_place, &in_place, "look", report) < 0)
			return -1;
		prepared->state = in_place ? PREPARED_ROOT_GOOD : PREPARED_ROOT_DAMAGED;
		return 0;
	}
	prepared->state = errno == EPROTO ? PREPARED_ROOT_BY_OTHERS : PREPARED_ROOT_HALF;
	if (prepared->state == PREPARED_ROOT_HALF && errno != ENOENT && errno != EBADMSG)
		return report_error(report, errno, "cannot read the record");
	if (prepared->state == PREPARED_ROOT_HALF)
		record_read(&prepared->record, prepared->folder, "record.stopping");
	return 0;
}

/*
 * Refuses a root that is prepared on the host while this process is in a copy of the host's
 * namespace. The copy has the state directory but none of the pins, and removing a pin's file would
 * unmount it everywhere.
 */
static int
refuse_elsewhere(struct prepared_root *prepared, int host, struct report *report)
{
	struct record record = {0};
	uint64_t number;
	bool is_other;

	record_read_either(&record, prepared->folder);
	is_other = record.size > 0 && namespace_number(host, &number) == 0 &&
		   record_value(&record, "host")[0] != '\0' &&
		   !record_has_number(&record, "host", number);
	record_release(&record);
	if (!is_other)
		return 0;
	return report_error(report, 0,
		"was prepared in another mount namespace, the host's: use this command there");
}

int
prepared_root_open(struct prepared_root *prepared, int state, const char *name, int host,
	struct report *report)
{
	int result = 0;

	*prepared =
		(struct prepared_root){.folder = state_open_folder(state, name, false), .pin = -1};
	if (prepared->folder < 0)
		return errno == ENOENT ? 0
				       : report_error(report, errno, "cannot open %s/%s",
						 STATE_DIRECTORY, name);
	prepared->pin = namespace_open_pin(prepared->folder, "ns");
	/* only these two mean that there is none; no other error may cost a live namespace its
	 * pin */
	if (prepared->pin < 0 && errno != ENOENT && errno != ESTALE)
		result = report_error(report, errno, "cannot open %s/%s/ns", STATE_DIRECTORY, name);
	else if (prepared->pin >= 0)
		result = judge_record(prepared, host, report);
	else
		result = refuse_elsewhere(prepared, host, report);
	if (result < 0)
		prepared_root_release(prepared);
	return result;
}

/*
 * Threat: the superuser calls stop in a child PID namespace with its own /proc, which does not list
 * the processes inside, and stop reports that none is left. Defence: only the PID namespace of
 * start and the initial one, which sees all (pid_namespaces(7)), are accepted.
 */
int
prepared_root_check_pid_namespace(
	const struct prepared_root *prepared, uint64_t pid_namespace, struct report *report)
{
	const struct record *record = &prepared->record;

	if (pid_namespace == PROCESS_INITIAL_NAMESPACE ||
		record_value(record, "pid_namespace")[0] == '\0' ||
		record_has_number(record, "pid_namespace", pid_namespace))
		return 0;
	return report_error(report, 0,
		"was started in another PID namespace, so not every process inside is seen: use this command there, or in the machine's initial PID namespace");
}

static int
open_folder(int state, const char *name, bool make, struct report *report)
{
	int folder = state_open_folder(state, name, make);

	return folder >= 0
		       ? folder
		       : report_error(report, errno, "cannot open %s/%s", STATE_DIRECTORY, name);
}

int
prepared_root_write_record(
	const struct record *record, int state, const char *name, struct report *report)
{
	cleanup_fd int folder = open_folder(state, name, true, report);

	if (folder < 0)
		return -1;
	return record_write(record, folder, "record") == 0
		       ? 0
		       : report_error(report, errno, "cannot write the record");
}

int
prepared_root_pin(int state, const char *name, int namespace, struct report *report)
{
	cleanup_fd int folder = open_folder(state, name, false, report);
	cleanup_fd int file = -1;
	char path[sizeof(STATE_DIRECTORY "//ns") + NAME_LENGTH];

	if (folder < 0)
		return -1;
	snprintf(path, sizeof(path), STATE_DIRECTORY "/%s/ns", name);
	file = openat(folder, "ns", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return report_error(report, errno, "cannot make %s", path);
	if (mount_pin(namespace, path) < 0)
		return report_error(report, errno, "cannot pin the namespace to %s", path);
	return 0;
}

int
prepared_root_remove(int state, const char *name, struct report *report)
{
	cleanup_fd int folder = state_open_folder(state, name, false);
	struct record record = {0};
	int result;

	if (folder < 0 && errno == ENOENT)
		return 0;
	if (folder >= 0)
		record_read_either(&record, folder);
	result = visible_take_away(&record, report);
	record_release(&record);
	if (result < 0)
		return -1;
	if (state_remove_folder(state, name) == 0)
		return 0;
	return report_error(report, errno, "cannot take %s/%s away", STATE_DIRECTORY, name);
}

int
prepared_root_refuse_entries(struct prepared_root *prepared, struct report *report)
{
	if (prepared->state != PREPARED_ROOT_HALF &&
		renameat(prepared->folder, "record", prepared->folder, "record.stopping") < 0)
		return report_error(report, errno, "cannot put the record away");
	return 0;
}

/* Adds the users and groups of the record. Returns 0, or -1 with errno set. */
static int
list_entering(const struct record *record, struct membership *membership, int root)
{
	const char *value = NULL;
	uint64_t number;

	while ((value = record_next(record, "uid", value)))
		if (number_parse(value, UINT32_MAX, &number) == 0 &&
			membership_list_user(membership, root, number) < 0)
			return -1;
	while ((value = record_next(record, "gid", value)))
		if (number_parse(value, UINT32_MAX, &number) == 0 &&
			membership_list_group(membership, root, number) < 0)
			return -1;
	return 0;
}

/* Takes over the stream. Returns the root's number, or -1 with errno set. */
static int
add_numbers(const struct prepared_root *prepared, struct membership_root *root,
	struct membership *membership)
{
	const char *value = NULL;
	struct record_mount mount;
	int number;

	root->superblocks = calloc(PREPARED_ROOT_MARKS, sizeof(*root->superblocks));
	if (!root->superblocks) {
		cleanup_file_release(&root->mountinfo);
		return -1;
	}
	while (root->superblock_count < PREPARED_ROOT_MARKS &&
		(value = record_next(&prepared->record, "filesystem", value)))
		if (record_parse_mount(value, RECORD_FILESYSTEM, &mount) == 0)
			root->superblocks[root->superblock_count++] =
				(struct membership_superblock){
					.mount = mount.id, .device = mount.device};
	record_number(&prepared->record, "mount", &root->root_mount);
	number = membership_add(membership, root);
	if (number >= 0 && list_entering(&prepared->record, membership, number) < 0) {
		membership_remove_root(membership, number);
		return -1;
	}
	return number;
}

struct mountinfo_file {
	int proc; /* the host's /proc, which no process inside can replace */
	int fd;
};

/* Opens mountinfo inside: it shows the mounts there, wherever it is read. */
static int
open_mountinfo(const struct prepared_root *prepared, void *data)
{
	struct mountinfo_file *mountinfo = data;

	(void)prepared;
	mountinfo->fd = openat(mountinfo->proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	return mountinfo->fd < 0 ? -1 : 0;
}

int
prepared_root_add_membership(const struct prepared_root *prepared, int host, const char *name,
	struct membership *membership, struct report *report)
{
	cleanup_fd int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct mountinfo_file mountinfo = {.proc = proc, .fd = -1};
	struct membership_root root = {.name = name};
	int number;

	if (namespace_number(prepared->pin, &root.namespace) < 0)
		return report_error(report, errno, "cannot look at the namespace");
	if (with_namespace(
		    prepared, host, open_mountinfo, &mountinfo, "read what is mounted", report) < 0)
		return -1;
	/* only now: setns(2) has made the host's `/` the root directory */
	if (membership_know_host(membership, host) < 0) {
		close(mountinfo.fd);
		return report_error(report, errno, "cannot look at the host's namespace");
	}
	root.mountinfo = fdopen(mountinfo.fd, "r");
	if (!root.mountinfo)
		close(mountinfo.fd);
	number = root.mountinfo ? add_numbers(prepared, &root, membership) : -1;
	return number >= 0 ? number
			   : report_error(report, errno, "cannot read what is mounted inside");
}

/* Opens, inside, the filesystems of start that are still in place. */
static int
hold_superblocks(const struct prepared_root *prepared, void *data)
{
	struct prepared_root_held *held = data;
	const char *value = NULL;

	while (held->count < PREPARED_ROOT_MARKS &&
		(value = record_next(&prepared->record, "filesystem", value))) {
		cleanup_fd int fd = -1;
		struct record_mount mount;
		struct stat found;

		if (record_parse_mount(value, RECORD_FILESYSTEM, &mount) < 0)
			continue;
		fd = open(mount.mount_point, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 && fstat(fd, &found) == 0 && found.st_dev == mount.device)
			held->fds[held->count++] = steal_fd(&fd);
	}
	return 0;
}

int
prepared_root_hold(struct prepared_root *prepared, int host, struct membership *membership,
	int root, struct report *report)
{
	struct stat found;

	membership_forget_mounts(membership, root);
	if (prepared->record.size == 0)
		return 0;
	if (with_namespace(prepared, host, hold_superblocks, &prepared->held, "look", report) < 0)
		return -1;
	for (size_t i = 0; i < prepared->held.count; i++)
		if (fstat(prepared->held.fds[i], &found) < 0 ||
			membership_add_device(membership, root, found.st_dev) < 0)
			return report_error(report, errno, "cannot hold what is mounted inside");
	return 0;
}

static int
unmount_all(const struct prepared_root *prepared, void *data)
{
	(void)prepared;
	(void)data;
	/* EINVAL: the superuser inside, or an interrupted stop, has unmounted `/` already */
	return namespace_empty() == 0 || errno == EINVAL ? 0 : -1;
}

int
prepared_root_empty(const struct prepared_root *prepared, int host, struct report *report)
{
	return with_namespace(prepared, host, unmount_all, NULL, "take the mounts away", report);
}
