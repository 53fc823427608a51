/* SPDX-License-Identifier: BSD-2-Clause */
/* Status: how a root fares. */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stddef.h>

struct service;

enum status_state {
	STATUS_STOPPED,
	STATUS_STARTED,
	STATUS_STALE, /* started, and the configuration or a source has changed since */
	STATUS_DAMAGED, /* there is a namespace, but it cannot be entered, or a mount is missing */
};

struct status {
	enum status_state state;
	bool is_unknown;
	int root; /* its number in one look at the processes */
	size_t inside; /* processes */
	char reason[256]; /* which key changed, what mends it; "" for none */
};

/* Finds the status of each root; is_unknown is set for one that failed, after reporting the
 * error. Returns 0, or -1 if there are such. */
int
status_of_roots(struct service *service, char *const *names, size_t count, struct status *statuses);

#endif
