// SPDX-License-Identifier: GPL-2.0
/* dmaheap info: all about one heap, and who has its buffers */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "command.h"
#include "explain.h"
#include "holders.h"
#include "size.h"
#include "stats.h"
#include "table-options.h"

enum column {
	COLUMN_BUFFER,
	COLUMN_MEMORY,
	COLUMN_INODE,
	COLUMN_OFFSET,
	COLUMN_SIZE,
	COLUMN_NAME,
	COLUMN_HOLDER,
	COLUMN_PID,
	COLUMN_USER,
	COLUMN_COMMAND,
	COLUMN_DESCRIPTORS,
	COLUMN_MAPPED,
	N_COLUMNS,
};

static const struct table_column columns[N_COLUMNS] = {
	[COLUMN_BUFFER] = { "BUFFER", CELL_NUMBER, .help =
		"the number of a buffer, which its views have as well" },
	[COLUMN_MEMORY] = { "MEMORY", CELL_SIZE, .help =
		"the size of the buffer's memory" },
	[COLUMN_INODE] = { "INODE", CELL_NUMBER, .help =
		"what tells a buffer or view from every other, as in\n"
		"/proc/PID/fdinfo" },
	[COLUMN_OFFSET] = { "OFFSET", CELL_SIZE, .help =
		"where a view begins in the memory" },
	[COLUMN_SIZE] = { "SIZE", CELL_SIZE, .help = "its size" },
	[COLUMN_NAME] = { "NAME", CELL_TEXT, .help =
		"its name, if it was given one" },
	[COLUMN_HOLDER] = { "HOLDER", CELL_TEXT, .help =
		"who has it, as in 'dmaheap top'" },
	[COLUMN_PID] = { "PID", CELL_NUMBER, .help =
		"the process; empty if it has ended" },
	[COLUMN_USER] = { "USER", CELL_TEXT, .help = "whose it is" },
	[COLUMN_COMMAND] = { "COMMAND", CELL_TEXT, .help = "what it runs" },
	[COLUMN_DESCRIPTORS] = { "DESCRIPTORS", CELL_NUMBER, .help =
		"how often the process has it open" },
	[COLUMN_MAPPED] = { "MAPPED", CELL_SIZE, .help =
		"how much of it the process has mapped" },
};

struct info {
	struct table table;
	const struct heap *heap;
	const struct holders *holders;
	/* In the order of what they have; last what no heap told of. */
	const struct holder **by_lent;
	size_t n_shown;		/* so many of them are in the table */
};

static bool is_known(const struct heap *heap, enum figure figure)
{
	return heap->attributes.figures[figure].known;
}

static uint64_t value_of(const struct heap *heap, enum figure figure)
{
	return heap->attributes.figures[figure].value;
}

static void print_names(const struct heap *heap)
{
	printf("Heap        %s\n", heap->names[0]);
	for (size_t i = 1; i < heap->n_names; i++)
		printf("%s%s%s", i > 1 ? ", " : "Also        ",
		       heap->names[i], i + 1 == heap->n_names ? "\n" : "");
	if (heap->provider == DMAHEAP_PROVIDER_KERNEL)
		puts("Provider    the kernel itself, which tells no more");
	if (!may_open(heap->names[0]))
		puts("Access      you may not open it");
}

/* The kind of memory, in words where it is one that is known here. */
static const char *describe_type(const char *type)
{
	static const char * const types[][2] = {
		{ "cma", "CMA area" },
		{ "carveout", "carveout" },
		{ "system", "ordinary memory" },
		{ "contiguous", "ordinary memory" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strcmp(types[i][0], type))
			return types[i][1];
	}
	return type;
}

static void print_memory(const struct heap *heap)
{
	const struct attributes *attributes = &heap->attributes;

	if (attributes->type[0]) {
		printf("Memory      %s", describe_type(attributes->type));
		if (attributes->region[0])
			printf(" %s", attributes->region);
		if (is_known(heap, FIGURE_CONTIGUOUS))
			printf(", each buffer in %s",
			       value_of(heap, FIGURE_CONTIGUOUS) ?
			       "one piece" : "one piece or several");
		puts("");
	}
	if (is_known(heap, FIGURE_CPU_ACCESS) &&
	    !value_of(heap, FIGURE_CPU_ACCESS))
		puts("Protected   for devices alone, neither programs nor the kernel get at it");
}

static const char *show_size(const struct info *info, enum figure figure,
			     char text[NUMBER_TEXT])
{
	return write_size(&info->table, value_of(info->heap, figure), text);
}

