// SPDX-License-Identifier: GPL-2.0
/* dmaheap list: a table of the heaps */

#include <errno.h>
#include <string.h>

#include "access.h"
#include "attributes.h"
#include "command.h"
#include "explain.h"
#include "heaps.h"
#include "table-options.h"

enum column {
	COLUMN_NAME,
	COLUMN_PROVIDER,
	COLUMN_TYPE,
	COLUMN_REGION,
	COLUMN_SIZE,
	COLUMN_FREE,
	COLUMN_ACCESS,
	N_COLUMNS,
};

static const struct table_column columns[N_COLUMNS] = {
	[COLUMN_NAME] = { "NAME", CELL_TEXT, .help =
		"the heap's name, that of its node in " DMAHEAP_DIR },
	[COLUMN_PROVIDER] = { "PROVIDER", CELL_TEXT, .help =
		"'kernel', or 'dmabuf-heaps' for these modules" },
	[COLUMN_TYPE] = { "TYPE", CELL_TEXT, .help =
		"where its memory comes from" },
	[COLUMN_REGION] = { "REGION", CELL_TEXT, .help =
		"the reserved region that it is taken from" },
	[COLUMN_SIZE] = { "SIZE", CELL_SIZE, .help = "that region's size" },
	[COLUMN_FREE] = { "FREE", CELL_SIZE, .help =
		"how much of the region is free, perhaps in pieces" },
	[COLUMN_ACCESS] = { "ACCESS", CELL_BOOL, .help =
		"whether you may use the heap" },
};

static int set_cell(const struct table *table, struct libscols_line *line,
		    enum column column, const struct dmaheap_info *info,
		    const struct attributes *attributes)
{
	switch (column) {
	case COLUMN_NAME:
		return set_text(line, column, dmaheap_info_name(info));
	case COLUMN_PROVIDER:
		return set_text(line, column,
				provider_name(dmaheap_info_provider(info)));
	case COLUMN_TYPE:
		return set_text(line, column, attributes->type);
	case COLUMN_REGION:
		return set_text(line, column, attributes->region);
	case COLUMN_SIZE:
		return set_figure(table, line, column, CELL_SIZE, attributes,
				  FIGURE_TOTAL);
	case COLUMN_FREE:
		return set_figure(table, line, column, CELL_SIZE, attributes,
				  FIGURE_FREE);
	case COLUMN_ACCESS:
		return set_bool(line, column, may_open(dmaheap_info_name(info)));
	default:
		return 0;
	}
}

static int add_heap(const struct dmaheap_info *info, void *data)
{
	const struct table *table = data;
	struct attributes attributes;
	struct libscols_line *line;
	int ret = 0;

	line = add_line(table);
	if (!line)
		return -ENOMEM;

	read_attributes(dmaheap_info_device(info), &attributes);
	for (size_t i = 0; !ret && i < N_COLUMNS; i++)
		ret = set_cell(table, line, i, info, &attributes);
	return ret;
}

static int print_list(struct table *table)
{
	int ret;

	ret = make_table(table, "heaps", columns, N_COLUMNS);
	if (!ret)
		ret = dmaheap_foreach(add_heap, table);
	if (!ret)
		ret = print_table(table);
	if (ret)
		ret = failure("can't list the heaps: %s", strerror(-ret));
	else if (!scols_table_get_nlines(table->scols))
		explain_none();
	scols_unref_table(table->scols);
	return ret;
}

static int list_run(const struct command *command, int argc, char **argv)
{
	struct table table = { 0 };

	if (take_table_options(command, &table, argc, argv) ||
	    expect_nothing(command, argc, argv))
		return EXIT_USAGE;
	return print_list(&table);
}

const struct command list_command = {
	.name = "list",
	.arguments = "[OPTION...]",
	.summary = "List the heaps of this machine",
	.columns = columns,
	.n_columns = N_COLUMNS,
	.options = (const struct command_option[]) { TABLE_OPTIONS, { 0 } },
	.run = list_run,
};
