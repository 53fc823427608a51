#include "status.h"

#include "inside.h"
#include "prepared.h"
#include "report.h"
#include "service.h"

#include <string.h>

/* The first key whose value is not what it was at start, or NULL. */
static const char *
changed_key(struct service *service, const struct record *record, const struct config *config)
{
	const struct config *own = catalogue_service(&service->catalogue);

	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		if (key != CONFIG_ROOTS && strcmp(config_value(config, own, key, NULL),
						   record_value(record, config_key_name(key))) != 0)
			return config_key_name(key);
	if (strcmp(own ? config_value(own, NULL, CONFIG_EXTRA_MOUNTS, NULL) : "",
		    record_value(record, "service_extra_mounts")) != 0)
		return config_key_name(CONFIG_EXTRA_MOUNTS);
	return NULL;
}

static void
be_stale(struct status *status, const char *what, const char *why)
{
	status->state = STATUS_STALE;
	snprintf(status->reason, sizeof(status->reason), "%s%s", what, why);
}

static void
compare_configuration(struct service *service, const char *name, const struct record *record,
	struct status *status)
{
	struct config config;
	const char *key;

	if (!catalogue_entry(&service->catalogue, name)) {
		be_stale(status, "it", " is not configured any more");
		return;
	}
	if (service_read(service, name, &config) < 0) {
		be_stale(status, "the configuration", " has an error");
		return;
	}
	key = changed_key(service, record, &config);
	if (key)
		be_stale(status, key, " has changed since start; restart the service");
	config_release(&config);
}

static int
count_inside(struct service *service, const struct prepared *prepared, size_t *count)
{
	struct inside inside;
	struct inside_processes processes;
	int result;

	if (prepared_know_inside(prepared, service->host, &inside, service->report) < 0)
		return -1;
	result = inside_find(&inside, &processes, service->report);
	if (result == 0) {
		*count = processes.count;
		inside_processes_release(&processes);
	}
	inside_release(&inside);
	return result;
}

static void
judge(struct service *service, const char *name, const struct prepared *prepared,
	struct status *status)
{
	static const char *const damages[] = {
		[PREPARED_BY_OTHERS] = "it was prepared by another version; restart the service",
		[PREPARED_HALF] = "it was not stopped completely; stop it again",
		[PREPARED_DAMAGED] = "/ inside is not what start made; stop it, then start it",
	};

	if (prepared->state == PREPARED_GOOD) {
		status->state = STATUS_STARTED;
		compare_configuration(service, name, &prepared->record, status);
		return;
	}
	status->state = STATUS_DAMAGED;
	snprintf(status->reason, sizeof(status->reason), "%s", damages[prepared->state]);
}

int
status_of_root(struct service *service, const char *name, struct status *status)
{
	struct prepared prepared;
	int found = service_find_state(service);
	int result = 0;

	*status = (struct status){.state = STATUS_STOPPED};
	if (found <= 0)
		return found;
	if (prepared_open(&prepared, service->state, name, service->host, service->report) < 0)
		return -1;
	if (prepared.state != PREPARED_NOT) {
		judge(service, name, &prepared, status);
		result = count_inside(service, &prepared, &status->inside);
	}
	prepared_release(&prepared);
	return result;
}
