/* What the service does with its roots: start, stop, status, and the plan it would carry out. */
#ifndef SERVICE_H
#define SERVICE_H

#include "catalogue.h"
#include "mounts.h"
#include "plan.h"

#include <stdbool.h>
#include <stddef.h>

struct report;

struct service {
	struct report *report; /* borrowed */
	struct catalogue catalogue;
	bool is_configured; /* the service's own file is absent or good */
	int state; /* the state directory; -1 before it is needed */
	int host; /* the host's mount namespace */
	int minimal; /* the one that new ones are copied from; -1 before it is needed */
	struct mounts_host mounts; /* no table before it is needed */
};

struct service_names {
	char **all; /* owned, as each of them */
	size_t count;
};

enum service_state {
	SERVICE_STOPPED,
	SERVICE_STARTED,
	SERVICE_STALE, /* started, and the configuration has changed since */
	SERVICE_DAMAGED, /* there is a namespace, but not the one that start made */
};

struct service_status {
	enum service_state state;
	size_t inside; /* processes */
	char reason[256]; /* which key changed, what is missing; "" for none */
};

/* Reads which roots there are. 0, or -1 with the error said; a bad file of the service alone is no
 * error here. */
int service_open(struct service *service, struct report *report);
void service_close(struct service *service);

/*
 * The roots that the service chroot-mounts itself handles: `roots`, else all without an init.d
 * symlink of their own. prepared: those too that are prepared but configured no more. 0, or -1
 * with the error said.
 */
int service_names(struct service *service, bool prepared, struct service_names *names);
void service_names_release(struct service_names *names);

/* Is there anything about the name, a configuration or something prepared? */
bool service_knows(struct service *service, const char *name);

/* Prepares a root; one that is prepared already is success. 0, or -1 with the error said and
 * nothing left. */
int service_start(struct service *service, const char *name);

/* The plan that start would carry out. 0, or -1 with the error said. Free it with plan_release. */
int service_plan(struct service *service, const char *name, struct plan *plan);

/* Will what the host mounts below the source of a line appear inside? */
bool service_is_live(struct service *service, const struct plan_mount *line);

/* Ends what runs inside and takes the namespace away; one that is not prepared is success. 0, or -1
 * with the error said. */
int service_stop(struct service *service, const char *name);

/* How a root fares. 0, or -1 with the error said. */
int service_status(struct service *service, const char *name, struct service_status *status);

#endif
