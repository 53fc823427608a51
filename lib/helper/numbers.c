/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/numbers.h"

#include "common/cleanup.h"

#include <string.h>

static int
compare_numbers(const void *one, const void *other)
{
	uint64_t first = *(const uint64_t *)one, second = *(const uint64_t *)other;

	return (first > second) - (first < second);
}

/* Returns the index of the first structure with the number, or with a higher one. */
static size_t
find_index(const struct numbers *numbers, size_t size, uint64_t number)
{
	size_t low = 0, high = numbers->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_numbers((const char *)numbers->all + middle * size, &number) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void *
add_at(struct numbers *numbers, size_t size, uint64_t number, size_t index)
{
	char *added = numbers->all;

	/* doubled, so that adding many stays cheap */
	if ((numbers->count & (numbers->count - 1)) == 0) {
		added = reallocarray(added, numbers->count > 0 ? numbers->count * 2 : 1, size);
		if (!added)
			return NULL;
		numbers->all = added;
	}
	added += index * size;
	memmove(added + size, added, (numbers->count - index) * size);
	memset(added, 0, size);
	memcpy(added, &number, sizeof(number));
	numbers->count++;
	return added;
}

void *
numbers_insert(struct numbers *numbers, size_t size, uint64_t number)
{
	return add_at(numbers, size, number, find_index(numbers, size, number));
}

void *
numbers_append(struct numbers *numbers, size_t size, uint64_t number)
{
	return add_at(numbers, size, number, numbers->count);
}

void
numbers_sort(struct numbers *numbers, size_t size)
{
	if (numbers->count > 0)
		qsort(numbers->all, numbers->count, size, compare_numbers);
}

void *
numbers_find(const struct numbers *numbers, size_t size, uint64_t number)
{
	char *found = numbers->all;
	size_t index = find_index(numbers, size, number);

	if (index == numbers->count)
		return NULL;
	found += index * size;
	return compare_numbers(found, &number) == 0 ? found : NULL;
}

void
numbers_release(struct numbers *numbers)
{
	cleanup_free_release(&numbers->all);
	numbers->count = 0;
}

int
numbers_add_root(struct numbers *numbers, uint64_t number, int root)
{
	struct numbers_root *added = numbers_insert(numbers, sizeof(*added), number);

	if (!added)
		return -1;
	added->root = root;
	return 0;
}
