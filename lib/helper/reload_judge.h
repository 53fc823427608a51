/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges the files that the superuser and setuid programs inside rely on after a reload. */
#ifndef RELOAD_JUDGE_H
#define RELOAD_JUDGE_H

#include "helper/essentials.h"
#include "helper/tickets.h"
#include "helper/trust_names.h"

#include <stdbool.h>
#include <stddef.h>

struct reload;

/* One judgement of a reload; the caller sets the borrowed fields, allows_setuid and tickets. */
struct reload_judge {
	struct reload *reload; /* borrowed */
	const char *restart; /* borrowed; the root's name, for the suggested restart */
	bool allows_setuid;
	struct tickets tickets; /* with allow_setuid */
	struct trust_names names;
	struct essentials essentials;
	size_t size; /* of the record, without the tree's users and groups */
};

/*
 * Each enters the namespace. Returns 0, or -1 after reporting the error.
 *
 * reload_judge_before   before the new mounts are attached, since a process inside has them at once
 * reload_judge_after    after reload_apply
 * reload_judge_tickets  at the end, when a lost cover is there again
 */
int reload_judge_before(struct reload_judge *judge);
int reload_judge_after(struct reload_judge *judge);
int reload_judge_tickets(struct reload_judge *judge);

void reload_judge_release(struct reload_judge *judge);

#endif