static void print_amounts(const struct info *info)
{
	const struct heap *heap = info->heap;
	char text[NUMBER_TEXT];

	if (is_known(heap, FIGURE_TOTAL)) {
		printf("Size        %s",
		       show_size(info, FIGURE_TOTAL, text));
		if (is_known(heap, FIGURE_FREE))
			printf(", %s free, perhaps in pieces",
			       show_size(info, FIGURE_FREE, text));
		puts("");
	}
	if (is_known(heap, FIGURE_USED) && is_known(heap, FIGURE_BUFFERS))
		printf("Lent        %s (buffers: %" PRIu64 ")\n",
		       show_size(info, FIGURE_USED, text),
		       value_of(heap, FIGURE_BUFFERS));
	if (is_known(heap, FIGURE_PEAK))
		printf("Peak        %s\n",
		       show_size(info, FIGURE_PEAK, text));
	if (is_known(heap, FIGURE_POOLED))
		printf("Pool        %s kept for the next request\n",
		       show_size(info, FIGURE_POOLED, text));
}

static void print_limit(const struct info *info)
{
	const char *limit = info->heap->attributes.limit;
	char text[NUMBER_TEXT];
	uint64_t bytes;

	if (!limit[0])
		return;
	if (!strcmp(limit, "max"))
		puts("Limit       none");
	else if (!parse_size(limit, &bytes))
		printf("Limit       %s for each user\n",
		       write_size(&info->table, bytes, text));
	else
		printf("Limit       %s of what others leave, for each user\n",
		       limit);
}

static void print_requests(const struct info *info)
{
	const struct heap *heap = info->heap;
	char text[NUMBER_TEXT];

	if (is_known(heap, FIGURE_ALLOCATIONS) &&
	    is_known(heap, FIGURE_LARGEST_SUCCESS))
		printf("Requests    %" PRIu64 " were met, the largest of %s\n",
		       value_of(heap, FIGURE_ALLOCATIONS),
		       show_size(info, FIGURE_LARGEST_SUCCESS, text));
	if (!is_known(heap, FIGURE_FAILURES_LIMIT) ||
	    !is_known(heap, FIGURE_FAILURES_MEMORY) ||
	    !is_known(heap, FIGURE_FAILURES_OTHER))
		return;
	printf("Failures    %" PRIu64 " for a limit, %" PRIu64
	       " for want of memory, %" PRIu64 " for other reasons\n",
	       value_of(heap, FIGURE_FAILURES_LIMIT),
	       value_of(heap, FIGURE_FAILURES_MEMORY),
	       value_of(heap, FIGURE_FAILURES_OTHER));
	if (is_known(heap, FIGURE_FAILURES_BUSY) &&
	    value_of(heap, FIGURE_FAILURES_BUSY))
		printf("            %" PRIu64 " because pages of other users could not be moved\n",
		       value_of(heap, FIGURE_FAILURES_BUSY));
	if (is_known(heap, FIGURE_SMALLEST_FAILURE) &&
	    value_of(heap, FIGURE_SMALLEST_FAILURE))
		printf("            the smallest that wanted memory was of %s\n",
		       show_size(info, FIGURE_SMALLEST_FAILURE, text));
}

static int set_lent(const struct table *table, struct libscols_line *line,
		    const struct lent *lent)
{
	int ret;

	ret = set_number(line, COLUMN_BUFFER, lent->id);
	if (!ret)
		ret = set_size(table, line, COLUMN_MEMORY, lent->memory_size);
	if (!ret)
		ret = set_number(line, COLUMN_INODE, lent->inode);
	if (!ret)
		ret = set_size(table, line, COLUMN_OFFSET, lent->offset);
	if (!ret)
		ret = set_size(table, line, COLUMN_SIZE, lent->size);
	return ret;
}

static int set_owner(struct libscols_line *line, const char *holder, pid_t pid,
		     uid_t uid, const char *comm)
{
	int ret;

	ret = set_text(line, COLUMN_HOLDER, holder);
	if (!ret && pid)
		ret = set_number(line, COLUMN_PID, pid);
	if (!ret)
		ret = set_user(line, COLUMN_USER, uid);
	if (!ret)
		ret = set_text(line, COLUMN_COMMAND, comm);
	return ret;
}

static int add_holder(const struct table *table, const struct holder *holder)
{
	struct libscols_line *line = add_line(table);
	int ret;

	if (!line)
		return -ENOMEM;
	if (holder->lent) {
		ret = set_lent(table, line, holder->lent);
	} else {
		ret = set_number(line, COLUMN_INODE, holder->inode);
		if (!ret && holder->size)
			ret = set_size(table, line, COLUMN_SIZE, holder->size);
	}
	if (!ret)
		ret = set_text(line, COLUMN_NAME, holder->name);
	if (!ret)
		ret = set_owner(line, "process", holder->pid, holder->uid,
				holder->comm);
	if (!ret)
		ret = set_number(line, COLUMN_DESCRIPTORS,
				 holder->descriptors);
	if (!ret)
		ret = set_size(table, line, COLUMN_MAPPED, holder->mapped);
	return ret;
}

