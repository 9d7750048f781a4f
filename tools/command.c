// SPDX-License-Identifier: GPL-2.0
/* Reading a command's options and reporting its errors. */

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* More than any command has. */
#define MAX_OPTIONS 16

int next_option(const struct command *command, int argc, char **argv)
{
	struct option long_options[MAX_OPTIONS + 1] = { 0 };
	char short_options[2 * MAX_OPTIONS + 2] = "+", *end = short_options + 1;
	int key;

	for (size_t i = 0; i < MAX_OPTIONS && command->options[i].name; i++) {
		const struct command_option *option = &command->options[i];

		long_options[i] = (struct option) {
			.name = option->name,
			.has_arg = option->argument ? required_argument :
						      no_argument,
			.val = option->key,
		};
		if (option->key > 255)
			continue;
		*end++ = option->key;
		if (option->argument)
			*end++ = ':';
	}

	key = getopt_long(argc, argv, short_options, long_options, NULL);
	if (key == '?')
		fprintf(stderr, "Try 'dmaheap help %s'.\n", command->name);
	return key;
}

int usage_error(const struct command *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "dmaheap %s: ", command->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry 'dmaheap help %s'.\n", command->name);
	return EXIT_USAGE;
}

int expect_nothing(const struct command *command, int argc, char **argv)
{
	if (optind == argc)
		return 0;
	return usage_error(command, "it takes no argument: '%s'", argv[optind]);
}

int expect_heap(const struct command *command, int argc, char **argv)
{
	if (optind == argc)
		return usage_error(command, "HEAP is missing");
	if (argc - optind > 1)
		return usage_error(command,
				   "one heap at a time, and options before it");
	return 0;
}

int expect_names(const struct command *command, int argc, char **argv)
{
	/* Only behind one can a name look like an option. */
	if (!strcmp(argv[optind - 1], "--"))
		return 0;
	for (int i = optind; i < argc; i++) {
		if (argv[i][0] == '-')
			return usage_error(command,
					   "options come before HEAP: '%s'",
					   argv[i]);
	}
	return 0;
}

int failure(const char *format, ...)
{
	va_list args;

	fputs("dmaheap: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_FAILURE;
}
