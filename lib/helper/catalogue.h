/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the configured roots, and judges their files before reading them. */
#ifndef CATALOGUE_H
#define CATALOGUE_H

#include "common/name.h"
#include "helper/config.h"

#include <stdbool.h>
#include <stddef.h>

struct report;

#define CATALOGUE_DIRECTORY SYSCONFDIR "/conf.d"
#define CATALOGUE_SERVICE "chroot-mounts" /* a root's file is chroot-mounts.NAME */

struct catalogue_entry {
	char name[NAME_LENGTH + 1];
	bool has_symlink; /* init.d/chroot-mounts.NAME: the root is a service of its own */
};

struct catalogue {
	struct catalogue_entry *entries; /* owned; sorted by name */
	size_t count;
	struct config_file service; /* conf.d/chroot-mounts; all zero if missing */
	const char *proposed; /* borrowed; the text of a root's file to be, or NULL */
	const char *proposed_name; /* borrowed; that root's */
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

/* Takes a text for the file of a new root, to be judged before it is written. */
int catalogue_propose(
	struct catalogue *catalogue, const char *name, const char *text, struct report *report);

void catalogue_release(struct catalogue *catalogue);

/* Returns NULL for a root that is not configured. */
const struct catalogue_entry *catalogue_entry(const struct catalogue *catalogue, const char *name);

/* True for the name of a runlevel, of OpenRC's own or of this machine. */
bool catalogue_is_runlevel(const char *name);

/* True if there are runlevels, and none of them starts the service. */
bool catalogue_lacks_runlevel(const char *service);

#endif
