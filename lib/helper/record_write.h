/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing a record. */
#ifndef RECORD_WRITE_H
#define RECORD_WRITE_H

#include <stdint.h>

struct record;

/* Adds a string behind the others. 0, or -1 with errno (ENOMEM; E2BIG above RECORD_SIZE). */
int record_add(struct record *record, const char *key, const char *value);
int record_add_number(struct record *record, const char *key, uint64_t number);

/*
 * Writes it into the directory under that name, whole or not at all, over what is there.
 * 0, or -1 with errno set and nothing said.
 */
int record_write(const struct record *record, int directory, const char *name);

#endif
