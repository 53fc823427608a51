/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/number.h"

int
number_parse(const char *text, uint64_t limit, uint64_t *number)
{
	uint64_t value = 0;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return -1;
	for (; *text != '\0'; text++) {
		uint64_t digit = (uint64_t)(unsigned char)*text - '0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return -1;
		value = value * 10 + digit;
	}
	if (value > limit)
		return -1;
	*number = value;
	return 0;
}
