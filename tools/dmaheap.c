// SPDX-License-Identifier: GPL-2.0
/* dmaheap - look at DMA-BUF heaps and use them: the table of its commands */

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "help.h"

static int help_run(const struct command *command, int argc, char **argv);

enum help_option {
	HELP_TABLE = 256,
};

static const struct command help_command = {
	.name = "help",
	.arguments = "[OPTION...] [COMMAND]",
	.summary = "Show the commands, or what one of them does",
	.options = (const struct command_option[]) {
		{ HELP_TABLE, "table", NULL,
		  "all commands and options, for programs" },
		{ 0 }
	},
	.run = help_run,
};

/* Usage, help and dispatch all come from here. */
static const struct command *const commands[] = {
	&list_command,
	&info_command,
	&stats_command,
	&top_command,
	&map_command,
	&alloc_command,
	&bench_command,
	&doctor_command,
	&help_command,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	}
	return NULL;
}

static int unknown_command(const char *name)
{
	failure("there is no command '%s'", name);
	fputs("Try 'dmaheap help'.\n", stderr);
	return EXIT_USAGE;
}

static void print_usage(FILE *stream)
{
	fputs("Usage: dmaheap COMMAND [ARGUMENT...]\n"
	      "       dmaheap --version\n\n"
	      "Commands:\n", stream);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(stream, "  %-8s%s\n", commands[i]->name,
			commands[i]->summary);
}

static int help_run(const struct command *command, int argc, char **argv)
{
	const struct command *subject;
	bool table = false;
	int key;

	while ((key = next_option(command, argc, argv)) != -1) {
		if (key != HELP_TABLE)
			return EXIT_USAGE;
		table = true;
	}
	if (table) {
		if (expect_nothing(command, argc, argv))
			return EXIT_USAGE;
		for (size_t i = 0; i < N_COMMANDS; i++)
			print_help_table(stdout, commands[i]);
		return EXIT_SUCCESS;
	}

	if (argc - optind > 1)
		return usage_error(command, "one command at a time");
	if (optind == argc) {
		print_usage(stdout);
		puts("\n'dmaheap help COMMAND' tells more about each.");
		return EXIT_SUCCESS;
	}

	subject = find_command(argv[optind]);
	if (!subject)
		return unknown_command(argv[optind]);
	print_help(stdout, subject);
	return EXIT_SUCCESS;
}

/* Is there a --help, up to what is another command's? */
static bool asks_for_help(char **argv)
{
	for (; *argv && strcmp(*argv, "--"); argv++) {
		if (!strcmp(*argv, "--help"))
			return true;
	}
	return false;
}

static int dispatch(int argc, char **argv)
{
	/* It is in argv until the program ends. */
	static char title[32];
	const struct command *command;
	const char *name;

	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}

	name = argv[1];
	if (!strcmp(name, "--version")) {
		puts("dmaheap " VERSION);
		return EXIT_SUCCESS;
	}
	if (!strcmp(name, "--help"))
		name = "help";
	command = find_command(name);
	if (!command)
		return unknown_command(name);
	if (asks_for_help(argv + 2)) {
		print_help(stdout, command);
		return EXIT_SUCCESS;
	}

	/* getopt_long() begins its messages with this. */
	snprintf(title, sizeof(title), "dmaheap %s", command->name);
	argv[1] = title;
	return command->run(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int ret;

	setlocale(LC_ALL, "");
	/* A picture's numbers have points for whoever draws it. */
	setlocale(LC_NUMERIC, "C");
	ret = dispatch(argc, argv);

	/* Output that did not get through must not pass as success. */
	if (fflush(stdout) || ferror(stdout)) {
		failure("can't write the output: %s", strerror(errno));
		return ret ? ret : EXIT_FAILURE;
	}
	return ret;
}
