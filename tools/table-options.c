// SPDX-License-Identifier: GPL-2.0
/* The options that every command with a table has. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "table-options.h"

/* The column of that name, or as many as there are. */
static size_t find_column(const struct command *command, const char *name)
{
	size_t column;

	for (column = 0; column < command->n_columns; column++) {
		if (!strcasecmp(command->columns[column].name, name))
			break;
	}
	return column;
}

static int unknown_column(const struct command *command, const char *name)
{
	char names[512] = "";
	size_t length = 0;

	for (size_t i = 0; i < command->n_columns && length < sizeof(names); i++)
		length += snprintf(names + length, sizeof(names) - length,
				   "%s%s", i ? ", " : "",
				   command->columns[i].name);
	return usage_error(command, "there is no column '%s'; there are: %s",
			   name, names);
}

static int choose_columns(const struct command *command, struct table *table,
			  char *names)
{
	const char *name;

	table->n_shown = 0;
	while ((name = strsep(&names, ","))) {
		const size_t column = find_column(command, name);

		if (column == command->n_columns)
			return unknown_column(command, name);
		for (size_t i = 0; i < table->n_shown; i++) {
			if (table->shown[i] == column)
				return usage_error(command,
						   "column %s was given twice",
						   command->columns[column].name);
		}
		table->shown[table->n_shown++] = column;
	}
	return 0;
}

int take_table_option(const struct command *command, struct table *table,
		      int key)
{
	switch (key) {
	case TABLE_BYTES:
		table->bytes = true;
		return 0;
	case TABLE_JSON:
		table->bytes = true;
		table->json = true;
		return 0;
	case TABLE_NOHEADINGS:
	case TABLE_NOHEADINGS_LONG:
		table->noheadings = true;
		return 0;
	case TABLE_OUTPUT:
		return choose_columns(command, table, optarg);
	default:
		return EXIT_USAGE;
	}
}

int take_table_options(const struct command *command, struct table *table,
		       int argc, char **argv)
{
	int key;

	while ((key = next_option(command, argc, argv)) != -1) {
		if (take_table_option(command, table, key))
			return EXIT_USAGE;
	}
	return 0;
}
