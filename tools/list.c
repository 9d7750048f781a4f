// SPDX-License-Identifier: GPL-2.0
/* dmaheap list: a table of the heaps */

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "attributes.h"
#include "command.h"
#include "explain.h"
#include "heaps.h"
#include "table.h"

enum list_option {
	LIST_BYTES = 'b',
	LIST_JSON = 'J',
	LIST_NOHEADINGS = 'n',
	LIST_OUTPUT = 'o',
};

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
	[COLUMN_NAME] = { "NAME", CELL_TEXT },
	[COLUMN_PROVIDER] = { "PROVIDER", CELL_TEXT },
	[COLUMN_TYPE] = { "TYPE", CELL_TEXT },
	[COLUMN_REGION] = { "REGION", CELL_TEXT },
	[COLUMN_SIZE] = { "SIZE", CELL_SIZE },
	[COLUMN_FREE] = { "FREE", CELL_SIZE },
	[COLUMN_ACCESS] = { "ACCESS", CELL_BOOL },
};

struct listing {
	struct table table;
	enum column shown[N_COLUMNS];
	size_t n_shown;
	bool noheadings;
};

static int set_cell(const struct listing *listing, struct libscols_line *line,
		    size_t i, const struct dmaheap_info *info,
		    const struct attributes *attributes)
{
	switch (listing->shown[i]) {
	case COLUMN_NAME:
		return set_text(line, i, dmaheap_info_name(info));
	case COLUMN_PROVIDER:
		return set_text(line, i,
				provider_name(dmaheap_info_provider(info)));
	case COLUMN_TYPE:
		return set_text(line, i, attributes->type);
	case COLUMN_REGION:
		return set_text(line, i, attributes->region);
	case COLUMN_SIZE:
		return set_figure(&listing->table, line, i, CELL_SIZE,
				  attributes, FIGURE_TOTAL);
	case COLUMN_FREE:
		return set_figure(&listing->table, line, i, CELL_SIZE,
				  attributes, FIGURE_FREE);
	case COLUMN_ACCESS:
		return set_bool(line, i, may_open(dmaheap_info_name(info)));
	default:
		return 0;
	}
}

static int add_heap(const struct dmaheap_info *info, void *data)
{
	const struct listing *listing = data;
	struct attributes attributes;
	struct libscols_line *line;
	int ret = 0;

	line = add_line(&listing->table);
	if (!line)
		return -ENOMEM;

	read_attributes(dmaheap_info_device(info), &attributes);
	for (size_t i = 0; !ret && i < listing->n_shown; i++)
		ret = set_cell(listing, line, i, info, &attributes);
	return ret;
}

static int make_listing(struct listing *listing)
{
	struct table_column shown[N_COLUMNS];
	int ret;

	for (size_t i = 0; i < listing->n_shown; i++)
		shown[i] = columns[listing->shown[i]];
	ret = make_table(&listing->table, "heaps", shown, listing->n_shown);
	if (ret)
		return ret;
	scols_table_enable_noheadings(listing->table.scols,
				      listing->noheadings);
	return dmaheap_foreach(add_heap, listing);
}

/* The column of that name, or N_COLUMNS. */
static enum column find_column(const char *name)
{
	enum column column;

	for (column = 0; column < N_COLUMNS; column++) {
		if (!strcasecmp(columns[column].name, name))
			break;
	}
	return column;
}

/* Takes apart the names of -o. Returns 0 or EXIT_USAGE. */
static int choose_columns(const struct command *command,
			  struct listing *listing, char *names)
{
	const char *name;

	listing->n_shown = 0;
	while ((name = strsep(&names, ","))) {
		enum column column = find_column(name);

		if (column == N_COLUMNS)
			return usage_error(command, "there is no column '%s'",
					   name);
		for (size_t i = 0; i < listing->n_shown; i++) {
			if (listing->shown[i] == column)
				return usage_error(command,
						   "column %s was given twice",
						   columns[column].name);
		}
		listing->shown[listing->n_shown++] = column;
	}
	return 0;
}

static int parse_options(const struct command *command, int argc, char **argv,
			 struct listing *listing)
{
	int key;

	while ((key = next_option(command, argc, argv)) != -1) {
		switch (key) {
		case LIST_BYTES:
			listing->table.bytes = true;
			break;
		case LIST_JSON:
			listing->table.bytes = true;
			listing->table.json = true;
			break;
		case LIST_NOHEADINGS:
			listing->noheadings = true;
			break;
		case LIST_OUTPUT:
			if (choose_columns(command, listing, optarg))
				return EXIT_USAGE;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return usage_error(command, "it takes no argument: '%s'",
				   argv[optind]);
	return 0;
}

static int list_run(const struct command *command, int argc, char **argv)
{
	struct listing listing = { .n_shown = N_COLUMNS };
	int ret;

	for (size_t i = 0; i < N_COLUMNS; i++)
		listing.shown[i] = i;
	ret = parse_options(command, argc, argv, &listing);
	if (ret)
		return ret;

	ret = make_listing(&listing);
	if (!ret)
		ret = scols_print_table(listing.table.scols);
	if (ret)
		ret = failure("can't list the heaps: %s", strerror(-ret));
	else if (!scols_table_get_nlines(listing.table.scols))
		explain_none();
	scols_unref_table(listing.table.scols);
	return ret;
}

const struct command list_command = {
	.name = "list",
	.arguments = "[OPTION...]",
	.summary = "List the heaps of this machine",
	.details =
		"Columns:\n"
		"  NAME      the heap's name, that of its node in " DMAHEAP_DIR "\n"
		"  PROVIDER  'kernel', or 'dmabuf-heaps' for these modules\n"
		"  TYPE      where its memory comes from\n"
		"  REGION    the reserved region that it is taken from\n"
		"  SIZE      that region's size\n"
		"  FREE      how much of the region is free, perhaps in pieces\n"
		"  ACCESS    whether you may use the heap\n"
		"What is not known is left empty (null in JSON).\n",
	.options = (const struct command_option[]) {
		{ LIST_BYTES, "bytes", NULL, "sizes in bytes" },
		{ LIST_JSON, "json", NULL, "JSON; sizes are in bytes" },
		{ LIST_NOHEADINGS, "noheadings", NULL, "no line of headings" },
		{ LIST_OUTPUT, "output", "COLUMNS",
		  "these columns only, separated by commas" },
		{ 0 }
	},
	.run = list_run,
};
