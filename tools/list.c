// SPDX-License-Identifier: GPL-2.0
/* dmaheap list: a table of the heaps */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "attributes.h"
#include "command.h"
#include "size.h"

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

static const struct {
	const char *name;
	int json_type;
} columns[N_COLUMNS] = {
	[COLUMN_NAME] = { "NAME", SCOLS_JSON_STRING },
	[COLUMN_PROVIDER] = { "PROVIDER", SCOLS_JSON_STRING },
	[COLUMN_TYPE] = { "TYPE", SCOLS_JSON_STRING },
	[COLUMN_REGION] = { "REGION", SCOLS_JSON_STRING },
	[COLUMN_SIZE] = { "SIZE", SCOLS_JSON_NUMBER },
	[COLUMN_FREE] = { "FREE", SCOLS_JSON_NUMBER },
	[COLUMN_ACCESS] = { "ACCESS", SCOLS_JSON_BOOLEAN },
};

struct listing {
	struct libscols_table *table;
	enum column shown[N_COLUMNS];
	size_t n_shown;
	bool bytes;
};

/* Whether the caller may open a heap, and so allocate from it. */
static bool may_open(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DMAHEAP_DIR "/%s", name);
	return !faccessat(AT_FDCWD, path, R_OK, AT_EACCESS);
}

static const char *provider_name(enum dmaheap_provider provider)
{
	switch (provider) {
	case DMAHEAP_PROVIDER_KERNEL:
		return "kernel";
	case DMAHEAP_PROVIDER_MODULES:
		return "dmabuf-heaps";
	default:
		return "";
	}
}

static const char *size_cell(const struct listing *listing, bool known,
			     uint64_t size, char text[24])
{
	if (!known)
		return "";
	if (!listing->bytes)
		return format_size(size, text);
	snprintf(text, 24, "%" PRIu64, size);
	return text;
}

static int set_cell(const struct listing *listing, struct libscols_line *line,
		    size_t i, const struct dmaheap_info *info,
		    const struct attributes *attributes)
{
	const char *cell = "";
	char text[24];

	switch (listing->shown[i]) {
	case COLUMN_NAME:
		cell = dmaheap_info_name(info);
		break;
	case COLUMN_PROVIDER:
		cell = provider_name(dmaheap_info_provider(info));
		break;
	case COLUMN_TYPE:
		cell = attributes->type;
		break;
	case COLUMN_REGION:
		cell = attributes->region;
		break;
	case COLUMN_SIZE:
		cell = size_cell(listing, attributes->has_total,
				 attributes->total, text);
		break;
	case COLUMN_FREE:
		cell = size_cell(listing, attributes->has_free,
				 attributes->free, text);
		break;
	case COLUMN_ACCESS:
		cell = may_open(dmaheap_info_name(info)) ? "yes" : "no";
		break;
	case N_COLUMNS:
		break;
	}
	return scols_line_set_data(line, i, cell);
}

static int add_heap(const struct dmaheap_info *info, void *data)
{
	const struct listing *listing = data;
	struct attributes attributes;
	struct libscols_line *line;
	int ret;

	line = scols_table_new_line(listing->table, NULL);
	if (!line)
		return -ENOMEM;

	read_attributes(dmaheap_info_device(info), &attributes);
	for (size_t i = 0; i < listing->n_shown; i++) {
		ret = set_cell(listing, line, i, info, &attributes);
		if (ret)
			return ret;
	}
	return 0;
}

static int add_columns(const struct listing *listing)
{
	for (size_t i = 0; i < listing->n_shown; i++) {
		enum column column = listing->shown[i];
		bool number = columns[column].json_type == SCOLS_JSON_NUMBER;
		struct libscols_column *added;

		added = scols_table_new_column(listing->table,
					       columns[column].name, 0,
					       number ? SCOLS_FL_RIGHT : 0);
		if (!added)
			return -ENOMEM;
		scols_column_set_json_type(added, columns[column].json_type);
	}
	return 0;
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
			listing->bytes = true;
			break;
		case LIST_JSON:
			listing->bytes = true;
			scols_table_enable_json(listing->table, 1);
			break;
		case LIST_NOHEADINGS:
			scols_table_enable_noheadings(listing->table, 1);
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
	listing.table = scols_new_table();
	if (!listing.table)
		return failure("%s", strerror(ENOMEM));
	scols_table_set_name(listing.table, "heaps");

	ret = parse_options(command, argc, argv, &listing);
	if (ret)
		goto out;

	ret = add_columns(&listing);
	if (!ret)
		ret = dmaheap_foreach(add_heap, &listing);
	if (!ret)
		ret = scols_print_table(listing.table);
	if (ret)
		ret = failure("can't list the heaps: %s", strerror(-ret));
	else if (!scols_table_get_nlines(listing.table))
		fputs("dmaheap: there are no heaps on this machine (nothing in "
		      DMAHEAP_DIR ")\n", stderr);
out:
	scols_unref_table(listing.table);
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