static int compare_lent(const void *a, const void *b)
{
	const struct holder *left = *(const struct holder * const *)a;
	const struct holder *right = *(const struct holder * const *)b;

	if (!left->lent != !right->lent)
		return left->lent ? -1 : 1;
	if (left->lent != right->lent)
		return left->lent < right->lent ? -1 : 1;
	return (left > right) - (left < right);
}

static int sort_holders(struct info *info)
{
	const struct holders *holders = info->holders;

	info->by_lent = calloc(holders->n_holders + 1, sizeof(*info->by_lent));
	if (!info->by_lent)
		return -ENOMEM;
	for (size_t i = 0; i < holders->n_holders; i++)
		info->by_lent[i] = &holders->holders[i];
	qsort(info->by_lent, holders->n_holders, sizeof(*info->by_lent),
	      compare_lent);
	return 0;
}

/* Those who have it, or who asked for it, if no process has it. */
static int add_lent(struct info *info, const struct lent *lent)
{
	const struct holders *holders = info->holders;
	struct libscols_line *line;
	int ret = 0;

	for (; !ret && info->n_shown < holders->n_holders; info->n_shown++) {
		const struct holder *holder = info->by_lent[info->n_shown];

		if (!holder->lent || holder->lent > lent)
			break;
		if (holder->lent == lent)
			ret = add_holder(&info->table, holder);
	}
	if (ret || lent->is_held || !lent->lasts)
		return ret;

	line = add_line(&info->table);
	if (!line)
		return -ENOMEM;
	ret = set_lent(&info->table, line, lent);
	if (!ret)
		ret = set_owner(line, unseen_holder(holders), lent->pid,
				lent->uid, lent->comm);
	return ret;
}

/* In the order in which they were lent; then those that no heap told of. */
static int fill(struct info *info)
{
	const struct holders *holders = info->holders;
	int ret;

	ret = sort_holders(info);
	for (size_t i = 0; !ret && i < holders->n_lent; i++) {
		if (holders->lent[i].heap == info->heap)
			ret = add_lent(info, &holders->lent[i]);
	}
	for (size_t i = 0; !ret && i < holders->n_holders; i++) {
		const struct holder *holder = &holders->holders[i];

		if (!holder->lent &&
		    !strcmp(holder->heap, info->heap->names[0]))
			ret = add_holder(&info->table, holder);
	}
	free(info->by_lent);
	return ret;
}

static int print_document(const struct info *info)
{
	struct table tables[] = {
		{ .json = true, .bytes = true },
		info->table,
	};
	int ret;

	ret = make_stats(&tables[0]);
	if (!ret)
		ret = add_stats(&tables[0], info->heap);
	if (!ret)
		ret = print_json(stdout, tables, 2);
	scols_unref_table(tables[0].scols);
	return ret;
}

static int print_text(const struct info *info)
{
	print_names(info->heap);
	print_memory(info->heap);
	print_amounts(info);
	print_limit(info);
	print_requests(info);
	puts("");
	if (!scols_table_get_nlines(info->table.scols)) {
		puts("Nobody is seen to have a buffer of it.");
		return 0;
	}
	return print_table(&info->table);
}

static int print_info(struct info *info)
{
	int ret;

	ret = make_table(&info->table, "buffers", columns, N_COLUMNS);
	if (ret)
		return ret;
	ret = fill(info);
	if (!ret)
		ret = info->table.json ? print_document(info) :
					 print_text(info);
	scols_unref_table(info->table.scols);
	return ret;
}

/* Returns a status of exit. */
static int show(struct info *info, const char *name)
{
	struct holders holders = { 0 };
	struct heaps heaps;
	int ret;

	ret = find_heaps(&heaps);
	if (ret) {
		ret = failure("can't list the heaps: %s", strerror(-ret));
		goto out;
	}
	info->heap = find_heap(&heaps, name);
	if (!info->heap) {
		explain_open(name, -ENOENT);
		ret = EXIT_FAILURE;
		goto out;
	}

	info->holders = &holders;
	ret = find_holders(&heaps, &holders);
	if (!ret) {
		print_unseen(stderr, &holders);
		ret = print_info(info);
	}
	if (ret)
		ret = failure("can't find who has what: %s", strerror(-ret));
out:
	info->holders = NULL;
	free_holders(&holders);
	free_heaps(&heaps);
	return ret;
}

static int info_run(const struct command *command, int argc, char **argv)
{
	struct info info = { 0 };

	if (take_table_options(command, &info.table, argc, argv) ||
	    expect_heap(command, argc, argv))
		return EXIT_USAGE;
	return show(&info, argv[optind]);
}

const struct command info_command = {
	.name = "info",
	.arguments = "[OPTION...] HEAP",
	.summary = "Show all about a heap, and who has its buffers",
	.columns = columns,
	.n_columns = N_COLUMNS,
	.options = (const struct command_option[]) { TABLE_OPTIONS, { 0 } },
	.run = info_run,
};
