/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges what the superuser and setuid programs inside rely on, as a reload makes it. */
#ifndef RELOAD_JUDGE_H
#define RELOAD_JUDGE_H

#include "helper/essentials.h"
#include "helper/tickets.h"
#include "helper/trust_names.h"

#include <stdbool.h>
#include <stddef.h>

struct reload;

/* One judgement of a reload; what is borrowed and tickets are given by the caller. */
struct reload_judge {
	struct reload *reload; /* borrowed */
	const char *restart; /* borrowed; the service to restart for what cannot be judged */
	bool allows_setuid;
	struct tickets tickets; /* with allow_setuid */
	struct trust_names names;
	struct essentials essentials;
	size_t size; /* of the record without the tree's users and groups */
};

/*
 * Each enters the namespace and returns 0, or -1 after reporting the error.
 *
 * reload_judge_before   once the new mounts are made, and nothing is changed: a process inside
 *                       would have them at once
 * reload_judge_after    once they are attached
 * reload_judge_tickets  at the end: a cover that was lost is there again then
 */
int reload_judge_before(struct reload_judge *judge);
int reload_judge_after(struct reload_judge *judge);
int reload_judge_tickets(struct reload_judge *judge);

void reload_judge_release(struct reload_judge *judge);

#endif
