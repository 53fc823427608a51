/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/stop.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "helper/block_device.h"
#include "helper/holders.h"
#include "helper/prepared_root.h"
#include "helper/record_read.h"
#include "helper/scan.h"
#include "helper/service.h"
#include "helper/state.h"
#include "helper/terminate.h"
#include "helper/visible.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#define TIMEOUT 10 /* seconds, if the record has none */
#define DESCRIPTORS_EACH 8 /* lock, folder, pin, mountinfo and the few superblocks held */

/* A root that is being stopped. */
struct stopping {
	const char *name; /* borrowed */
	struct prepared_root prepared;
	int lock; /* owned */
	int root; /* its number in membership */
	bool is_busy; /* neither stopped yet nor failed */
};

/* The roots that are stopped together. */
struct stop {
	struct service *service; /* borrowed */
	struct membership membership;
	struct stopping *all; /* owned */
	size_t count;
	bool *left; /* owned; by root number: processes are left inside */
	size_t failed;
	bool has_failure; /* here or in an earlier batch: the process may not be back on the host */
};

static void
fail_root(struct stop *stop, struct stopping *stopping)
{
	stopping->is_busy = false;
	stop->failed++;
	stop->has_failure = true;
	if (stopping->root >= 0)
		membership_remove_root(&stop->membership, stopping->root);
}

/* Runs a step for each busy root. A step returns 0, or -1 after reporting the error. */
static void
for_each_root(struct stop *stop, int (*step)(struct stop *stop, struct stopping *stopping))
{
	struct service *service = stop->service;

	for (size_t i = 0; i < stop->count; i++) {
		struct stopping *stopping = &stop->all[i];

		if (!stopping->is_busy)
			continue;
		service->report->subject = stopping->name;
		if ((stop->has_failure && service_return_to_host(service) < 0) ||
			step(stop, stopping) < 0)
			fail_root(stop, stopping);
	}
	service->report->subject = NULL;
}

/* Removes the rest of a root without mounts. */
static int
remove_root(struct stop *stop, struct stopping *stopping)
{
	struct service *service = stop->service;

	if (prepared_root_remove(service->state, stopping->name, service->report) < 0)
		return -1;
	state_unlock_for_good(service->state, stopping->name);
	stopping->is_busy = false;
	return 0;
}

/* Keeps users from entering from here on, and adds the root's numbers to membership. */
static int
refuse_entries(struct stop *stop, struct stopping *stopping)
{
	struct service *service = stop->service;
	struct prepared_root *prepared = &stopping->prepared;

	stopping->lock = state_lock(service->state, stopping->name, service->report);
	if (stopping->lock < 0 || prepared_root_open(prepared, service->state, stopping->name,
					  service->host, service->report) < 0)
		return -1;
	if (prepared->state == PREPARED_ROOT_NOT) {
		report_note(service->report, "is not prepared");
		return remove_root(stop, stopping);
	}
	if (prepared_root_check_pid_namespace(prepared, service->pid_namespace, service->report) <
			0 ||
		prepared_root_refuse_entries(prepared, service->report) < 0)
		return -1;
	stopping->root = prepared_root_add_membership(
		prepared, service->host, stopping->name, &stop->membership, service->report);
	return stopping->root < 0 ? -1 : 0;
}

static unsigned
timeout_of(const struct stop *stop)
{
	uint64_t longest = 0;

	for (size_t i = 0; i < stop->count; i++) {
		uint64_t seconds = TIMEOUT;

		record_number(&stop->all[i].prepared.record, "stop_timeout", &seconds);
		if (stop->all[i].is_busy && seconds > longest)
			longest = seconds;
	}
	return (unsigned)longest;
}

/* Fails a root with processes left; the reason has been reported. */
static int
refuse_left(struct stop *stop, struct stopping *stopping)
{
	return stop->left[stopping->root] ? -1 : 0;
}

static void
refuse_all(struct stop *stop)
{
	memset(stop->left, true, stop->count * sizeof(*stop->left));
	for_each_root(stop, refuse_left);
}

static bool
is_any_busy(const struct stop *stop)
{
	for (size_t i = 0; i < stop->count; i++)
		if (stop->all[i].is_busy)
			return true;
	return false;
}

