/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables, printed as text or JSON on standard output. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct report;
struct table;

struct table_column {
	const char *name; /* "NAME"; in small letters in JSON */
	bool is_number;
	bool is_yes_no; /* its cells are "yes" and "no", in JSON true and false */
};

/* Makes a table; name is its key in JSON. Returns NULL after reporting the error. */
struct table *table_new(const char *name, const struct table_column *columns, size_t count,
	bool json, struct report *report);

/* The others return 0, or -1 after reporting the error. */

/* Adds a row, a copy of one cell for each column, NULL for none. */
int table_add(struct table *table, const char *const *cells, struct report *report);

int table_print(struct table *table, struct report *report);

void table_free(struct table *table);

#endif
