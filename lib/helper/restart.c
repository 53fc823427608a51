/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/restart.h"

#include "common/report.h"
#include "helper/service.h"
#include "helper/start.h"
#include "helper/stop.h"

#include <errno.h>
#include <stdlib.h>

int
restart_roots(struct service *service, const struct service_names *names)
{
	char **good = calloc(names->count + 1, sizeof(*good));
	size_t count = 0;
	int result = 0;

	if (!good)
		return report_error(service->report, ENOMEM, "cannot restart the roots");
	for (size_t i = 0; i < names->count; i++) {
		service->report->subject = names->all[i];
		if (start_try(service, names->all[i]) == 0)
			good[count++] = names->all[i];
		else
			result = report_error(service->report, 0, "is left as it is");
	}
	if (stop_roots(service, good, count) < 0)
		result = -1;
	/* a root that could not be stopped is refused with the reason */
	for (size_t i = 0; i < count; i++) {
		service->report->subject = good[i];
		if (start_root(service, good[i]) < 0)
			result = -1;
	}
	service->report->subject = NULL;
	free(good);
	return result;
}
