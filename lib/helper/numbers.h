/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays of structures in the order of the number that each structure begins with. */
#ifndef NUMBERS_H
#define NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/*
 * One array; zeros are an empty one. Its structures have one type, which begins with a uint64_t,
 * and of which each call is told the size.
 */
struct numbers {
	void *all; /* owned */
	size_t count;
};

/* A type for such arrays: the root that a number belongs to. */
struct numbers_root {
	uint64_t number;
	int root;
};

/*
 * Adds a structure that is zero but for its number: at its place, or at the end, which may be out
 * of order until numbers_sort. Returns it, valid until the array changes, or NULL with errno set.
 */
void *numbers_insert(struct numbers *numbers, size_t size, uint64_t number);
void *numbers_append(struct numbers *numbers, size_t size, uint64_t number);

/* Inserts a struct numbers_root. Returns 0, or -1 with errno set. */
int numbers_add_root(struct numbers *numbers, uint64_t number, int root);

void numbers_sort(struct numbers *numbers, size_t size);

/* Returns the first structure with the number in an array that is in order, or NULL for none. */
void *numbers_find(const struct numbers *numbers, size_t size, uint64_t number);

void numbers_release(struct numbers *numbers);

#endif
