/* SPDX-License-Identifier: GPL-2.0 */
/* The options that every command with a table has. */

#ifndef DMAHEAP_TABLE_OPTIONS_H
#define DMAHEAP_TABLE_OPTIONS_H

#include "command.h"
#include "table.h"

enum table_option {
	TABLE_BYTES = 'b',
	TABLE_JSON = 'J',
	TABLE_NOHEADINGS = 'n',
	TABLE_OUTPUT = 'o',
	TABLE_NOHEADINGS_LONG = 256,	/* where 'n' is something else */
};

#define TABLE_OPTIONS TABLE_OPTIONS_WITH(TABLE_NOHEADINGS)
#define TABLE_OPTIONS_WITH(noheadings) \
	{ TABLE_BYTES, "bytes", NULL, "sizes in bytes" }, \
	{ TABLE_JSON, "json", NULL, "JSON; sizes are in bytes" }, \
	{ noheadings, "noheadings", NULL, "no line of headings" }, \
	{ TABLE_OUTPUT, "output", "COLUMNS", \
	  "these columns only, separated by commas" }

/*
 * Takes one of these options, whose argument is in optarg. Returns 0, or
 * EXIT_USAGE if that was reported or if it is another key.
 */
int take_table_option(const struct command *command, struct table *table,
		      int key);

/* All options, for a command that has no other. Returns 0 or EXIT_USAGE. */
int take_table_options(const struct command *command, struct table *table,
		       int argc, char **argv);

#endif /* DMAHEAP_TABLE_OPTIONS_H */
