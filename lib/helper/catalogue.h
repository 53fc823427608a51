/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the configured roots, and judges their files before reading them. */
#ifndef CATALOGUE_H
#define CATALOGUE_H

#include "common/name.h"
#include "helper/config.h"

#include <stdbool.h>
#include <stddef.h>

struct report;

struct catalogue_entry {
	char name[NAME_LENGTH + 1];
	bool has_symlink; /* init.d/chroot-mounts.NAME: the root is a service of its own */
};

struct catalogue {
	struct catalogue_entry *entries; /* owned; sorted by name */
	size_t count;
	struct config_file service; /* conf.d/chroot-mounts; all zero if missing */
};

/*
 * Lists the configured roots; none is no error. Each of these returns 0, or -1 after reporting the
 * error.
 */
int catalogue_find(struct catalogue *catalogue, struct report *report);

/* Warns of files whose names do not count for their capitals or dots. */
void catalogue_warn_of_names(struct report *report);

/* Reads the service's own file, if there is one. */
int catalogue_read_service(struct catalogue *catalogue, struct report *report);

/* Reads a root's file; on an error, file is empty. */
int catalogue_read(const struct catalogue *catalogue, const char *name, struct config_file *file,
	struct report *report);

void catalogue_release(struct catalogue *catalogue);

/* Returns NULL for a root that is not configured. */
const struct catalogue_entry *catalogue_entry(const struct catalogue *catalogue, const char *name);

#endif
