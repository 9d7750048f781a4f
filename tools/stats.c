// SPDX-License-Identifier: GPL-2.0
/* dmaheap stats: the counters of heaps */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "explain.h"
#include "stats.h"
#include "table-options.h"

enum column {
	COLUMN_NAME,
	COLUMN_NAMES,
	COLUMN_PROVIDER,
	COLUMN_TYPE,
	COLUMN_REGION,
	COLUMN_LIMIT,
	N_TEXTS,
};

/* After those of text come figures: the columns of JSON have these names. */
static const struct table_column columns[N_TEXTS + N_FIGURES] = {
	[COLUMN_NAME] = { "NAME", CELL_TEXT, .help = "the heap's own name" },
	[COLUMN_NAMES] = { "NAMES", CELL_TEXTS, .json_only = true, .help =
		"all of its names" },
	[COLUMN_PROVIDER] = { "PROVIDER", CELL_TEXT, .json_only = true, .help =
		"'kernel', or 'dmabuf-heaps' for these modules" },
	[COLUMN_TYPE] = { "TYPE", CELL_TEXT, .json_only = true, .help =
		"where its memory comes from" },
	[COLUMN_REGION] = { "REGION", CELL_TEXT, .json_only = true, .help =
		"the reserved region that it is taken from" },
	[COLUMN_LIMIT] = { "LIMIT", CELL_TEXT, .help =
		"what a user may have: bytes, per cent of what others leave, or\n"
		"'max'" },
	[N_TEXTS + FIGURE_TOTAL] = { "TOTAL", CELL_SIZE, .help =
		"the region's size" },
	[N_TEXTS + FIGURE_FREE] = { "FREE", CELL_SIZE, .help =
		"what nobody has of the region, perhaps in pieces" },
	[N_TEXTS + FIGURE_USED] = { "USED", CELL_SIZE, .help =
		"what the heap has lent" },
	[N_TEXTS + FIGURE_PEAK] = { "PEAK", CELL_SIZE, .help =
		"the most that it ever had" },
	[N_TEXTS + FIGURE_BUFFERS] = { "BUFFERS", CELL_NUMBER, .help =
		"how many buffers that is" },
	[N_TEXTS + FIGURE_ALLOCATIONS] = { "ALLOCATIONS", CELL_NUMBER, .help =
		"how many requests were met" },
	[N_TEXTS + FIGURE_LARGEST_SUCCESS] = { "LARGEST_SUCCESS", CELL_SIZE,
		.help = "the largest of them" },
	[N_TEXTS + FIGURE_SMALLEST_FAILURE] = { "SMALLEST_FAILURE", CELL_SIZE,
		.help = "the smallest that failed for want of memory; 0 if none did" },
	[N_TEXTS + FIGURE_FAILURES_LIMIT] = { "FAILURES_LIMIT", CELL_NUMBER,
		.help = "how many failed because of a limit" },
	[N_TEXTS + FIGURE_FAILURES_MEMORY] = { "FAILURES_MEMORY", CELL_NUMBER,
		.help = "how many failed for want of memory" },
	[N_TEXTS + FIGURE_FAILURES_BUSY] = { "FAILURES_BUSY", CELL_NUMBER,
		.help = "how many failed although there was room, as pages of others could\n"
		"not be moved" },
	[N_TEXTS + FIGURE_FAILURES_OTHER] = { "FAILURES_OTHER", CELL_NUMBER,
		.help = "how many failed for other reasons" },
	[N_TEXTS + FIGURE_POOLED] = { "POOLED", CELL_SIZE, .json_only = true,
		.help = "what is kept for the next request of its size, and is nobody's" },
	[N_TEXTS + FIGURE_POOL_HITS] = { "POOL_HITS", CELL_NUMBER,
		.json_only = true, .help = "how many requests were met by that" },
	[N_TEXTS + FIGURE_POOL_MISSES] = { "POOL_MISSES", CELL_NUMBER,
		.json_only = true, .help = "how many were not" },
	[N_TEXTS + FIGURE_CONTIGUOUS] = { "CONTIGUOUS", CELL_BOOL,
		.json_only = true, .help = "whether each buffer is one piece" },
	[N_TEXTS + FIGURE_CPU_ACCESS] = { "CPU_ACCESS", CELL_BOOL,
		.json_only = true, .help = "whether programs get at the memory" },
};

