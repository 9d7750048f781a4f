// SPDX-License-Identifier: GPL-2.0
/* dmaheap bench: how long heaps take on this machine */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "explain.h"
#include "heaps.h"
#include "measure.h"
#include "progress.h"
#include "size.h"
#include "table-options.h"
#include "take-size.h"

enum bench_option {
	BENCH_ROUNDS = 'r',
	BENCH_SIZES = 's',
};

#define MAX_ROUNDS 1000
#define MAX_SIZES 16

enum column {
	COLUMN_HEAP,
	COLUMN_SIZE,
	COLUMN_ROUNDS,
	COLUMN_FIRST,
	COLUMN_AGAIN,
	COLUMN_TOUCH,
	COLUMN_ACCESS,
	COLUMN_FREE,
	COLUMN_ERROR,
	N_COLUMNS,
};

static const struct table_column columns[N_COLUMNS] = {
	[COLUMN_HEAP] = { "HEAP", CELL_TEXT, .help = "the heap" },
	[COLUMN_SIZE] = { "SIZE", CELL_SIZE, .help =
		"the size of each buffer" },
	[COLUMN_ROUNDS] = { "ROUNDS", CELL_NUMBER, .help =
		"how many buffers were made, one after the other" },
	[COLUMN_FIRST] = { "FIRST", CELL_TIME, .help =
		"the time that the first took to be allocated" },
	[COLUMN_AGAIN] = { "AGAIN", CELL_TIME, .help =
		"the same of the others, each when the one before it was freed" },
	[COLUMN_TOUCH] = { "TOUCH", CELL_TIME, .help =
		"to map it, and to write a byte to each of its pages" },
	[COLUMN_ACCESS] = { "ACCESS", CELL_TIME, .help =
		"to begin and to end an access of the CPU; no device has the buffer,\n"
		"so that no cache has to be maintained" },
	[COLUMN_FREE] = { "FREE", CELL_TIME, .help =
		"to close it, when it is not mapped any more" },
	[COLUMN_ERROR] = { "ERROR", CELL_TEXT, .help =
		"why there is nothing to tell" },
};

struct bench {
	struct table table;
	uint64_t sizes[MAX_SIZES];
	size_t n_sizes;
	uint64_t rounds;
	struct round *done;	/* room for so many */
	bool failed;		/* for a row at least */
};

/* A page, a buffer of some size, and a frame of 3840 x 2160 with 4 bytes each. */
static const uint64_t usual_sizes[] = { 4096, 1048576, 33177600 };

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	interrupted = 1;
}

static int set_median(const struct bench *bench, struct libscols_line *line,
		      enum column column, enum step step, size_t first)
{
	uint64_t times[MAX_ROUNDS];
	size_t count = 0;

	for (size_t i = first; i < bench->rounds; i++) {
		if (bench->done[i].done[step])
			times[count++] = bench->done[i].nanoseconds[step];
	}
	if (!count)
		return 0;
	return set_time(&bench->table, line, column, median(times, count));
}

static int set_times(const struct bench *bench, struct libscols_line *line)
{
	int ret;

	ret = set_time(&bench->table, line, COLUMN_FIRST,
		       bench->done[0].nanoseconds[STEP_ALLOCATE]);
	if (!ret)
		ret = set_median(bench, line, COLUMN_AGAIN, STEP_ALLOCATE, 1);
	if (!ret)
		ret = set_median(bench, line, COLUMN_TOUCH, STEP_TOUCH, 0);
	if (!ret)
		ret = set_median(bench, line, COLUMN_ACCESS, STEP_ACCESS, 0);
	if (!ret)
		ret = set_median(bench, line, COLUMN_FREE, STEP_FREE, 0);
	return ret;
}

/* @error says why it could not be measured, or is 0. */
static int add_row(struct bench *bench, const char *heap, uint64_t size,
		   int error)
{
	struct libscols_line *line = add_line(&bench->table);
	int ret;

	if (!line)
		return -ENOMEM;
	ret = set_text(line, COLUMN_HEAP, heap);
	if (!ret)
		ret = set_size(&bench->table, line, COLUMN_SIZE, size);
	if (!ret && !error)
		ret = set_number(line, COLUMN_ROUNDS, bench->rounds);
	if (!ret && !error)
		ret = set_times(bench, line);
	if (!ret && error)
		ret = set_text(line, COLUMN_ERROR, strerror(-error));
	bench->failed |= error;
	return ret;
}

/* Nothing is told of rounds that were interrupted. */
static int measure_size(struct bench *bench, struct dmaheap *heap,
			uint64_t size)
{
	const char *name = dmaheap_name(heap);
	char text[SIZE_TEXT];
	int ret = 0;

	for (size_t i = 0; !ret && i < bench->rounds; i++) {
		if (interrupted)
			return 0;
		show_progress("%s, %s: %zu of %" PRIu64, name,
			      format_size(size, text), i + 1, bench->rounds);
		ret = measure_round(heap, size, &bench->done[i]);
	}
	return add_row(bench, name, size, ret);
}

static int measure_heap(struct bench *bench, const char *name)
{
	struct dmaheap *heap;
	int error, ret = 0;

	error = dmaheap_open(name, &heap);
	for (size_t i = 0; !ret && !interrupted && i < bench->n_sizes; i++)
		ret = error ? add_row(bench, name, bench->sizes[i], error) :
			      measure_size(bench, heap, bench->sizes[i]);
	if (!error)
		dmaheap_close(heap);
	return ret;
}

