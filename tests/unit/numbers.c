/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/numbers.h"

#include <stdbool.h>
#include <stdlib.h>

struct half {
	uint64_t number;
	uint64_t half;
};

static struct numbers numbers;
static bool has_memory;

void *__wrap_reallocarray(void *pointer, size_t count, size_t size);
void *__real_reallocarray(void *pointer, size_t count, size_t size);

void *
__wrap_reallocarray(void *pointer, size_t count, size_t size)
{
	return has_memory ? __real_reallocarray(pointer, count, size) : NULL;
}

static int
begin(void **state)
{
	(void)state;
	has_memory = true;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	numbers_release(&numbers);
	return 0;
}

/* Adds each odd number below 1000, in an order that is none. */
static void
add_odd_numbers(void *(*add)(struct numbers *numbers, size_t size, uint64_t number))
{
	for (uint64_t i = 0; i < 500; i++) {
		struct half *added = add(&numbers, sizeof(*added), i * 7 % 500 * 2 + 1);

		assert_non_null(added);
		assert_int_equal(added->number, i * 7 % 500 * 2 + 1);
		assert_int_equal(added->half, 0);
		added->half = i * 7 % 500;
	}
}

static void
assert_odd_numbers(void)
{
	assert_int_equal(numbers.count, 500);
	for (uint64_t number = 0; number <= 1000; number++) {
		const struct half *found = numbers_find(&numbers, sizeof(*found), number);

		if (number % 2 == 0) {
			assert_null(found);
			continue;
		}
		assert_non_null(found);
		assert_int_equal(found->number, number);
		assert_int_equal(found->half, number / 2);
	}
}

static void
an_array_keeps_its_order_whatever_is_inserted(void **state)
{
	(void)state;
	assert_null(numbers_find(&numbers, sizeof(struct half), 1));
	add_odd_numbers(numbers_insert);
	assert_odd_numbers();
	numbers_release(&numbers);
	assert_null(numbers_find(&numbers, sizeof(struct half), 1));
}

static void
an_array_is_in_order_once_it_is_sorted(void **state)
{
	(void)state;
	numbers_sort(&numbers, sizeof(struct half));
	add_odd_numbers(numbers_append);
	numbers_sort(&numbers, sizeof(struct half));
	assert_odd_numbers();
}

static void
an_array_can_be_of_numbers_alone(void **state)
{
	static const uint64_t added[] = {UINT64_MAX, 0, 7, UINT64_MAX - 1};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_non_null(numbers_insert(&numbers, sizeof(added[i]), added[i]));
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
			*(const uint64_t *)numbers_find(&numbers, sizeof(added[i]), added[i]),
			added[i]);
	assert_null(numbers_find(&numbers, sizeof(added[0]), 8));
}

/* As those do that forget some of theirs. */
static void
an_array_of_which_the_end_was_cut_off_can_grow_again(void **state)
{
	(void)state;
	for (size_t cut = 0; cut <= 500; cut += 4) {
		numbers_release(&numbers);
		add_odd_numbers(numbers_insert);
		numbers.count = cut;
		for (uint64_t number = cut * 2; number < 1000; number += 2)
			assert_non_null(numbers_insert(&numbers, sizeof(struct half), number + 1));
		assert_int_equal(numbers.count, 500);
		assert_non_null(numbers_find(&numbers, sizeof(struct half), 999));
	}
}

static void
without_memory_an_array_stays_as_it_is(void **state)
{
	(void)state;
	assert_non_null(numbers_insert(&numbers, sizeof(struct half), 1));
	has_memory = false;
	assert_null(numbers_insert(&numbers, sizeof(struct half), 2));
	assert_null(numbers_append(&numbers, sizeof(struct half), 2));
	assert_int_equal(numbers.count, 1);
	assert_non_null(numbers_find(&numbers, sizeof(struct half), 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_array_keeps_its_order_whatever_is_inserted),
		TEST(an_array_is_in_order_once_it_is_sorted),
		TEST(an_array_can_be_of_numbers_alone),
		TEST(an_array_of_which_the_end_was_cut_off_can_grow_again),
		TEST(without_memory_an_array_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
