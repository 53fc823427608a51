/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a record of any version, and the values that entering does not need. */
#ifndef RECORD_READ_H
#define RECORD_READ_H

#include "common/record.h"

/*
 * Opens and reads a record below directory, as record_read_file does. Returns 0, or -1 with errno
 * set, ENOENT if there is none; reports nothing.
 */
int record_read(struct record *record, int directory, const char *name);

/* Reads the record of a prepared root, or the one that a stop has put away; as record_read. */
int record_read_either(struct record *record, int directory);

/* Reads a key that must hold a number. Returns 0, or -1 with errno EBADMSG; reports nothing. */
int record_number(const struct record *record, const char *key, uint64_t *number);

/* Parses a value of block_device. Returns 0 and the device as makedev(3) makes it, or -1 with errno
 * EBADMSG; reports nothing. */
int record_parse_device(const char *value, uint64_t *device);

#endif
