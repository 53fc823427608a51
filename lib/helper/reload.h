/* SPDX-License-Identifier: BSD-2-Clause */
/* Reload: what is mounted in a prepared root becomes what its configuration says now. */
#ifndef RELOAD_H
#define RELOAD_H

struct service;

/*
 * Reloads a root and ends nothing inside, so it can be repeated after any interruption. Returns
 * 0, or -1 after reporting the error; until everything new is made, an error leaves all as it
 * was.
 */
int reload_root(struct service *service, const char *name);

#endif
