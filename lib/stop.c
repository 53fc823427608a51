#include "stop.h"

#include "cleanup.h"
#include "inside.h"
#include "prepared.h"
#include "report.h"
#include "service.h"
#include "state.h"

#include <stdint.h>

#define TIMEOUT 10 /* seconds, for a record that does not say it */

static unsigned
timeout_of(const struct prepared *prepared)
{
	uint64_t seconds;

	if (prepared->record.size > 0 &&
		record_number(&prepared->record, "stop_timeout", &seconds) == 0)
		return (unsigned)seconds;
	return TIMEOUT;
}

/*
 * The pin stays until nobody is left: it is what a later stop goes on from, and while it is held
 * the namespace's number goes to nobody else.
 */
static int
end(struct service *service, struct prepared *prepared, const char *name)
{
	unsigned timeout = timeout_of(prepared);
	struct report *report = service->report;
	struct inside inside;
	int result;

	if (prepared_know_inside(prepared, service->host, &inside, report) < 0)
		return -1;
	result = inside_end(&inside, timeout, report);
	if (result == 0)
		result = prepared_hold(prepared, service->host, &inside, report);
	if (result == 0)
		result = prepared_empty(prepared, service->host, report);
	/* who had the namespace open before the door was closed may have come in since */
	if (result == 0)
		result = inside_end(&inside, timeout, report);
	inside_release(&inside);
	if (result == 0 && state_remove_folder(service->state, name) < 0)
		result = report_error(
			report, errno, "cannot take %s/%s away", STATE_DIRECTORY, name);
	return result;
}

int
stop_root(struct service *service, const char *name)
{
	struct prepared prepared;
	cleanup_fd int lock = -1;
	int found = service_be_home(service);
	int result;

	if (found == 0)
		found = service_find_state(service);
	if (found <= 0)
		return found;
	lock = state_lock(service->state, name, service->report);
	if (lock < 0 ||
		prepared_open(&prepared, service->state, name, service->host, service->report) < 0)
		return -1;
	if (prepared.state == PREPARED_NOT) {
		result = state_remove_folder(service->state, name);
		if (result < 0)
			report_error(service->report, errno, "cannot take %s/%s away",
				STATE_DIRECTORY, name);
	} else {
		result = prepared_close_door(&prepared, service->report);
		if (result == 0)
			result = end(service, &prepared, name);
	}
	prepared_release(&prepared);
	if (result == 0)
		state_unlock_for_good(service->state, name);
	return result;
}
