/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ps.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/report.h"
#include "helper/escape.h"
#include "helper/prepared_root.h"
#include "helper/scan.h"
#include "helper/service.h"
#include "helper/state.h"
#include "superuser/host_account.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define COMMAND_SIZE 4096 /* bytes of a command line that are shown */

/* Looked up once for each user, because the name service may be remote. */
struct user {
	uid_t uid;
	char *name; /* owned */
};

struct users {
	struct user *all; /* owned */
	size_t count;
};

/* One scan, of as many roots as there are descriptors for. */
struct ps_scan {
	struct service *service; /* borrowed */
	char *const *names; /* borrowed; from the first of this scan on */
	size_t first;
	size_t *indexes; /* borrowed; by a root's number in membership, its index in names */
	struct membership membership;
	struct users *users; /* borrowed */
	struct ps *ps; /* borrowed */
};

void
ps_release(struct ps *ps)
{
	for (size_t i = 0; i < ps->count; i++) {
		free(ps->all[i].user);
		free(ps->all[i].command);
	}
	free(ps->all);
	*ps = (struct ps){0};
}

static void
users_release(struct users *users)
{
	for (size_t i = 0; i < users->count; i++)
		free(users->all[i].name);
	free(users->all);
}

/* Returns the user's name, or the number if the name service fails. Owned by the caller; NULL with
 * errno set. */
static char *
find_user(uid_t uid)
{
	struct account account = {0};
	char number[16];
	char *name;

	snprintf(number, sizeof(number), "%u", (unsigned)uid);
	name = escape_unprintable(host_account_by_uid(&account, uid) == 0 ? account.name : number);
	account_release(&account);
	return name;
}

/* Returns a name owned by users, or NULL with errno set. */
static const char *
name_of_user(struct users *users, uid_t uid)
{
	struct user *grown;
	char *name;

	for (size_t i = 0; i < users->count; i++)
		if (users->all[i].uid == uid)
			return users->all[i].name;
	grown = reallocarray(users->all, users->count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	users->all = grown;
	name = find_user(uid);
	if (name)
		grown[users->count++] = (struct user){.uid = uid, .name = name};
	return name;
}

/* Returns the length, or -1 with errno set: ESRCH if the process has exited. */
static ssize_t
read_text(int process, const char *name, char *text, size_t size)
{
	cleanup_fd int fd = openat(process, name, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	if (length < 0)
		return -1;
	text[length] = '\0';
	return length;
}

/* Returns the command line, with blanks for NULs; or the short name, if the process is exiting or
 * has overwritten it. Owned by the caller; NULL with errno set. */
static char *
command_of(int process)
{
	char text[COMMAND_SIZE];
	char comm[64], bracketed[sizeof(comm) + 2];
	ssize_t length = read_text(process, "cmdline", text, sizeof(text));

	if (length < 0)
		return NULL;
	while (length > 0 && text[length - 1] == '\0')
		length--;
	if (length > 0) {
		for (ssize_t i = 0; i < length; i++)
			if (text[i] == '\0')
				text[i] = ' ';
		return escape_unprintable(text);
	}
	length = read_text(process, "comm", comm, sizeof(comm));
	if (length < 0)
		return NULL;
	if (length > 0 && comm[length - 1] == '\n')
		comm[length - 1] = '\0';
	snprintf(bracketed, sizeof(bracketed), "[%s]", comm);
	return escape_unprintable(bracketed);
}

static int
append_process(
	struct ps_scan *ps_scan, const struct scan_process *found, const char *user, char **command)
{
	struct ps *ps = ps_scan->ps;
	struct ps_process *grown = reallocarray(ps->all, ps->count + 1, sizeof(*grown));
	char *copy;

	if (!grown)
		return -1;
	ps->all = grown;
	copy = strdup(user);
	if (!copy)
		return -1;
	grown[ps->count++] = (struct ps_process){.pid = (pid_t)found->pid,
		.root = ps_scan->first + ps_scan->indexes[found->root],
		.user = copy,
		.command = steal_pointer(command)};
	return 0;
}

/*
 * Adds a process. Its open directory in /proc never refers to a later process with that pid; the
 * owner is the effective user (proc(5)). Returns 0, also if the process has exited, or -1 with
 * errno set.
 */
static int
add_process(struct ps_scan *ps_scan, const struct scan_process *found)
{
	cleanup_fd int process = -1;
	cleanup_free char *command = NULL;
	const char *user;
	struct stat owner;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)found->pid);
	process = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process < 0 || fstat(process, &owner) < 0 || !(command = command_of(process)))
		return errno == ENOENT || errno == ESRCH ? 0 : -1;
	user = name_of_user(ps_scan->users, owner.st_uid);
	return user ? append_process(ps_scan, found, user, &command) : -1;
}

