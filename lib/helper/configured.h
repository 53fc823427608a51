/* SPDX-License-Identifier: BSD-2-Clause */
/* A root as the configuration says now, decided before anything is touched. */
#ifndef CONFIGURED_H
#define CONFIGURED_H

#include "common/record.h"
#include "helper/config.h"
#include "helper/plan.h"

#include <stdbool.h>

struct service;

struct configured {
	struct service *service; /* borrowed */
	const char *name; /* borrowed */
	struct config config;
	struct plan plan;
	struct record record; /* the values, and the numbers of those who may enter */
};

/* Reads and decides. 0, or -1 with the error said. configured_release in both cases. */
int configured_read(struct configured *configured, struct service *service, const char *name);

void configured_release(struct configured *configured);

/* The value of a key; *from as config_value has it. Borrowed. */
const char *configured_value(
	const struct configured *configured, enum config_key key, const struct config **from);

bool configured_is_yes(const struct configured *configured, enum config_key key);

#endif