int make_stats(struct table *table)
{
	return make_table(table, "heaps", columns, N_TEXTS + N_FIGURES);
}

static int set_texts_of(struct libscols_line *line, const struct heap *heap)
{
	const struct attributes *attributes = &heap->attributes;
	const char *texts[N_TEXTS] = {
		[COLUMN_NAME] = heap->names[0],
		[COLUMN_PROVIDER] = provider_name(heap->provider),
		[COLUMN_TYPE] = attributes->type,
		[COLUMN_REGION] = attributes->region,
		[COLUMN_LIMIT] = attributes->limit,
	};
	int ret = 0;

	for (size_t i = 0; !ret && i < N_TEXTS; i++) {
		if (texts[i])
			ret = set_text(line, i, texts[i]);
	}
	if (ret)
		return ret;
	return set_texts(line, COLUMN_NAMES, heap->names, heap->n_names);
}

int add_stats(const struct table *table, const struct heap *heap)
{
	struct libscols_line *line = add_line(table);
	int ret;

	if (!line)
		return -ENOMEM;
	ret = set_texts_of(line, heap);
	for (size_t i = 0; !ret && i < N_FIGURES; i++)
		ret = set_figure(table, line, N_TEXTS + i,
				 columns[N_TEXTS + i].cell, &heap->attributes,
				 i);
	return ret;
}

/* Those that were named, in that order, or all. Returns a status of exit. */
static int fill(const struct table *table, const struct heaps *heaps,
		char **names)
{
	const struct heap *heap;
	int ret = 0;

	for (size_t i = 0; !ret && !*names && i < heaps->count; i++)
		ret = add_stats(table, &heaps->heaps[i]);
	for (; !ret && *names; names++) {
		heap = find_heap(heaps, *names);
		if (!heap) {
			explain_open(*names, -ENOENT);
			return EXIT_FAILURE;
		}
		ret = add_stats(table, heap);
	}
	return ret ? failure("%s", strerror(-ret)) : EXIT_SUCCESS;
}

static int show(struct table *table, char **names)
{
	struct heaps heaps;
	int ret;

	ret = find_heaps(&heaps);
	if (ret) {
		ret = failure("can't list the heaps: %s", strerror(-ret));
		goto out;
	}
	ret = fill(table, &heaps, names);
	if (ret)
		goto out;
	ret = print_table(table);
	if (ret)
		ret = failure("%s", strerror(-ret));
	else if (!heaps.count)
		explain_none();
out:
	free_heaps(&heaps);
	return ret;
}

static int stats_run(const struct command *command, int argc, char **argv)
{
	struct table table = { 0 };
	int ret;

	if (take_table_options(command, &table, argc, argv) ||
	    expect_names(command, argc, argv))
		return EXIT_USAGE;

	ret = make_stats(&table);
	if (ret)
		return failure("%s", strerror(-ret));
	ret = show(&table, argv + optind);
	scols_unref_table(table.scols);
	return ret;
}

const struct command stats_command = {
	.name = "stats",
	.arguments = "[OPTION...] [HEAP...]",
	.summary = "Show the counters of heaps, for scripts and exporters",
	.details =
		"Each heap is shown once, by its own name, whichever was given; without HEAP all\n"
		"are. The table has the most important columns, JSON has all, and --output any.\n"
		"Those that are attributes of the heap have their names, and\n"
		"dma_heap(4) explains them.\n",
	.columns = columns,
	.n_columns = N_TEXTS + N_FIGURES,
	.options = (const struct command_option[]) { TABLE_OPTIONS, { 0 } },
	.run = stats_run,
};
