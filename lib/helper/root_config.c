/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/root_config.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/report.h"
#include "helper/record_write.h"
#include "helper/service.h"
#include "superuser/host_account.h"

#include <string.h>

void
root_config_release(struct root_config *configured)
{
	config_release(&configured->file);
	plan_release(&configured->plan);
	record_release(&configured->record);
}

static int
cannot_record(const struct root_config *configured)
{
	return report_error(configured->service->report, errno, "cannot make the record");
}

/* Finds the number of a user or group. Returns 0, or -1 with errno set. */
typedef int find_function(const char *word, uint64_t *number);

static int
record_account(struct root_config *configured, const struct config_setting *setting,
	const char *word, const char *what, find_function *find, const char *record_as)
{
	const struct config_place place = {
		.setting = setting, .report = configured->service->report};
	uint64_t number;

	if (find(word, &number) < 0)
		return errno != ENOENT
			       ? config_error(&place, "the host cannot say which %s %s is: %s",
					 what, word, strerror(errno))
		       : strchr(word, ',')
			       ? config_error(&place,
					 "blanks stand between names, not commas as in %s", word)
			       : config_error(&place, "no %s of the host is called %s", what, word);
	if (record_as && record_add_number(&configured->record, record_as, number) < 0)
		return cannot_record(configured);
	return 0;
}

/* Records the number of each user or group in a value. */
static int
record_accounts(struct root_config *configured, enum config_key key, const char *what,
	find_function *find, const char *record_as)
{
	const struct config_setting *setting = &configured->config.settings[key];
	cleanup_free char *copy = strdup(setting->text);
	char *rest = NULL;

	if (!copy)
		return cannot_record(configured);
	for (char *word = strtok_r(copy, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest))
		if (record_account(configured, setting, word, what, find, record_as) < 0)
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

/* Records the configuration by value, for entries and for status. */
static int
record_configuration(struct root_config *configured)
{
	const struct config *config = &configured->config;
	const struct config_setting *default_user = &config->settings[CONFIG_DEFAULT_USER];
	struct record *record = &configured->record;
	char text[64];

	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		if (record_add(record, config_key_name(key), config_value(config, key)) < 0)
			return cannot_record(configured);
	if (record_add(record, "service",
		    service_of(configured->service, configured->name, text, sizeof(text))) < 0 ||
		record_add(record, "service_extra_mounts", config->service_extra_mounts.text) < 0)
		return cannot_record(configured);
	if (record_accounts(configured, CONFIG_USERS, "user", find_user, "uid") < 0 ||
		record_accounts(configured, CONFIG_GROUPS, "group", find_group, "gid") < 0)
		return -1;
	if (default_user->text[0] == '\0')
		return 0;
	return record_account(
		configured, default_user, default_user->text, "user", find_user, NULL);
}

int
root_config_read(struct root_config *configured, struct service *service, const char *name)
{
	struct report *report = service->report;

	*configured = (struct root_config){.service = service, .name = name};
	if (service_read(service, name, &configured->file) < 0)
		return -1;
	config_merge(&configured->config, &configured->file, &service->catalogue.service);
	if (config_value(&configured->config, CONFIG_ROOT)[0] == '\0') {
		report_advise(report, "add root=/path/of/the/tree to it");
		return report_error(
			report, 0, "%s does not say where the tree is", configured->file.path);
	}
	if (service_need_mounted(service) < 0 ||
		plan_make(&configured->plan, &configured->config, report) < 0)
		return -1;
	if (plan_inherit_proc(&configured->plan, mountinfo_proc_options(&service->mountinfo)) < 0)
		return report_error(report, errno, "cannot make the plan");
	return record_configuration(configured);
}
