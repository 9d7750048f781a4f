// SPDX-License-Identifier: GPL-2.0
/* dmaheap top: who has how much, live */

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "command.h"
#include "holders.h"
#include "size.h"
#include "table-options.h"

enum top_option {
	TOP_DELAY = 'd',
	TOP_COUNT = 'n',
};

#define MAX_SECONDS 86400

enum column {
	COLUMN_HEAP,
	COLUMN_HOLDER,
	COLUMN_PID,
	COLUMN_USER,
	COLUMN_COMMAND,
	COLUMN_BUFFERS,
	COLUMN_SIZE,
	N_COLUMNS,
};

static const struct table_column columns[N_COLUMNS] = {
	[COLUMN_HEAP] = { "HEAP", CELL_TEXT, .help =
		"the heap, or the driver, that the memory is from" },
	[COLUMN_HOLDER] = { "HOLDER", CELL_TEXT, .help =
		"who has it:\n"
		"process  the process PID, by descriptors or mappings\n"
		"kernel   no process: a driver, or a message on its way; PID,\n"
		"         USER and COMMAND are then those who asked for it once\n"
		"unseen   the same, or a process that you may not look into" },
	[COLUMN_PID] = { "PID", CELL_NUMBER, .help =
		"the process; empty if it has ended" },
	[COLUMN_USER] = { "USER", CELL_TEXT, .help = "whose it is" },
	[COLUMN_COMMAND] = { "COMMAND", CELL_TEXT, .help = "what it runs" },
	[COLUMN_BUFFERS] = { "BUFFERS", CELL_NUMBER, .help =
		"how many buffers it has; a view counts as the buffer it shows,\n"
		"and a buffer once" },
	[COLUMN_SIZE] = { "SIZE", CELL_SIZE, .help =
		"their memory; what several processes have counts for each" },
};

struct top {
	uint64_t seconds;
	uint64_t count;		/* how often; 0: until the end */
	bool live;		/* on a terminal, drawn again and again */
	bool has_mode;		/* of the terminal that keys come from */
	struct termios mode;	/* as it was found */
	struct table table;
};

/* Some memory, and whose it is; then the sum of what one has. */
struct share {
	const char *heap;
	const char *holder;
	pid_t pid;
	uid_t uid;
	const char *comm;
	bool is_lent;		/* what the next is: an id, or an inode */
	uint64_t memory;
	uint64_t size;
	uint64_t buffers;
};

struct shares {
	struct share *shares;
	size_t count;
};

/* A view keeps all of the memory that it shows a part of. */
static struct share share_of_holder(const struct holder *holder)
{
	const struct lent *lent = holder->lent;

	return (struct share) {
		.heap = holder->heap,
		.holder = "process",
		.pid = holder->pid,
		.uid = holder->uid,
		.comm = holder->comm,
		.is_lent = lent,
		.memory = lent ? lent->id : holder->inode,
		.size = lent ? lent->memory_size :
			holder->size ? holder->size : holder->mapped,
		.buffers = 1,
	};
}

static struct share share_of_lent(const struct holders *holders,
				  const struct lent *lent)
{
	return (struct share) {
		.heap = lent->heap->names[0],
		.holder = unseen_holder(holders),
		.pid = lent->pid,
		.uid = lent->uid,
		.comm = lent->comm,
		.is_lent = true,
		.memory = lent->id,
		.size = lent->memory_size,
		.buffers = 1,
	};
}

/* 0 if they are what one has of one heap. */
static int compare_owners(const struct share *left, const struct share *right)
{
	int ret = strcmp(left->heap, right->heap);

	if (!ret)
		ret = strcmp(left->holder, right->holder);
	if (!ret)
		ret = (left->pid > right->pid) - (left->pid < right->pid);
	if (!ret)
		ret = (left->uid > right->uid) - (left->uid < right->uid);
	return ret ? ret : strcmp(left->comm, right->comm);
}

static int compare_shares(const void *a, const void *b)
{
	const struct share *left = a, *right = b;
	int ret = compare_owners(left, right);

	if (!ret)
		ret = left->is_lent - right->is_lent;
	if (!ret)
		ret = (left->memory > right->memory) -
		      (left->memory < right->memory);
	return ret;
}

static int compare_sizes(const void *a, const void *b)
{
	const struct share *left = a, *right = b;

	if (left->size != right->size)
		return left->size > right->size ? -1 : 1;
	return compare_owners(left, right);
}

