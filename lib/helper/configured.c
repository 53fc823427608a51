/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/configured.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/report.h"
#include "helper/record_write.h"
#include "helper/service.h"
#include "superuser/host_account.h"

#include <string.h>

void
configured_release(struct configured *configured)
{
	config_release(&configured->config);
	plan_release(&configured->plan);
	record_release(&configured->record);
}

const char *
configured_value(
	const struct configured *configured, enum config_key key, const struct config **from)
{
	return config_value(
		&configured->config, catalogue_service(&configured->service->catalogue), key, from);
}

bool
configured_is_yes(const struct configured *configured, enum config_key key)
{
	return config_is_yes(
		&configured->config, catalogue_service(&configured->service->catalogue), key);
}

static int
cannot_record(const struct configured *configured)
{
	return report_error(configured->service->report, errno, "cannot make the record");
}

/* The number of a user or a group. 0, or -1 with errno. */
typedef int find_function(const char *word, uint64_t *number);

static int
record_account(struct configured *configured, enum config_key key, const char *word,
	const char *what, find_function *find, const char *record_as)
{
	struct report *report = configured->service->report;
	const struct config *from;
	uint64_t number;

	configured_value(configured, key, &from);
	if (find(word, &number) < 0)
		return errno == ENOENT ? config_error(from, key, 0, report,
						 "no %s of the host is called %s", what, word)
				       : config_error(from, key, 0, report,
						 "the host cannot say which %s %s is: %s", what,
						 word, strerror(errno));
	if (record_as && record_add_number(&configured->record, record_as, number) < 0)
		return cannot_record(configured);
	return 0;
}

/* Each word of a value that names users or groups. */
static int
record_accounts(struct configured *configured, enum config_key key, const char *what,
	find_function *find, const char *record_as)
{
	cleanup_free char *copy = strdup(configured_value(configured, key, NULL));
	char *rest = NULL;

	if (!copy)
		return cannot_record(configured);
	for (char *word = strtok_r(copy, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest))
		if (record_account(configured, key, word, what, find, record_as) < 0)
			return -1;
	return 0;
}

static int
find_user(const char *word, uint64_t *number)
{
	struct account account;

	if (host_account_by_name(&account, word) < 0)
		return -1;
	*number = account.uid;
	account_release(&account);
	return 0;
}

static int
find_group(const char *word, uint64_t *number)
{
	gid_t gid;

	if (host_account_group(word, &gid) < 0)
		return -1;
	*number = gid;
	return 0;
}

/* The configuration as it is now, by value, for entering and for what `status` compares. */
static int
record_configuration(struct configured *configured)
{
	const struct config *service = catalogue_service(&configured->service->catalogue);
	const char *default_user = configured_value(configured, CONFIG_DEFAULT_USER, NULL);
	char text[64];

	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		if (record_add(&configured->record, config_key_name(key),
			    configured_value(configured, key, NULL)) < 0)
			return cannot_record(configured);
	if (record_add(&configured->record, "service",
		    service_of(configured->service, configured->name, text, sizeof(text))) < 0 ||
		record_add(&configured->record, "service_extra_mounts",
			service ? config_value(service, NULL, CONFIG_EXTRA_MOUNTS, NULL) : "") < 0)
		return cannot_record(configured);
	if (record_accounts(configured, CONFIG_USERS, "user", find_user, "uid") < 0 ||
		record_accounts(configured, CONFIG_GROUPS, "group", find_group, "gid") < 0)
		return -1;
	if (*default_user == '\0')
		return 0;
	return record_account(
		configured, CONFIG_DEFAULT_USER, default_user, "user", find_user, NULL);
}

static int
make_plan(struct configured *configured)
{
	struct service *service = configured->service;

	if (plan_make(&configured->plan, &configured->config,
		    catalogue_service(&service->catalogue), service->report) < 0)
		return -1;
	if (plan_inherit_proc(&configured->plan, mounted_proc_options(&service->mounted)) < 0)
		return report_error(service->report, errno, "cannot make the plan");
	return 0;
}

int
configured_read(struct configured *configured, struct service *service, const char *name)
{
	*configured = (struct configured){.service = service, .name = name};

	if (service_read(service, configured->name, &configured->config) < 0)
		return -1;
	if (configured_value(configured, CONFIG_ROOT, NULL)[0] == '\0') {
		report_mend(service->report, "add root=/path/of/the/tree to it");
		return report_error(service->report, 0, "%s does not say where the tree is",
			configured->config.file);
	}
	if (service_need_mounted(service) < 0 || make_plan(configured) < 0)
		return -1;
	return record_configuration(configured);
}
