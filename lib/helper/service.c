/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/service.h"

#include "common/cleanup.h"
#include "common/namespace.h"
#include "common/record.h"
#include "common/report.h"
#include "helper/process.h"
#include "helper/record_read.h"
#include "helper/state.h"
#include "superuser/namespace_copy.h"

#include <string.h>

int
service_open(struct service *service, struct report *report)
{
	*service = (struct service){.report = report, .state = -1, .host = -1, .minimal = -1};
	service->host = namespace_open_own();
	service->stage = (struct filesystem_stage){.host = service->host, .namespace = -1};
	if (service->host < 0)
		return report_error(report, errno, "cannot open /proc/self/ns/mnt");
	if (process_own_namespace(&service->pid_namespace) < 0)
		return report_error(report, errno, "cannot look at /proc/self/ns/pid");
	return catalogue_find(&service->catalogue, report);
}

void
service_close(struct service *service)
{
	cleanup_fd_release(&service->state);
	cleanup_fd_release(&service->host);
	cleanup_fd_release(&service->minimal);
	filesystem_stage_release(&service->stage);
	mountinfo_release(&service->mountinfo);
	catalogue_release(&service->catalogue);
}

void
service_names_release(struct service_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->all[i]);
	free(names->all);
	*names = (struct service_names){0};
}

static int
add_name(struct service *service, struct service_names *names, const char *name)
{
	char **grown;

	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->all[i], name) == 0)
			return 0;
	grown = reallocarray(names->all, names->count + 1, sizeof(*grown));
	if (grown)
		names->all = grown;
	if (!grown || !(grown[names->count] = strdup(name)))
		return report_error(service->report, ENOMEM, "cannot list the roots");
	names->count++;
	return 0;
}

/* Reads the service's own file and reports its errors, once. */
static int
read_service_file(struct service *service)
{
	if (!service->is_read) {
		service->is_read = true;
		service->is_good =
			catalogue_read_service(&service->catalogue, service->report) == 0;
	}
	return service->is_good ? 0 : -1;
}

/* Adds the roots that `roots` in the service's file lists, in that order. */
static int
add_listed(struct service *service, struct service_names *names, const char *listed)
{
	cleanup_free char *copy = strdup(listed);
	char *rest = NULL;

	if (!copy)
		return report_error(service->report, ENOMEM, "cannot list the roots");
	for (char *name = strtok_r(copy, " \t\n", &rest); name;
		name = strtok_r(NULL, " \t\n", &rest)) {
		const struct catalogue_entry *entry = catalogue_entry(&service->catalogue, name);

		if (entry && entry->has_symlink)
			continue; /* its own service handles it */
		if (add_name(service, names, name) < 0)
			return -1;
	}
	return 0;
}

static int
add_configured(struct service *service, struct service_names *names)
{
	const struct catalogue *catalogue = &service->catalogue;
	/* not set if the file has an error, which has been reported */
	const char *listed = catalogue->service.values[CONFIG_ROOTS].text;

	if (listed && listed[0] != '\0')
		return add_listed(service, names, listed);
	for (size_t i = 0; i < catalogue->count; i++)
		if (!catalogue->entries[i].has_symlink &&
			add_name(service, names, catalogue->entries[i].name) < 0)
			return -1;
	return 0;
}

int
service_find_state(struct service *service)
{
	if (service->state < 0)
		service->state = state_open();
	if (service->state >= 0)
		return 1;
	return errno == ENOENT
		       ? 0
		       : report_error(service->report, errno, "cannot open %s", STATE_DIRECTORY);
}

int
service_make_state(struct service *service)
{
	if (service->is_state_made)
		return 0;
	cleanup_fd_release(&service->state);
	service->state = state_make(service->report);
	service->is_state_made = service->state >= 0;
	return service->is_state_made ? 0 : -1;
}