/* Each memory once for each who has it, however many views they have. */
static void sum_up(struct shares *shares)
{
	size_t count = 0;

	qsort(shares->shares, shares->count, sizeof(*shares->shares),
	      compare_shares);
	for (size_t i = 0; i < shares->count; i++) {
		const struct share share = shares->shares[i];
		struct share *sum = count ? &shares->shares[count - 1] : NULL;

		if (!sum || compare_owners(sum, &share)) {
			shares->shares[count++] = share;
		} else if (share.is_lent != sum->is_lent ||
			   share.memory != sum->memory) {
			sum->size += share.size;
			sum->buffers++;
			sum->is_lent = share.is_lent;
			sum->memory = share.memory;
		}
	}
	shares->count = count;
	qsort(shares->shares, count, sizeof(*shares->shares), compare_sizes);
}

static int collect(const struct holders *holders, struct shares *shares)
{
	const size_t most = holders->n_holders + holders->n_lent;

	*shares = (struct shares) { 0 };
	if (!most)
		return 0;
	shares->shares = calloc(most, sizeof(*shares->shares));
	if (!shares->shares)
		return -ENOMEM;

	for (size_t i = 0; i < holders->n_holders; i++)
		shares->shares[shares->count++] =
			share_of_holder(&holders->holders[i]);
	for (size_t i = 0; i < holders->n_lent; i++) {
		const struct lent *lent = &holders->lent[i];

		if (lent->lasts && !lent->memory_is_held)
			shares->shares[shares->count++] =
				share_of_lent(holders, lent);
	}
	sum_up(shares);
	return 0;
}

static int add_share(const struct table *table, const struct share *share)
{
	struct libscols_line *line = add_line(table);
	int ret;

	if (!line)
		return -ENOMEM;
	ret = set_text(line, COLUMN_HEAP, share->heap);
	if (!ret)
		ret = set_text(line, COLUMN_HOLDER, share->holder);
	if (!ret && share->pid)
		ret = set_number(line, COLUMN_PID, share->pid);
	if (!ret)
		ret = set_user(line, COLUMN_USER, share->uid);
	if (!ret)
		ret = set_text(line, COLUMN_COMMAND, share->comm);
	if (!ret)
		ret = set_number(line, COLUMN_BUFFERS, share->buffers);
	if (!ret)
		ret = set_size(table, line, COLUMN_SIZE, share->size);
	return ret;
}

/* How many lines there is room for, under what was said and the headings. */
static size_t lines_of_screen(void)
{
	struct winsize window;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) || window.ws_row < 4)
		return SIZE_MAX;
	return window.ws_row - 3;
}

static int print_shares(struct top *top, const struct shares *shares)
{
	const size_t most = top->live ? lines_of_screen() : SIZE_MAX;
	int ret;

	ret = make_table(&top->table, "holders", columns, N_COLUMNS);
	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < shares->count && i < most; i++)
		ret = add_share(&top->table, &shares->shares[i]);
	if (!ret)
		ret = print_table(&top->table);
	scols_unref_table(top->table.scols);
	return ret;
}

static int print_holders(struct top *top, const struct holders *holders)
{
	struct shares shares;
	int ret;

	ret = collect(holders, &shares);
	if (ret)
		return ret;
	/* To the upper left corner, and nothing more on the screen. */
	if (top->live)
		fputs("\033[H\033[J", stdout);
	print_unseen(top->live ? stdout : stderr, holders);
	if (!shares.count && !top->table.json && !top->table.noheadings)
		puts("Nobody has a dma-buf.");
	else
		ret = print_shares(top, &shares);
	fflush(stdout);
	free(shares.shares);
	return ret;
}

/*
 * Signals are blocked while this command prints. Their handlers run while it
 * reads /proc, which may take long, and while it waits.
 */
static sigset_t usual_mask, printing_mask;

/* For the handlers. */
static const struct top *running;
static volatile sig_atomic_t continued;

static int print_once(struct top *top)
{
	struct holders holders = { 0 };
	struct heaps heaps;
	int ret;

	sigprocmask(SIG_SETMASK, &usual_mask, NULL);
	ret = find_heaps(&heaps);
	if (!ret)
		ret = find_holders(&heaps, &holders);
	sigprocmask(SIG_SETMASK, &printing_mask, NULL);
	if (!ret)
		ret = print_holders(top, &holders);
	free_holders(&holders);
	free_heaps(&heaps);
	return ret;
}

/* Make the terminal hand over each key at once, and not show it. */
static void set_mode(const struct top *top)
{
	struct termios mode = top->mode;

	mode.c_lflag &= ~(ICANON | ECHO);
	if (top->has_mode)
		tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

/* A process in the background is stopped if it changes the terminal. */
static bool is_in_background(void)
{
	const pid_t group = tcgetpgrp(STDIN_FILENO);

	return group >= 0 && group != getpgrp();
}

static void restore_mode(const struct top *top)
{
	if (top->has_mode && !is_in_background())
		tcsetattr(STDIN_FILENO, TCSANOW, &top->mode);
}

/* Nothing is printed in part: see printing_mask. */
static void end(int signal)
{
	restore_mode(running);
	_exit(EXIT_SUCCESS);
}

/* Stop as without a handler, but with the terminal as it was found. */
static void stop(int signal)
{
	const struct sigaction stopping = { .sa_handler = SIG_DFL };
	struct sigaction action;
	sigset_t set;

	restore_mode(running);
	sigaction(SIGTSTP, &stopping, &action);
	kill(getpid(), SIGTSTP);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGTSTP, &action, NULL);
	/* Where a process cannot be stopped, no other process continues it. */
	kill(getpid(), SIGCONT);
}

