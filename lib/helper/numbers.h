/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays of structures, sorted by the number that each begins with. */
#ifndef NUMBERS_H
#define NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/*
 * An array, empty if all zero, of structures of one type that begins with a uint64_t; size is that
 * type's.
 */
struct numbers {
	void *all; /* owned */
	size_t count;
};

/* A number and its root, for such arrays. */
struct numbers_root {
	uint64_t number;
	int root;
};

/*
 * Adds a structure that is zero but for its number, in order or at the end (then numbers_sort).
 * Returns it, valid until the array changes, or NULL with errno set.
 */
void *numbers_insert(struct numbers *numbers, size_t size, uint64_t number);
void *numbers_append(struct numbers *numbers, size_t size, uint64_t number);

/* Inserts a struct numbers_root. Returns 0, or -1 with errno set. */
int numbers_add_root(struct numbers *numbers, uint64_t number, int root);

void numbers_sort(struct numbers *numbers, size_t size);

/* Returns the first structure with the number in a sorted array, or NULL. */
void *numbers_find(const struct numbers *numbers, size_t size, uint64_t number);

void numbers_release(struct numbers *numbers);

#endif
