/* SPDX-License-Identifier: BSD-2-Clause */
/* The work of a reload once it is decided: on the mounts inside and on the record. */
#ifndef RELOAD_APPLY_H
#define RELOAD_APPLY_H

#include "helper/difference.h"
#include "helper/mounts_make.h"
#include "helper/prepared_root.h"
#include "helper/root_config.h"
#include "superuser/root.h"

#include <stdbool.h>

/* A root that is being reloaded. */
struct reload {
	struct service *service; /* borrowed */
	const char *name; /* borrowed */
	struct prepared_root prepared;
	struct root_config now;
	struct difference difference;
	struct mounts mounts; /* those that are new */
	struct root root; /* `/` inside */
	bool is_done; /* all is changed, as far as it can be */
	bool is_other; /* mounts were made or taken away */
	char unfinished[256]; /* why a line could not be changed; "" for none */
};

/*
 * Writes the record. Before anything is changed, it says what is about to be, so that a reload
 * after an interruption finds each mount; afterwards (is_done) it says what is. Returns 0, or -1
 * after reporting the error.
 */
int reload_write_record(const struct reload *reload);

/* Changes what is mounted inside: first what is new, then options, then what is to go, so that
 * nothing inside misses a mount that stays. Returns 0, or -1 after reporting the error. */
int reload_apply(struct reload *reload);

#endif
