/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands of dmaheap share. */

#ifndef DMAHEAP_COMMAND_H
#define DMAHEAP_COMMAND_H

#include <stddef.h>

/* The exit status for bad usage; other failures are EXIT_FAILURE. */
#define EXIT_USAGE 2

struct table_column;

struct command_option {
	int key;		/* the short letter, or above 255: has none */
	const char *name;	/* the long name, without dashes */
	const char *argument;	/* what the help calls its argument, or NULL */
	const char *help;
	const char *values;	/* those of the argument, with blanks; or NULL */
};

struct command {
	const char *name;
	const char *arguments;	/* as the usage line shows them */
	const char *summary;	/* one line */
	const char *details;	/* ends with a newline; or NULL */
	const struct table_column *columns;	/* of its table, or NULL */
	size_t n_columns;
	const struct command_option *options;	/* ends with one without name */
	int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command alloc_command;
extern const struct command bench_command;
extern const struct command doctor_command;
extern const struct command info_command;
extern const struct command list_command;
extern const struct command map_command;
extern const struct command stats_command;
extern const struct command top_command;

/*
 * getopt_long() from the command's own table. It stops at the first argument
 * that is not an option. Returns the option's key (its argument is in optarg),
 * -1 when there are no more, or '?' after a bad one was reported: the command
 * then ends with EXIT_USAGE.
 */
int next_option(const struct command *command, int argc, char **argv);

/*
 * What is left when options were read. Returns 0, or EXIT_USAGE when something
 * was reported: there has to be nothing; one heap's name; names, but no options.
 */
int expect_nothing(const struct command *command, int argc, char **argv);
int expect_heap(const struct command *command, int argc, char **argv);
int expect_names(const struct command *command, int argc, char **argv);

/* Report bad usage, and where the right one is told. Returns EXIT_USAGE. */
int usage_error(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Report a failure. Returns EXIT_FAILURE. */
int failure(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* DMAHEAP_COMMAND_H */