/* Whoever continues it may have changed the terminal, and what is on it. */
static void resume(int signal)
{
	set_mode(running);
	continued = true;
}

/* Wait until it is time to print again. Return false after the key q. */
static bool wait_for_next(const struct top *top)
{
	const struct timespec delay = { .tv_sec = (time_t)top->seconds };
	struct pollfd keys = {
		.fd = top->live ? STDIN_FILENO : -1,
		.events = POLLIN,
	};
	char key = 0;
	int ret;

	continued = false;
	while (!continued && key != 'q' && key != 'Q') {
		ret = ppoll(&keys, 1, &delay, &usual_mask);
		if (!ret)
			break;
		/* Nobody can press a key on what has ended. */
		if (ret > 0 && read(STDIN_FILENO, &key, 1) != 1)
			keys.fd = -1;
	}
	return key != 'q' && key != 'Q';
}

static int repeat(struct top *top)
{
	uint64_t left = top->count;
	int ret;

	do {
		ret = print_once(top);
	} while (!ret && (!top->count || --left) && wait_for_next(top));
	return ret;
}

/* Unless the signal is ignored, as nohup(1) wants it. */
static void handle(int signal, void (*handler)(int signal))
{
	struct sigaction action = {
		.sa_handler = handler,
		.sa_flags = SA_RESTART,
	};
	struct sigaction old;

	sigaction(signal, NULL, &old);
	if (old.sa_handler == SIG_IGN)
		return;
	sigfillset(&action.sa_mask);
	sigaction(signal, &action, NULL);
	sigaddset(&printing_mask, signal);
}

/* A signal that ends this command leaves the terminal as it was. */
static void handle_signals(const struct top *top)
{
	running = top;
	sigprocmask(SIG_SETMASK, NULL, &usual_mask);
	printing_mask = usual_mask;
	handle(SIGINT, end);
	handle(SIGTERM, end);
	handle(SIGHUP, end);
	if (top->live) {
		handle(SIGTSTP, stop);
		handle(SIGCONT, resume);
	}
	sigprocmask(SIG_SETMASK, &printing_mask, NULL);
}

static int parse_options(const struct command *command, int argc, char **argv,
			 struct top *top)
{
	int key;

	while ((key = next_option(command, argc, argv)) != -1) {
		switch (key) {
		case TOP_DELAY:
			if (parse_number(optarg, 1, MAX_SECONDS,
					 &top->seconds))
				return usage_error(command,
						   "'%s' is not a number of seconds, 1 to %d",
						   optarg, MAX_SECONDS);
			break;
		case TOP_COUNT:
			if (parse_number(optarg, 1, INT_MAX, &top->count))
				return usage_error(command,
						   "'%s' is not a number of times, 1 or more",
						   optarg);
			break;
		default:
			if (take_table_option(command, &top->table, key))
				return EXIT_USAGE;
		}
	}
	return expect_nothing(command, argc, argv);
}

static int top_run(const struct command *command, int argc, char **argv)
{
	struct top top = { .seconds = 2 };
	int ret;

	ret = parse_options(command, argc, argv, &top);
	if (ret)
		return ret;
	top.live = isatty(STDOUT_FILENO) && !top.table.json;
	if (!top.live && !top.count)
		top.count = 1;

	top.has_mode = top.live && !tcgetattr(STDIN_FILENO, &top.mode);
	handle_signals(&top);
	set_mode(&top);
	ret = repeat(&top);
	restore_mode(&top);
	return ret ? failure("can't find who has what: %s", strerror(-ret)) :
		     EXIT_SUCCESS;
}

const struct command top_command = {
	.name = "top",
	.arguments = "[OPTION...]",
	.summary = "Show who has how much, those who have most first",
	.details =
		"At a terminal it shows this again every 2 seconds, until 'q' or Ctrl-C;\n"
		"otherwise, once. With --json and --count it prints one object after the other.\n",
	.columns = columns,
	.n_columns = N_COLUMNS,
	.options = (const struct command_option[]) {
		TABLE_OPTIONS_WITH(TABLE_NOHEADINGS_LONG),
		{ TOP_DELAY, "delay", "SECONDS", "the time between two (2)" },
		{ TOP_COUNT, "count", "COUNT", "show it so often, then end" },
		{ 0 }
	},
	.run = top_run,
};