/* True if the root is this service's: it prepared it, by the record, since a symlink may have been
 * made later; or the symlink is gone. */
static bool
has_prepared(struct service *service, const char *name)
{
	const struct catalogue_entry *entry = catalogue_entry(&service->catalogue, name);
	cleanup_fd int folder = state_open_folder(service->state, name, false);
	struct record record = {0};
	const char *preparer;
	bool own = !entry || !entry->has_symlink;

	if (folder >= 0)
		record_read_either(&record, folder);
	preparer = record_value(&record, "service");
	if (*preparer != '\0' && (!entry || entry->has_symlink))
		own = strcmp(preparer, "chroot-mounts") == 0;
	record_release(&record);
	return own;
}

static int
add_prepared(struct service *service, struct service_names *names)
{
	struct service_names prepared = {0};
	int result = service_find_state(service);

	if (result <= 0)
		return result;
	result = 0;
	if (state_names(service->state, &prepared.all, &prepared.count) < 0)
		result = report_error(service->report, errno, "cannot read %s", STATE_DIRECTORY);
	for (size_t i = 0; result == 0 && i < prepared.count; i++)
		if (has_prepared(service, prepared.all[i]))
			result = add_name(service, names, prepared.all[i]);
	service_names_release(&prepared);
	return result;
}

int
service_names(struct service *service, bool prepared, struct service_names *names)
{
	*names = (struct service_names){0};
	/* even if its own file has an error, the service stops the roots that it started */
	if (read_service_file(service) < 0 && !prepared)
		return -1;
	if (add_configured(service, names) < 0 || (prepared && add_prepared(service, names) < 0)) {
		service_names_release(names);
		return -1;
	}
	return 0;
}

bool
service_knows(struct service *service, const char *name)
{
	cleanup_fd int folder = -1;

	if (catalogue_entry(&service->catalogue, name))
		return true;
	folder = service_find_state(service) <= 0 ? -1
						  : state_open_folder(service->state, name, false);
	return folder >= 0;
}

const char *
service_of(const struct service *service, const char *name, char *text, size_t size)
{
	const struct catalogue_entry *entry = catalogue_entry(&service->catalogue, name);
	bool own = entry && entry->has_symlink;

	snprintf(text, size, "chroot-mounts%s%s", own ? "." : "", own ? name : "");
	return text;
}

int
service_return_to_host(struct service *service)
{
	cleanup_fd int own = namespace_open_own();
	uint64_t here, home;

	if (own >= 0 && namespace_number(own, &here) == 0 &&
		namespace_number(service->host, &home) == 0 && here == home)
		return 0;
	return report_error(
		service->report, 0, "left alone, since the host's namespace was lost on the way");
}

/*
 * Threat: the superuser calls stop under unshare -p, with the host's /proc. The pids there are the
 * host's, pidfd_open(2) takes those of this namespace, and stop kills other processes than it
 * examined. Defence: NSpid in PID/status (proc(5)) begins with the PID namespace of /proc, so it
 * has one number only there.
 */
int
service_check_proc(struct service *service)
{
	cleanup_file FILE *stream = fopen("/proc/self/status", "re");
	struct process_status status;
	size_t count;

	if (!stream || process_parse_status(stream, &status) < 0)
		return report_error(service->report, errno, "cannot read /proc/self/status");
	count = status.id_count;
	process_status_release(&status);
	if (count <= 1)
		return 0;
	return report_error(service->report, 0,
		"cannot look at processes: /proc belongs to an outer PID namespace; use this command outside of unshare --pid or the container");
}

int
service_need_mounted(struct service *service)
{
	return service->mountinfo.table ? 0 : mountinfo_read(&service->mountinfo, service->report);
}

int
service_read(struct service *service, const char *name, struct config_file *file)
{
	*file = (struct config_file){0};
	if (read_service_file(service) < 0)
		return -1;
	return catalogue_read(&service->catalogue, name, file, service->report);
}
