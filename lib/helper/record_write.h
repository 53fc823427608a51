/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds a record and writes it to a file. */
#ifndef RECORD_WRITE_H
#define RECORD_WRITE_H

#include "common/record.h"

#include <stdint.h>

struct namespace_root;

/*
 * Each appends one string or more. Returns 0, or -1 with errno set (ENOMEM; E2BIG above
 * RECORD_SIZE).
 *
 * record_copy         all of another record, with a new value for one key
 * record_add_account  NUMBER:NAME
 * record_add_mount    a mount with as many of its numbers
 * record_add_device   a block_device of makedev(3); nothing for a filesystem without one
 * record_add_root     device, inode and mount of `/` inside
 */
int record_add(struct record *record, const char *key, const char *value);
int
record_copy(struct record *record, const struct record *from, const char *key, const char *value);
int record_add_number(struct record *record, const char *key, uint64_t number);
int record_add_account(struct record *record, const char *key, uint32_t number, const char *name);
int record_add_mount(struct record *record, const char *key, enum record_numbers numbers,
	const struct record_mount *mount);
int record_add_device(struct record *record, uint64_t device);
int record_add_root(struct record *record, const struct namespace_root *place);

/* Writes the record into the directory, whole or not at all, over an existing file. Returns 0, or
 * -1 with errno set; reports nothing. */
int record_write(const struct record *record, int directory, const char *name);

#endif
