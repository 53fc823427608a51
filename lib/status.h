/* Status: how a root fares. */
#ifndef STATUS_H
#define STATUS_H

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
	size_t inside; /* processes */
	char reason[256]; /* which key changed, what mends it; "" for none */
};

/* 0, or -1 with the error said. */
int status_of_root(struct service *service, const char *name, struct status *status);

#endif
