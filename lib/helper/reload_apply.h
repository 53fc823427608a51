/* SPDX-License-Identifier: BSD-2-Clause */
/* Carries out a decided reload, on the mounts inside and on the record. */
#ifndef RELOAD_APPLY_H
#define RELOAD_APPLY_H

#include "helper/difference.h"
#include "helper/mounts_make.h"
#include "helper/prepared_root.h"
#include "helper/root_config.h"
#include "superuser/root.h"

#include <stdbool.h>

struct reload {
	struct service *service; /* borrowed */
	const char *name; /* borrowed */
	struct prepared_root prepared;
	struct root_config now;
	struct difference difference;
	struct mounts mounts; /* the new ones */
	struct root root; /* `/` inside */
	bool is_done; /* everything is changed, as far as possible */
	bool is_other; /* mounts were made or unmounted */
	char unfinished[256]; /* why a line could not be changed; "" for none */
};

/*
 * Writes the record. Before the change it lists the intended mounts, so that a reload after an
 * interruption finds each; afterwards (is_done) the present ones. Returns 0, or -1 after reporting
 * the error.
 */
int reload_write_record(const struct reload *reload);

/* Changes the mounts inside: attaches new ones, sets options, then unmounts obsolete ones, so that
 * a mount that stays is never missing. Returns 0, or -1 after reporting the error. */
int reload_apply(struct reload *reload);

#endif
