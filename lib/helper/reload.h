/* SPDX-License-Identifier: BSD-2-Clause */
/* Reload: brings the mounts of a prepared root to its present configuration. */
#ifndef RELOAD_H
#define RELOAD_H

struct service;

/*
 * Reloads a root without ending a process inside; repeatable after any interruption. An error
 * changes nothing inside until all new mounts are made. Returns 0, or -1 after reporting the error.
 */
int reload_root(struct service *service, const char *name);

/* Does the same for a reload without ROOT, which also starts a root that is new since the service
 * was started, and passes over one that was stopped by its name. */
int reload_or_start_root(struct service *service, const char *name);

#endif
