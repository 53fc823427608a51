/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of conf.d: their rules and defaults, and the values that a file gives them. */
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
	CONFIG_KEYS, /* how many there are */
};

enum config_kind {
	CONFIG_SERVICE, /* conf.d/chroot-mounts: the defaults of every root, and `roots` */
	CONFIG_INSTANCE, /* conf.d/chroot-mounts.NAME: one root */
};

struct config_value {
	char *text; /* owned; NULL where the file does not set the key */
	char *source; /* owned; the text before its escapes were read; NULL without double quotes */
	unsigned line; /* where the assignment begins, counted from 1 */
};

/* One file, as it was read. */
struct config_file {
	char *path; /* owned; as messages name it */
	struct config_value values[CONFIG_KEYS];
};

/* The value of a key, and where it comes from. */
struct config_setting {
	enum config_key key;
	const char *text; /* borrowed; "" for none */
	const struct config_file *file; /* borrowed; the one that sets it, NULL for the default */
};

/* The configuration of one root. */
struct config {
	struct config_setting settings[CONFIG_KEYS];
	struct config_setting service_extra_mounts; /* those lines hold beside the root's own */
};

/*
 * Reads a whole file in the subset of sh(1) assignments of conf.d/chroot-mounts.5. has_symlink:
 * OpenRC reads this file too, so a key that begins with rc_ needs no warning. Returns 0, or -1
 * after reporting the error as "FILE:LINE: …" ("FILE: …" when it cannot be read or is too large);
 * then file holds nothing.
 */
int config_read(struct config_file *file, FILE *stream, const char *path, enum config_kind kind,
	bool has_symlink, struct report *report);

/* Frees what it holds; fit for a file set to all zero too, which sets no key. */
void config_release(struct config_file *file);

/*
 * Decides what holds for a root: what its own file sets, else the service's, else the default. An
 * empty value stands for the default, so the root's file can take back what the service's says.
 * Both files must stay while config is used.
 */
void config_merge(
	struct config *config, const struct config_file *root, const struct config_file *service);

/* Returns the text of a setting. Borrowed. */
const char *config_value(const struct config *config, enum config_key key);

/* True if a key that says yes or no says yes; config_read has checked it. */
bool config_is_yes(const struct config *config, enum config_key key);

/* Returns "mounts", as it is written in the file. */
const char *config_key_name(enum config_key key);

/* True if a change of the key needs a restart, because a reload cannot bring it about. */
bool config_needs_restart(enum config_key key);

/* True for an absolute path without `.`, `..` and `//`. One slash may stand at its end. */
bool config_is_path(const char *path);

/* A line of a value, for what is said about it. */
struct config_place {
	const struct config_setting *setting; /* borrowed */
	unsigned offset; /* lines of the value above it; those that a backslash joins are one */
	struct report *report; /* borrowed */
};

/*
 * Reports an error in a value that only a later reader can judge, such as an unknown user or a bad
 * line of fstab(5), with the file and the line. Returns -1.
 */
int config_error(const struct config_place *place, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
