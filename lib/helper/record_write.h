/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing a record. */
#ifndef RECORD_WRITE_H
#define RECORD_WRITE_H

#include "common/record.h"

#include <stdint.h>

struct namespace_root;

/*
 * Each adds one string or more behind the others. Returns 0, or -1 with errno set (ENOMEM; E2BIG
 * above RECORD_SIZE).
 *
 * record_add_account  NUMBER:NAME
 * record_add_mount    a mount with as many of its numbers
 * record_add_device   a block_device, as makedev(3) has it; nothing for a filesystem without one
 * record_add_root    device, inode and mount of `/` inside
 */
int record_add(struct record *record, const char *key, const char *value);
int record_add_number(struct record *record, const char *key, uint64_t number);
int record_add_account(struct record *record, const char *key, uint32_t number, const char *name);
int record_add_mount(struct record *record, const char *key, enum record_numbers numbers,
	const struct record_mount *mount);
int record_add_device(struct record *record, uint64_t device);
int record_add_root(struct record *record, const struct namespace_root *place);

/* Writes it into the directory under that name, whole or not at all, over the one that is there.
 * Returns 0, or -1 with errno set; reports nothing. */
int record_write(const struct record *record, int directory, const char *name);

#endif
