// SPDX-License-Identifier: GPL-2.0
/* dmaheap doctor: what is there, what is missing, and how to fix it */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "command.h"
#include "table.h"

enum doctor_option {
	DOCTOR_JSON = 'J',
};

static void check(const struct machine *machine, struct findings *findings)
{
	bool loaded = check_modules(machine, findings);
	bool has_heaps = check_heaps(machine, findings);

	/* Without, all else follows. */
	if (!loaded)
		return;
	check_regions(machine, findings);
	check_memory(machine, findings);
	if (has_heaps && check_access(machine, findings))
		check_programs(machine, findings);
	check_refusals(machine, findings);
	check_held(machine, findings);
}

static void print_sum(const struct findings *findings)
{
	size_t missing = 0;

	for (size_t i = 0; i < findings->count; i++)
		missing += findings->list[i].verdict == FINDING_MISSING;
	if (!missing)
		puts("\nNothing is missing.");
	else if (missing == 1)
		puts("\nOne thing is missing: fix it, and run this command again.");
	else
		printf("\n%zu things are missing: fix the first one, and run this command again.\n",
		       missing);
}

static void print_text(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		printf("%-9s%s\n", verdict_name(finding->verdict),
		       finding->text);
		if (finding->command)
			printf("         %s\n", finding->command);
	}
	print_sum(findings);
}

enum column {
	COLUMN_VERDICT,
	COLUMN_TEXT,
	COLUMN_COMMAND,
	N_COLUMNS,
};

static const struct table_column columns[N_COLUMNS] = {
	[COLUMN_VERDICT] = { .name = "VERDICT", .cell = CELL_TEXT },
	[COLUMN_TEXT] = { .name = "TEXT", .cell = CELL_TEXT },
	[COLUMN_COMMAND] = { .name = "COMMAND", .cell = CELL_TEXT },
};

static int add_finding(const struct table *table, const struct finding *finding)
{
	struct libscols_line *line = add_line(table);
	int ret;

	if (!line)
		return -ENOMEM;
	ret = set_text(line, COLUMN_VERDICT, verdict_name(finding->verdict));
	if (!ret)
		ret = set_text(line, COLUMN_TEXT, finding->text);
	if (!ret && finding->command)
		ret = set_text(line, COLUMN_COMMAND, finding->command);
	return ret;
}

static int print_as_json(const struct findings *findings)
{
	struct table table = { .json = true };
	int ret;

	ret = make_table(&table, "findings", columns, N_COLUMNS);
	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < findings->count; i++)
		ret = add_finding(&table, &findings->list[i]);
	if (!ret)
		ret = print_json(stdout, &table, 1);
	scols_unref_table(table.scols);
	return ret;
}

static int examine(bool json)
{
	struct findings findings = { 0 };
	struct machine machine;
	int ret;

	ret = read_machine(&machine);
	if (!ret)
		check(&machine, &findings);
	if (!ret)
		ret = findings.error;
	if (!ret && json)
		ret = print_as_json(&findings);
	else if (!ret)
		print_text(&findings);

	if (ret)
		ret = failure("can't look at this machine: %s", strerror(-ret));
	else if (is_missing(&findings))
		ret = EXIT_FAILURE;
	free_findings(&findings);
	free_machine(&machine);
	return ret;
}

static int doctor_run(const struct command *command, int argc, char **argv)
{
	bool json = false;
	int key;

	while ((key = next_option(command, argc, argv)) != -1) {
		if (key != DOCTOR_JSON)
			return EXIT_USAGE;
		json = true;
	}
	if (expect_nothing(command, argc, argv))
		return EXIT_USAGE;
	return examine(json);
}

const struct command doctor_command = {
	.name = "doctor",
	.arguments = "[OPTION...]",
	.summary = "Report what is missing on this machine, and how to fix it",
	.details =
		"A line begins with 'ok', 'missing' or 'note'. An indented line after it is a\n"
		"command for a shell, which fixes the problem or shows more. When it is fixed,\n"
		"doctor may find something else that is missing.\n"
		"Only root sees who else may allocate, but heaps without a limit are reported\n"
		"to every user. Only root sees which buffers only the kernel holds.\n"
		"The exit status is 1 if something is missing, else 0.\n",
	.options = (const struct command_option[]) {
		{ DOCTOR_JSON, "json", NULL, "JSON" },
		{ 0 }
	},
	.run = doctor_run,
};