static int
add_membership(struct ps_scan *ps_scan, size_t index)
{
	struct service *service = ps_scan->service;
	struct prepared_root prepared;
	int result = 0;

	if (prepared_root_open(&prepared, service->state, ps_scan->names[index], service->host,
		    service->report) < 0)
		return -1;
	if (prepared.state != PREPARED_ROOT_NOT) {
		result = prepared_root_check_pid_namespace(
			&prepared, service->pid_namespace, service->report);
		if (result == 0)
			result = prepared_root_add_membership(&prepared, service->host,
				ps_scan->names[index], &ps_scan->membership, service->report);
		if (result >= 0)
			ps_scan->indexes[result] = index;
	}
	prepared_root_release(&prepared);
	return result < 0 ? -1 : 0;
}

/* Skips a root that another command has locked: stop would take this process for one inside. */
static int
add_root(struct ps_scan *ps_scan, size_t index)
{
	int found = service_find_state(ps_scan->service);
	cleanup_fd int lock = -1;
	bool is_busy;

	if (found <= 0)
		return found;
	lock = state_try_lock(ps_scan->service->state, ps_scan->names[index], &is_busy);
	if (is_busy)
		return report_error(
			ps_scan->service->report, 0, "another command is at work on it");
	return add_membership(ps_scan, index);
}

static int
compare_processes(const void *one, const void *other)
{
	const struct ps_process *first = one;
	const struct ps_process *second = other;

	if (first->root != second->root)
		return first->root > second->root ? 1 : -1;
	return (first->pid > second->pid) - (first->pid < second->pid);
}

static int
add_processes(struct ps_scan *ps_scan)
{
	struct scan_processes processes;
	int result = 0;

	if (ps_scan->membership.count == 0)
		return 0;
	/* without the host's namespace, /proc and its users are a root's */
	if (service_return_to_host(ps_scan->service) < 0 ||
		scan_inside(&ps_scan->membership, &processes, ps_scan->service->report) < 0)
		return -1;
	for (size_t i = 0; i < processes.count; i++)
		if (add_process(ps_scan, &processes.all[i]) < 0)
			result = report_error(ps_scan->service->report, errno,
				"cannot look at the process %d", (int)processes.all[i].pid);
	scan_processes_release(&processes);
	return result;
}

static int
ps_of_some(struct ps_scan *ps_scan, size_t count)
{
	struct report *report = ps_scan->service->report;
	int result = 0;

	ps_scan->membership = (struct membership){0};
	for (size_t i = 0; i < count; i++) {
		report->subject = ps_scan->names[i];
		if (add_root(ps_scan, i) < 0)
			result = -1;
	}
	report->subject = NULL;
	if (add_processes(ps_scan) < 0)
		result = -1;
	membership_release(&ps_scan->membership);
	return result;
}

int
ps_of_roots(struct service *service, char *const *names, size_t count, struct ps *ps)
{
	/* each root's mountinfo stays open */
	size_t room = scan_roots_at_once(1);
	cleanup_free size_t *indexes = calloc(count + 1, sizeof(*indexes));
	struct users users = {0};
	int result = 0;

	*ps = (struct ps){0};
	if (!indexes)
		return report_error(service->report, errno, "cannot list the processes");
	for (size_t i = 0; i < count; i += room) {
		struct ps_scan ps_scan = {.service = service,
			.names = names + i,
			.first = i,
			.indexes = indexes,
			.users = &users,
			.ps = ps};

		if (ps_of_some(&ps_scan, count - i < room ? count - i : room) < 0)
			result = -1;
	}
	users_release(&users);
	if (ps->count > 0)
		qsort(ps->all, ps->count, sizeof(*ps->all), compare_processes);
	return result;
}
