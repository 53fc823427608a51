/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/number.h"

static void
digits_are_a_number(void **state)
{
	uint64_t number = 1;

	(void)state;
	assert_int_equal(number_parse("0", 0, &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(number_parse("1090", 2000, &number), 0);
	assert_int_equal(number, 1090);
	assert_int_equal(number_parse("18446744073709551615", UINT64_MAX, &number), 0);
	assert_true(number == UINT64_MAX);
}

static void
anything_else_is_none_and_leaves_the_number_alone(void **state)
{
	static const char *const texts[] = {"", " ", "-", "+", "-1", "+0", " 0", "0 ", "0\n", "00",
		"01", "0x0", "1e3", "1.0", "1,000", "a", "1a", "/", ":", "\3331"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		uint64_t number = 7;

		assert_int_equal(number_parse(texts[i], UINT64_MAX, &number), -1);
		assert_int_equal(number, 7);
	}
}

static void
the_limit_is_the_last_number_taken(void **state)
{
	uint64_t number;

	(void)state;
	assert_int_equal(number_parse("3600", 3600, &number), 0);
	assert_int_equal(number_parse("3601", 3600, &number), -1);
	assert_int_equal(number_parse("4294967294", UINT32_MAX - 1, &number), 0);
	assert_int_equal(number_parse("4294967295", UINT32_MAX - 1, &number), -1);
	assert_int_equal(number_parse("1", 0, &number), -1);
}

static void
what_64_bits_cannot_hold_does_not_wrap(void **state)
{
	static const char *const texts[] = {"18446744073709551616", "18446744073709551625",
		"18446744073709551626", "36893488147419103232",
		"100000000000000000000000000000000"};
	uint64_t number;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(number_parse(texts[i], UINT64_MAX, &number), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_are_a_number),
		cmocka_unit_test(anything_else_is_none_and_leaves_the_number_alone),
		cmocka_unit_test(the_limit_is_the_last_number_taken),
		cmocka_unit_test(what_64_bits_cannot_hold_does_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
