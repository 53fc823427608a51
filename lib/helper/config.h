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

struct config {
	char *file; /* owned; as messages name it */
	struct config_value values[CONFIG_KEYS];
};

/*
 * Reads a whole file in the subset of sh(1) assignments of conf.d/chroot-mounts.5. has_symlink:
 * OpenRC reads this file too, so a key that begins with rc_ needs no warning. Returns 0, or -1
 * with the error said as "FILE:LINE: …" ("FILE: …" when it cannot be read or is too large);
 * then config holds nothing.
 */
int config_read(struct config *config, FILE *stream, const char *file, enum config_kind kind,
	bool has_symlink, struct report *report);

/* Frees what it holds; fit for a config set to all zero too. */
void config_release(struct config *config);

/* "mounts", as it is written in the file. */
const char *config_key_name(enum config_key key);

/* True if a change of the key needs a restart, because a reload cannot bring it about. */
bool config_needs_restart(enum config_key key);

/* The value that holds when no file sets the key; "" for none. The plan of `mounts` is here. */
const char *config_default(enum config_key key);

/*
 * The value that holds for a root: the instance's, else the service's, else the default. An empty
 * value stands for the default, so an instance can take back what the service's file says. Either
 * config may be NULL. Borrowed from its owner. *from, if from is not NULL, becomes the config
 * that set it, or NULL for the default.
 */
const char *config_value(const struct config *instance, const struct config *service,
	enum config_key key, const struct config **from);

/* The same for keys that say yes or no; config_read has checked them. */
bool
config_is_yes(const struct config *instance, const struct config *service, enum config_key key);

/*
 * An error in a value that only a later reader can judge (an unknown user, a bad fstab line):
 * said with file and line, and returns -1. offset: lines of the value above the wrong one; the
 * lines that a backslash joins are counted here. A key that is not set is said with the file
 * alone; config is NULL for a default.
 */
int config_error(const struct config *config, enum config_key key, unsigned offset,
	struct report *report, const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
