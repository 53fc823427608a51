/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of conf.d, their rules, and the values that files give them. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdio.h>

struct report;

enum config_key {
	CONFIG_ROOT,
	CONFIG_MOUNTS,
	CONFIG_EXTRA_MOUNTS,
	CONFIG_USERS,
	CONFIG_GROUPS,
	CONFIG_DESCRIPTION,
	CONFIG_DEFAULT_USER,
	CONFIG_SHELL,
	CONFIG_PASS_ENV,
	CONFIG_SET_ENV,
	CONFIG_PATH,
	CONFIG_PERSONALITY,
	CONFIG_ALLOW_SETUID,
	CONFIG_VISIBLE,
	CONFIG_STOP_TIMEOUT,
	CONFIG_ROOTS,
	CONFIG_KEYS, /* their number */
};

enum config_kind {
	CONFIG_SERVICE, /* conf.d/chroot-mounts: the defaults of every root, and `roots` */
	CONFIG_INSTANCE, /* conf.d/chroot-mounts.NAME: one root */
};

struct config_value {
	char *text; /* owned; NULL if not set */
	char *source; /* owned; the text before unescaping; NULL without double quotes */
	unsigned line; /* of the assignment, counted from 1 */
};

struct config_file {
	char *path; /* owned; as messages name it */
	struct config_value values[CONFIG_KEYS];
};

struct config_setting {
	enum config_key key;
	const char *text; /* borrowed; "" for none */
	const struct config_file *file; /* borrowed; NULL for the default */
};

struct config {
	struct config_setting settings[CONFIG_KEYS];
	struct config_setting service_extra_mounts; /* used beside the root's own */
};

/*
 * Reads a file in the subset of sh(1) assignments of chroot-mounts(5). has_symlink: OpenRC reads it
 * too, so rc_ keys need no warning. Returns 0, or -1 after reporting the error as "FILE:LINE: …",
 * or "FILE: …" if it cannot be read or is too large; then file is empty.
 */
int config_read(struct config_file *file, FILE *stream, const char *path, enum config_kind kind,
	bool has_symlink, struct report *report);

/* Accepts a zeroed file too. */
void config_release(struct config_file *file);

/*
 * Merges a root's settings: its own file overrides the service's, which overrides the default. An
 * empty value stands for the default, so it can undo the service's. Borrows both files.
 */
void config_merge(
	struct config *config, const struct config_file *root, const struct config_file *service);

/* Returns a setting's text, borrowed. */
const char *config_value(const struct config *config, enum config_key key);

/* True if a yes-or-no key is yes, as config_read has checked. */
bool config_is_yes(const struct config *config, enum config_key key);

/* Returns a key as written, "mounts" say. */
const char *config_key_name(enum config_key key);

/* True for root, allow_setuid and visible: a change needs a restart, not a reload. */
bool config_needs_restart(enum config_key key);

/* True for an absolute path without `.`, `..` and `//`; one slash may end it. */
bool config_is_path(const char *path);

/* True if a value can hold the text in one line: UTF-8 without control characters. */
bool config_is_line(const char *text);

/* A line of a value, for error messages. */
struct config_place {
	const struct config_setting *setting; /* borrowed */
	unsigned offset; /* lines of the value above; lines joined by a backslash are one */
	struct report *report; /* borrowed */
};

/*
 * Reports an error that only a later reader finds, such as an unknown user, with file and line.
 * Returns -1.
 */
int config_error(const struct config_place *place, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
