/* SPDX-License-Identifier: BSD-2-Clause */
/* The service: its roots, their configuration, and the state that its verbs share. */
#ifndef SERVICE_H
#define SERVICE_H

#include "helper/catalogue.h"
#include "helper/filesystem.h"
#include "helper/mountinfo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report;

struct service {
	struct report *report; /* borrowed */
	struct catalogue catalogue;
	bool is_read; /* the service's own file was read */
	bool is_good; /* it is absent or without error */
	int state; /* the state directory; -1 until needed */
	bool is_state_made; /* and it is private and unbindable */
	int host; /* the host's mount namespace */
	uint64_t pid_namespace; /* inode of this process' own */
	int minimal; /* the namespace that new ones are copied from; -1 until needed */
	struct filesystem_stage stage; /* for mounts that libmount makes */
	struct mountinfo mountinfo; /* the host's mounts; no table until needed */
};

struct service_names {
	char **all; /* owned, with its strings */
	size_t count;
};

/* Each int function below returns 0, or -1 after reporting the error. */

/* Finds the configured roots; service_close in both cases. */
int service_open(struct service *service, struct report *report);
void service_close(struct service *service);

/* Lists the roots of the service chroot-mounts: `roots`, or all without an init.d symlink of their
 * own. prepared: also prepared roots that are no longer configured. */
int service_names(struct service *service, bool prepared, struct service_names *names);
void service_names_release(struct service_names *names);

/* True if a root of that name is configured or prepared. */
bool service_knows(struct service *service, const char *name);

/* Reads a root's configuration, and the service's own file once, when its errors are reported. */
int service_read(struct service *service, const char *name, struct config_file *file);

/* Returns the service that handles a root: "chroot-mounts", or "chroot-mounts.NAME" for one with a
 * symlink. */
const char *service_of(const struct service *service, const char *name, char *text, size_t size);

/* Opens the state directory. Returns 1, 0 if there is none, or -1. */
int service_find_state(struct service *service);

/* Makes the state directory once, private and unbindable. */
int service_make_state(struct service *service);

/* Checks that the process has returned from a root to the host. Otherwise paths lead elsewhere, and
 * nothing more must be done. */
int service_return_to_host(struct service *service);

/* Checks that /proc belongs to this process' PID namespace, so that its pids are valid in system
 * calls. */
int service_check_proc(struct service *service);

/* Reads the host's mounts, once. */
int service_need_mounted(struct service *service);

#endif
