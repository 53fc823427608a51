/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/show.h"

#include "common/cleanup.h"
#include "common/name.h"
#include "common/report.h"
#include "helper/plan.h"
#include "helper/ps.h"
#include "helper/service.h"
#include "helper/start.h"
#include "helper/status.h"
#include "helper/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints the table and frees it. Returns -1 after a failure, also the given one. */
static int
finish_table(struct service *service, struct table *table, int result)
{
	service->report->subject = NULL;
	if (table && table_print(table, service->report) < 0)
		result = -1;
	table_free(table);
	return result;
}

static int
add_plan_rows(struct service *service, const char *name, struct table *table)
{
	struct plan plan;
	int result = 0;

	if (start_plan(service, name, &plan) < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < plan.count; i++) {
		const struct plan_mount *line = &plan.mounts[i];
		const char *live = !line->is_bind                 ? NULL
				   : start_is_live(service, line) ? "yes"
								  : "no";
		const char *const cells[] = {
			name, line->source, line->target, line->type, line->options_text, live};

		result = table_add(table, cells, service->report);
	}
	plan_release(&plan);
	return start_judge(service, name) < 0 ? -1 : result;
}

int
show_plans(struct service *service, const struct service_names *names, bool json)
{
	static const struct table_column columns[] = {
		{.name = "NAME"},
		{.name = "SOURCE"},
		{.name = "TARGET"},
		{.name = "TYPE"},
		{.name = "OPTIONS"},
		{.name = "LIVE", .is_yes_no = true},
	};
	struct table *table = table_new(
		"plan", columns, sizeof(columns) / sizeof(columns[0]), json, service->report);
	int result = table ? 0 : -1;

	for (size_t i = 0; table && i < names->count; i++) {
		service->report->subject = names->all[i];
		if (add_plan_rows(service, names->all[i], table) < 0)
			result = -1;
	}
	return finish_table(service, table, result);
}

static int
add_status_row(
	struct table *table, const char *name, const struct status *status, struct report *report)
{
	static const char *const words[] = {
		[STATUS_STOPPED] = "stopped",
		[STATUS_STARTED] = "started",
		[STATUS_STALE] = "stale",
		[STATUS_DAMAGED] = "damaged",
	};
	char inside[24];
	const char *const cells[] = {name, words[status->state], inside,
		status->reason[0] == '\0' ? NULL : status->reason};

	snprintf(inside, sizeof(inside), "%zu", status->inside);
	return table_add(table, cells, report);
}

int
show_status(struct service *service, const struct service_names *names, bool json, size_t *started)
{
	static const struct table_column columns[] = {{.name = "NAME"}, {.name = "STATUS"},
		{.name = "PROCESSES", .is_number = true}, {.name = "REASON"}};
	struct table *table = table_new(
		"roots", columns, sizeof(columns) / sizeof(columns[0]), json, service->report);
	struct status *statuses = calloc(names->count + 1, sizeof(*statuses));
	int result = -1;

	*started = 0;
	if (table && statuses)
		result = status_of_roots(service, names->all, names->count, statuses);
	for (size_t i = 0; table && statuses && i < names->count; i++) {
		const struct status *status = &statuses[i];

		if (status->is_unknown || status->state == STATUS_DAMAGED)
			result = -1;
		if (!status->is_unknown &&
			add_status_row(table, names->all[i], status, service->report) < 0)
			result = -1;
		if (!status->is_unknown &&
			(status->state == STATUS_STARTED || status->state == STATUS_STALE))
			++*started;
	}
	free(statuses);
	if (service->report->level > REPORT_ERRORS)
		return finish_table(service, table, result);
	table_free(table);
	return result;
}

static int
add_process_row(struct table *table, const char *name, const struct ps_process *process,
	struct report *report)
{
	char pid[16];
	const char *const cells[] = {pid, process->user, name, process->command};

	snprintf(pid, sizeof(pid), "%d", (int)process->pid);
	return table_add(table, cells, report);
}

int
show_processes(struct service *service, const struct service_names *names, bool json)
{
	static const struct table_column columns[] = {{.name = "PID", .is_number = true},
		{.name = "USER"}, {.name = "NAME"}, {.name = "COMMAND"}};
	struct table *table = table_new(
		"processes", columns, sizeof(columns) / sizeof(columns[0]), json, service->report);
	struct ps ps = {0};
	int result = table ? ps_of_roots(service, names->all, names->count, &ps) : -1;

	for (size_t i = 0; table && i < ps.count; i++)
		if (add_process_row(
			    table, names->all[ps.all[i].root], &ps.all[i], service->report) < 0)
			result = -1;
	ps_release(&ps);
	return finish_table(service, table, result);
}

/* Returns a copy of a setting's text, owned by the caller, in one line; NULL for none. */
static char *
in_one_line(const struct config *config, enum config_key key)
{
	const char *text = config_value(config, key);
	char *copy = *text == '\0' ? NULL : strdup(text);

	for (char *byte = copy; byte && *byte != '\0'; byte++)
		if (*byte == '\n' || *byte == '\t')
			*byte = ' ';
	return copy;
}

static int
add_root_row(struct service *service, const struct catalogue_entry *entry, struct table *table)
{
	struct config_file file;
	struct config config;
	cleanup_free char *users = NULL, *groups = NULL, *description = NULL;
	char name[NAME_LENGTH + sizeof("chroot-mounts.")];
	const char *root = NULL;
	int result;

	service->report->subject = entry->name;
	result = service_read(service, entry->name, &file);
	if (result == 0) {
		config_merge(&config, &file, &service->catalogue.service);
		root = config_value(&config, CONFIG_ROOT);
		users = in_one_line(&config, CONFIG_USERS);
		groups = in_one_line(&config, CONFIG_GROUPS);
		description = in_one_line(&config, CONFIG_DESCRIPTION);
	}
	if (table_add(table,
		    (const char *const[]){entry->name, root, users, groups,
			    service_of(service, entry->name, name, sizeof(name)), description},
		    service->report) < 0)
		result = -1;
	config_release(&file);
	return result;
}

static bool
is_wanted(const struct service_names *names, const char *name)
{
	for (size_t i = 0; names && i < names->count; i++)
		if (strcmp(names->all[i], name) == 0)
			return true;
	return !names;
}

int
show_list(struct service *service, const struct service_names *names, bool json)
{
	static const struct table_column columns[] = {{.name = "NAME"}, {.name = "ROOT"},
		{.name = "USERS"}, {.name = "GROUPS"}, {.name = "SERVICE"},
		{.name = "DESCRIPTION"}};
	struct table *table = table_new(
		"roots", columns, sizeof(columns) / sizeof(columns[0]), json, service->report);
	int result = table ? 0 : -1;

	for (size_t i = 0; table && i < service->catalogue.count; i++)
		if (is_wanted(names, service->catalogue.entries[i].name) &&
			add_root_row(service, &service->catalogue.entries[i], table) < 0)
			result = -1;
	return finish_table(service, table, result);
}
