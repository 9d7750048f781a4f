// SPDX-License-Identifier: GPL-2.0
/* What a command does, from its own table. */

#include <string.h>

#include "help.h"
#include "table.h"

static void print_option(FILE *stream, const struct command_option *option)
{
	char left[32];

	snprintf(left, sizeof(left), "--%s%s%s", option->name,
		 option->argument ? "=" : "",
		 option->argument ? option->argument : "");
	if (option->key > 255)
		fprintf(stream, "      %-20s%s\n", left, option->help);
	else
		fprintf(stream, "  -%c, %-20s%s\n", option->key, left,
			option->help);
}

/* How wide the names of columns are, and the space behind them. */
static int width_of_names(const struct command *command)
{
	size_t width = 0, length;

	for (size_t i = 0; i < command->n_columns; i++) {
		length = strlen(command->columns[i].name);
		if (width < length)
			width = length;
	}
	return (int)width + 2;
}

static void print_column(FILE *stream, const struct table_column *column,
			 int width)
{
	const char *name = column->name, *line = column->help;

	while (*line) {
		size_t length = strcspn(line, "\n");

		fprintf(stream, "  %-*s%.*s\n", width, name, (int)length, line);
		line += length + (line[length] != '\0');
		name = "";
	}
}

void print_help(FILE *stream, const struct command *command)
{
	fprintf(stream, "Usage: dmaheap %s %s\n\n%s.\n", command->name,
		command->arguments, command->summary);
	if (command->details)
		fprintf(stream, "\n%s", command->details);
	if (command->n_columns)
		fputs("\nColumns:\n", stream);
	for (size_t i = 0; i < command->n_columns; i++)
		print_column(stream, &command->columns[i],
			     width_of_names(command));
	if (command->n_columns)
		fputs("What is not known is left empty (null in JSON).\n",
		      stream);
	if (command->options->name)
		fputs("\nOptions:\n", stream);
	for (size_t i = 0; command->options[i].name; i++)
		print_option(stream, &command->options[i]);
}

static void print_values(FILE *stream, const struct command *command,
			 const struct command_option *option)
{
	if (option->argument && !strcmp(option->argument, "COLUMNS")) {
		for (size_t i = 0; i < command->n_columns; i++)
			fprintf(stream, "%s%s", i ? " " : "",
				command->columns[i].name);
	} else {
		fputs(option->values ? option->values : "-", stream);
	}
	fputc('\n', stream);
}

void print_help_table(FILE *stream, const struct command *command)
{
	fprintf(stream, "%s\t-\t-\t%s\t-\n", command->name,
		command->arguments);
	for (size_t i = 0; command->options[i].name; i++) {
		const struct command_option *option = &command->options[i];
		const char letter[] = { '-', (char)option->key, '\0' };

		fprintf(stream, "%s\t--%s\t%s\t%s\t", command->name,
			option->name, option->key > 255 ? "-" : letter,
			option->argument ? option->argument : "-");
		print_values(stream, command, option);
	}
}