static void
end_processes(struct stop *stop)
{
	if (!is_any_busy(stop))
		return;
	if (terminate_inside(&stop->membership, stop->service->state, timeout_of(stop), stop->left,
		    stop->service->report) < 0)
		refuse_all(stop);
	else
		for_each_root(stop, refuse_left);
}

/* Waits briefly until nothing is held any more. Returns 0, or -1 after reporting the error. */
static int
wait_for_holders(struct stop *stop, const char *const *paths, struct holders *holders)
{
	struct timespec begin;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		bool is_any = false;

		if (holders_find(holders, &stop->membership, stop->service->host,
			    stop->service->state, paths, stop->service->report) < 0)
			return -1;
		for (size_t i = 0; i < holders->count; i++)
			is_any |= holders->all[i].kind != HOLDER_HOST;
		if (!is_any || !holders_pause(&begin))
			return 0;
		holders_release(holders);
	}
}

#define NAMES 1024 /* bytes, for the holders of one kind */

static const struct holder_word {
	enum holder_kind kind;
	const char *words;
} holder_words[] = {
	{HOLDER_FILE, "with a file of it open"},
	{HOLDER_DIRECTORY, "with the working directory in it"},
	{HOLDER_NAMESPACE, "with a mount namespace made inside open"},
};

/* Reports the holders. The host's own users of a tree are left alone, because only its
 * administrator can judge them. */
static int
name_holders(struct stop *stop, const struct stopping *stopping, const struct holders *holders)
{
	struct report *report = stop->service->report;
	char names[NAMES], held[sizeof(holder_words) / sizeof(*holder_words) * (NAMES + 64)];
	size_t length = 0;

	if (*holders_name(holders, HOLDER_HOST, stopping->root, names, sizeof(names)) != '\0')
		report_warning(report, "is still used from the host by %s", names);
	for (size_t i = 0; i < sizeof(holder_words) / sizeof(*holder_words); i++)
		if (*holders_name(holders, holder_words[i].kind, stopping->root, names,
			    sizeof(names)) != '\0')
			length += (size_t)snprintf(held + length, sizeof(held) - length, "%s%s, %s",
				length > 0 ? "; by " : "", names, holder_words[i].words);
	if (length == 0)
		return 0;
	report_advise(report, "end that, then type chroot-mounts stop %s", stopping->name);
	return report_error(report, 0, "is held from outside by %s", held);
}

static void
refuse_held(struct stop *stop)
{
	cleanup_free const char **paths = calloc(stop->membership.count + 1, sizeof(*paths));
	struct report *report = stop->service->report;
	struct holders holders = {0};

	if (!is_any_busy(stop))
		return;
	for (size_t i = 0; paths && i < stop->count; i++)
		if (stop->all[i].is_busy)
			paths[stop->all[i].root] =
				record_value(&stop->all[i].prepared.record, "root");
	if (!paths)
		report_error(report, errno, "cannot look at every descriptor");
	if (!paths || wait_for_holders(stop, paths, &holders) < 0) {
		refuse_all(stop);
		return;
	}
	for (size_t i = 0; i < stop->count; i++) {
		report->subject = stop->all[i].name;
		if (stop->all[i].is_busy && name_holders(stop, &stop->all[i], &holders) < 0)
			fail_root(stop, &stop->all[i]);
	}
	report->subject = NULL;
	holders_release(&holders);
}

static int
hold_root(struct stop *stop, struct stopping *stopping)
{
	return prepared_root_hold(&stopping->prepared, stop->service->host, &stop->membership,
		stopping->root, stop->service->report);
}

static int
empty_root(struct stop *stop, struct stopping *stopping)
{
	/* the mount in the host's view shows the same filesystems */
	if (visible_take_away(&stopping->prepared.record, stop->service->report) < 0)
		return -1;
	return prepared_root_empty(&stopping->prepared, stop->service->host, stop->service->report);
}

/* True if another prepared root has the device: of several roots, the last is judged. */
static bool
is_shared_device(const struct stop *stop, const char *name, const char *device)
{
	struct service_names names = {0};
	bool found = false;

	if (state_names(stop->service->state, &names.all, &names.count) < 0)
		names.count = 0;
	for (size_t i = 0; !found && i < names.count; i++) {
		cleanup_fd int folder = -1;
		struct record other = {0};
		const char *text = NULL;

		if (strcmp(names.all[i], name) == 0)
			continue;
		folder = state_open_folder(stop->service->state, names.all[i], false);
		if (folder >= 0)
			record_read_either(&other, folder);
		while (!found && (text = record_next(&other, "block_device", text)))
			found = strcmp(text, device) == 0;
		record_release(&other);
	}
	service_names_release(&names);
	return found;
}

