/* SPDX-License-Identifier: BSD-2-Clause */
/* A root's present configuration, decided before anything is touched. */
#ifndef ROOT_CONFIG_H
#define ROOT_CONFIG_H

#include "common/record.h"
#include "helper/config.h"
#include "helper/plan.h"

struct service;

struct root_config {
	struct service *service; /* borrowed */
	const char *name; /* borrowed */
	struct config_file file; /* the root's own */
	struct config config; /* merged with the service's; borrows from both */
	struct plan plan;
	struct record record; /* the values, and the uids and gids that may enter */
};

/* Reads the configuration. Returns 0, or -1 after reporting the error; root_config_release in both
 * cases. configured must not move, because its config borrows from its file. */
int root_config_read(struct root_config *configured, struct service *service, const char *name);

void root_config_release(struct root_config *configured);

#endif
