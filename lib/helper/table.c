/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/table.h"

#include "common/report.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

struct table {
	struct libscols_table *rows; /* owned */
	size_t columns;
	bool json;
	bool has_letters; /* beyond ASCII */
};

static struct libscols_column *
add_column(struct table *table, const struct table_column *column)
{
	struct libscols_column *added = scols_table_new_column(
		table->rows, column->name, 0, column->is_number ? SCOLS_FL_RIGHT : 0);

	if (added && column->is_number)
		scols_column_set_json_type(added, SCOLS_JSON_NUMBER);
	if (added && column->is_yes_no)
		scols_column_set_json_type(added, SCOLS_JSON_BOOLEAN_OPTIONAL);
	return added;
}

struct table *
table_new(const char *name, const struct table_column *columns, size_t count, bool json,
	struct report *report)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table)
		table->rows = scols_new_table();
	if (!table || !table->rows)
		goto no_memory;
	table->columns = count;
	table->json = json;
	if (scols_table_set_name(table->rows, name) != 0)
		goto no_memory;
	scols_table_enable_json(table->rows, json);
	/* no cell is cut to a terminal's width: a truncated path names nothing */
	scols_table_set_termforce(table->rows, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_minout(table->rows, 1); /* no trailing blanks */
	for (size_t i = 0; i < count; i++)
		if (!add_column(table, &columns[i]))
			goto no_memory;
	return table;
no_memory:
	table_free(table);
	report_error(report, ENOMEM, "cannot make a table");
	return NULL;
}

int
table_add(struct table *table, const char *const *cells, struct report *report)
{
	struct libscols_line *line = scols_table_new_line(table->rows, NULL);

	for (size_t i = 0; line && i < table->columns; i++) {
		for (const char *byte = cells[i]; byte && *byte != '\0'; byte++)
			table->has_letters |= (unsigned char)*byte >= 0x80;
		if (cells[i] && scols_line_set_data(line, i, cells[i]) != 0)
			return report_error(report, ENOMEM, "cannot make a table");
	}
	return line ? 0 : report_error(report, ENOMEM, "cannot make a table");
}

int
table_print(struct table *table, struct report *report)
{
	/* letters beyond ASCII are printed, as in messages, in any environment; a locale is five
	 * files */
	if (table->has_letters)
		setlocale(LC_CTYPE, "C.UTF-8");
	/* an empty table is no text, and in JSON an empty list */
	if (scols_table_is_empty(table->rows)) {
		if (table->json)
			printf("{\"%s\": []}\n", scols_table_get_name(table->rows));
	} else if (scols_print_table(table->rows) != 0) {
		return report_error(report, errno, "cannot print the table");
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		return report_error(report, errno, "cannot write to standard output");
	return 0;
}

void
table_free(struct table *table)
{
	if (!table)
		return;
	scols_unref_table(table->rows);
	free(table);
}