/* Those that were named, or each that the caller may open. */
static int measure_all(struct bench *bench, const struct heaps *heaps,
		       char **names)
{
	int ret = 0;

	for (size_t i = 0; !ret && !*names && i < heaps->count; i++) {
		if (may_open(heaps->heaps[i].names[0]))
			ret = measure_heap(bench, heaps->heaps[i].names[0]);
	}
	for (; !ret && *names; names++)
		ret = measure_heap(bench, *names);
	return ret;
}

/* Is there something to measure? Returns a status of exit. */
static int check_names(const struct heaps *heaps, char **names)
{
	bool may = false;

	for (; *names; names++) {
		if (!find_heap(heaps, *names)) {
			explain_open(*names, -ENOENT);
			return EXIT_FAILURE;
		}
		if (!may_open(*names)) {
			explain_open(*names, -EACCES);
			return EXIT_FAILURE;
		}
		may = true;
	}
	for (size_t i = 0; i < heaps->count; i++)
		may |= may_open(heaps->heaps[i].names[0]);
	if (!heaps->count)
		explain_none();
	else if (!may)
		explain_open(heaps->heaps[0].names[0], -EACCES);
	return may || !heaps->count ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int show(struct bench *bench, char **names)
{
	struct heaps heaps;
	int ret;

	ret = find_heaps(&heaps);
	if (ret) {
		ret = failure("can't list the heaps: %s", strerror(-ret));
		goto out;
	}
	ret = check_names(&heaps, names);
	if (ret)
		goto out;

	ret = measure_all(bench, &heaps, names);
	end_progress();
	if (!ret)
		ret = print_table(&bench->table);
	/* Before what is said of it. */
	fflush(stdout);
	if (ret)
		ret = failure("%s", strerror(-ret));
	else if (interrupted)
		ret = failure("interrupted: this is what was measured by then");
	else if (bench->failed)
		ret = EXIT_FAILURE;
out:
	free_heaps(&heaps);
	return ret;
}

static int take_rounds(const struct command *command, const char *text,
		       uint64_t *rounds)
{
	if (parse_number(text, 2, MAX_ROUNDS, rounds))
		return usage_error(command,
				   "'%s' is not a number of rounds, 2 to %d",
				   text, MAX_ROUNDS);
	return 0;
}

static int take_sizes(const struct command *command, char *texts,
		      struct bench *bench)
{
	const char *text;

	bench->n_sizes = 0;
	while ((text = strsep(&texts, ","))) {
		if (bench->n_sizes == MAX_SIZES)
			return usage_error(command, "%d sizes at a time",
					   MAX_SIZES);
		if (take_size(command, text, &bench->sizes[bench->n_sizes++]))
			return EXIT_USAGE;
	}
	return 0;
}

static int parse_options(const struct command *command, int argc, char **argv,
			 struct bench *bench)
{
	int key;

	while ((key = next_option(command, argc, argv)) != -1) {
		int ret;

		if (key == BENCH_ROUNDS)
			ret = take_rounds(command, optarg, &bench->rounds);
		else if (key == BENCH_SIZES)
			ret = take_sizes(command, optarg, bench);
		else
			ret = take_table_option(command, &bench->table, key);
		if (ret)
			return EXIT_USAGE;
	}
	return expect_names(command, argc, argv);
}

static int bench_run(const struct command *command, int argc, char **argv)
{
	const struct sigaction action = {
		.sa_handler = interrupt,
		.sa_flags = (int)SA_RESETHAND,
	};
	struct bench bench = { .rounds = 9 };
	int ret;

	bench.n_sizes = sizeof(usual_sizes) / sizeof(usual_sizes[0]);
	memcpy(bench.sizes, usual_sizes, sizeof(usual_sizes));
	if (parse_options(command, argc, argv, &bench))
		return EXIT_USAGE;

	/* The first signal ends this after the round, the second one at once. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	bench.done = calloc(bench.rounds, sizeof(*bench.done));
	ret = bench.done ? make_table(&bench.table, "results", columns,
				      N_COLUMNS) : -ENOMEM;
	if (ret)
		ret = failure("%s", strerror(-ret));
	else
		ret = show(&bench, argv + optind);
	scols_unref_table(bench.table.scols);
	free(bench.done);
	return ret;
}

const struct command bench_command = {
	.name = "bench",
	.arguments = "[OPTION...] [HEAP...]",
	.summary = "Measure how long heaps take on this machine",
	.details =
		"Each size is allocated, used and freed again and again; without HEAP of each\n"
		"heap that you may open. But for FIRST, which is one time, the times are medians\n"
		"of the rounds. They are of this machine as it is now: of what else runs, of how\n"
		"much of a region is free, and of what a heap keeps in its pool. A heap that\n"
		"clears or gathers memory in advance has done so in its own time.\n"
		"With --bytes, and in JSON, times are in nanoseconds.\n"
		"Ctrl-C ends this after the current round. A second Ctrl-C ends it at once.\n"
		"The exit status is 1 if something could not be measured: ERROR says why, and the\n"
		"rest is measured all the same.\n",
	.columns = columns,
	.n_columns = N_COLUMNS,
	.options = (const struct command_option[]) {
		TABLE_OPTIONS,
		{ BENCH_ROUNDS, "rounds", "COUNT", "so many of each, 2 to 1000 (9)" },
		{ BENCH_SIZES, "sizes", "SIZES",
		  "of these sizes, separated by commas (4K,1M,33177600)" },
		{ 0 }
	},
	.run = bench_run,
};
