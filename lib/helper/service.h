/* SPDX-License-Identifier: BSD-2-Clause */
/* The service: which roots it handles, how they are configured, and what its verbs have in common.
 */
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
	bool is_read; /* the service's own file */
	bool is_good; /* it is absent or has no error */
	int state; /* the state directory; -1 before it is needed */
	bool is_state_made; /* and it is as it has to be */
	int host; /* the host's mount namespace */
	uint64_t pid_namespace; /* inode of this command's own */
	int minimal; /* the one that new ones are copied from; -1 before it is needed */
	struct filesystem_stage stage; /* where libmount mounts what it mounts */
	struct mountinfo mountinfo; /* what the host has mounted; no table before it is needed */
};

struct service_names {
	char **all; /* owned, as each of them */
	size_t count;
};

/* Reads which roots there are. 0, or -1 with the error said. service_close in both cases. */
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

/*
 * Reads the configuration of a root, and the service's own file once. 0, or -1 with the error said;
 * that the service's own file is bad was said when it was read.
 */
int service_read(struct service *service, const char *name, struct config_file *file);

/* The service that handles a root: "chroot-mounts", or "chroot-mounts.NAME" for one with a symlink.
 */
const char *service_of(const struct service *service, const char *name, char *text, size_t size);

/* The state directory, if anything was ever started: 1 when it is open, 0 when it is not there, -1
 * with the error said. */
int service_find_state(struct service *service);

/* The state directory, made and parted from everybody else's mounts, once. 0, or -1 with the error
 * said. */
int service_make_state(struct service *service);

/*
 * Is the process on the host? Where it could not return from a root, paths are not what they were,
 * and nothing more must be done. 0, or -1 with the error said.
 */
int service_return_to_host(struct service *service);

/*
 * Checks that /proc belongs to the PID namespace of this command, so that its pids are those of the
 * system calls. Returns 0, or -1 after reporting the error.
 */
int service_check_proc(struct service *service);

/* Reads what the host has mounted, once. 0, or -1 with the error said. */
int service_need_mounted(struct service *service);

#endif
