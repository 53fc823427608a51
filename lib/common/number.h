/* SPDX-License-Identifier: BSD-2-Clause */
/* Strict decimal numbers: digits only, no sign, no blank, no leading zero, nothing behind them. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>

/*
 * 0 and *number, or -1 when text is not such a number or is above limit. strtonum and strtoul
 * take " 0", "+0" and "-1" (sudo CVE-2019-14287), which an identity must not.
 */
int number_parse(const char *text, uint64_t limit, uint64_t *number);

#endif
