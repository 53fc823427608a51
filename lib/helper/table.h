/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows to text or JSON on standard output. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct report;
struct table;

struct table_column {
	const char *name; /* "NAME"; in JSON the same in small letters */
	bool is_number;
	bool is_yes_no; /* its cells are "yes" and "no"; JSON makes true and false of them */
};

/* A table to be printed as text, or under that name as JSON. NULL with the error said. */
struct table *table_new(const char *name, const struct table_column *columns, size_t count,
	bool json, struct report *report);

/* Adds a row of as many cells as there are columns; copied; NULL for none. 0, or -1 with the error
 * said. */
int table_add(struct table *table, const char *const *cells, struct report *report);

/* Prints what was added. 0, or -1 with the error said. */
int table_print(struct table *table, struct report *report);

void table_free(struct table *table);

#endif
