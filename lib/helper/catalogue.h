/* SPDX-License-Identifier: BSD-2-Clause */
/* The configured roots: their names, and the files that describe them, judged before they are
 * read. */
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
	struct catalogue_entry *entries; /* owned; every configured root, by name */
	size_t count;
	struct config_file service; /* conf.d/chroot-mounts; all zero where there is none */
};

/* Finds the configured roots. None is no error. Returns 0, or -1 after reporting the error. */
int catalogue_find(struct catalogue *catalogue, struct report *report);

/* Reads the service's own file, where there is one. Returns 0, or -1 after reporting the error. */
int catalogue_read_service(struct catalogue *catalogue, struct report *report);

/* Reads the file of a root. Returns 0, or -1 after reporting the error; then file holds nothing. */
int catalogue_read(const struct catalogue *catalogue, const char *name, struct config_file *file,
	struct report *report);

void catalogue_release(struct catalogue *catalogue);

/* Returns the entry of a name, or NULL. */
const struct catalogue_entry *catalogue_entry(const struct catalogue *catalogue, const char *name);

#endif
