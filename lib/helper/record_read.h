/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a record of any version, and the values that entering does not need. */
#ifndef RECORD_READ_H
#define RECORD_READ_H

#include "common/record.h"

/* Each function returns 0, or -1 with errno set; reports nothing. */

/* Opens and reads a record below directory, as record_read_file does. */
int record_read(struct record *record, int directory, const char *name);

/* Reads the record of a prepared root, or the one that a stop has put away. */
int record_read_either(struct record *record, int directory);

/* Reads the number of a key; EBADMSG for another value. */
int record_number(const struct record *record, const char *key, uint64_t *number);

/* Parses a value of block_device into a device as makedev(3) makes it; EBADMSG for another value.
 */
int record_parse_device(const char *value, uint64_t *device);

#endif
