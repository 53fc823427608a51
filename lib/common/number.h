/* SPDX-License-Identifier: BSD-2-Clause */
/* Strict decimal numbers: digits only, no sign, no blank, no leading zero, nothing behind them. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>

/*
 * Parses text. Returns 0, or -1 if it is not such a number or is above limit; reports nothing.
 * strtonum(3) and strtoul(3) accept " 0", "+0" and "-1", which must not become an identity (sudo
 * CVE-2019-14287).
 */
int number_parse(const char *text, uint64_t limit, uint64_t *number);

#endif