static int
refuse_busy_device(const struct stop *stop, const char *name, const char *text)
{
	struct report *report = stop->service->report;
	struct holders holders = {0};
	char users[1024];
	uint64_t device;
	int result;

	if (record_parse_device(text, &device) < 0 || is_shared_device(stop, name, text))
		return 0;
	result = block_device_wait(&holders, device, report);
	holders_name(&holders, HOLDER_NAMESPACE, 0, users, sizeof(users));
	holders_release(&holders);
	if (result <= 0)
		return result;
	report_advise(report, "end that, then type chroot-mounts stop %s", name);
	return users[0] != '\0'
		       ? report_error(report, 0, "its block device %s is still in use by %s", text,
				 users)
		       : report_error(report, 0,
				 "its block device %s is still in use, and no holder could be found (a file descriptor that is sent through a socket is in no process's table)",
				 text);
}

/* Removes a root, once the devices that were mounted for it alone are free. */
static int
remove_emptied(struct stop *stop, struct stopping *stopping)
{
	const struct record *record = &stopping->prepared.record;
	const char *text = NULL;

	prepared_root_release_held(&stopping->prepared);
	while ((text = record_next(record, "block_device", text)))
		if (refuse_busy_device(stop, stopping->name, text) < 0)
			return -1;
	if (remove_root(stop, stopping) < 0)
		return -1;
	report_note(stop->service->report, "is stopped now");
	return 0;
}

/* Stops all roots. The pins stay until no process is left: a later stop continues from them, and an
 * open namespace's number is not reused. */
static void
stop_together(struct stop *stop)
{
	for_each_root(stop, refuse_entries);
	end_processes(stop);
	refuse_held(stop);
	for_each_root(stop, hold_root);
	for_each_root(stop, empty_root);
	/* a process that had a namespace open may have joined it since */
	end_processes(stop);
	for_each_root(stop, remove_emptied);
}

/* Stops as many roots as there are descriptors for. has_failure: in an earlier batch. Returns 0, or
 * -1 after reporting the errors. */
static int
stop_some(struct service *service, const char *const *names, size_t count, bool has_failure)
{
	struct stop stop = {.service = service,
		.all = calloc(count, sizeof(*stop.all)),
		.count = count,
		.left = calloc(count, sizeof(*stop.left)),
		.has_failure = has_failure};

	if (!stop.all || !stop.left) {
		free(stop.all);
		free(stop.left);
		return report_error(service->report, ENOMEM, "cannot stop");
	}
	for (size_t i = 0; i < count; i++)
		stop.all[i] = (struct stopping){.name = names[i],
			.prepared = {.folder = -1, .pin = -1},
			.lock = -1,
			.root = MEMBERSHIP_NONE,
			.is_busy = true};
	stop_together(&stop);
	for (size_t i = 0; i < count; i++) {
		prepared_root_release(&stop.all[i].prepared);
		cleanup_fd_release(&stop.all[i].lock);
	}
	membership_release(&stop.membership);
	free(stop.all);
	free(stop.left);
	return stop.failed > 0 ? -1 : 0;
}

static int
compare_names(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

int
stop_roots(struct service *service, char *const *names, size_t count)
{
	cleanup_free const char **sorted = calloc(count + 1, sizeof(*sorted));
	size_t room = scan_roots_at_once(DESCRIPTORS_EACH), kept = 0;
	int found = service_find_state(service);
	int result = 0;

	if (!sorted)
		return report_error(service->report, errno, "cannot stop");
	if (found <= 0)
		return found;
	/* sorted, so that two commands cannot each wait for the other's lock */
	for (size_t i = 0; i < count; i++)
		sorted[i] = names[i];
	qsort(sorted, count, sizeof(*sorted), compare_names);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || strcmp(sorted[kept - 1], sorted[i]) != 0)
			sorted[kept++] = sorted[i];
	for (size_t i = 0; i < kept; i += room) {
		size_t some = kept - i < room ? kept - i : room;

		if (stop_some(service, sorted + i, some, result < 0) < 0)
			result = -1;
	}
	return result;
}
