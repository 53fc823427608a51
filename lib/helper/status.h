/* SPDX-License-Identifier: BSD-2-Clause */
/* Status: the state of each root. */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stddef.h>

struct service;

enum status_state {
	STATUS_STOPPED,
	STATUS_STARTED,
	STATUS_STALE, /* started, but its configuration or a source has changed since */
	STATUS_DAMAGED, /* its namespace cannot be entered, or a mount is missing */
};

struct status {
	enum status_state state;
	bool is_unknown;
	int root; /* its number in membership */
	size_t inside; /* processes */
	char reason[256]; /* why, and the remedy; "" for none */
};

/* Finds the status of each root; sets is_unknown for one after reporting its error. Returns 0, or
 * -1 if there are such. */
int
status_of_roots(struct service *service, char *const *names, size_t count, struct status *statuses);

#endif
