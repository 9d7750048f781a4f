// SPDX-License-Identifier: GPL-2.0
/* Tables, which are printed for people or as JSON. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "size.h"
#include "table.h"
#include "user.h"

static const struct {
	int json_type;
	bool right;
} cells[] = {
	[CELL_TEXT] = { SCOLS_JSON_STRING, false },
	[CELL_TEXTS] = { SCOLS_JSON_ARRAY_STRING, false },
	[CELL_NUMBER] = { SCOLS_JSON_NUMBER, true },
	[CELL_SIZE] = { SCOLS_JSON_NUMBER, true },
	[CELL_TIME] = { SCOLS_JSON_NUMBER, true },
	[CELL_BOOL] = { SCOLS_JSON_BOOLEAN_OPTIONAL, false },
};

static int add_column(const struct table *table,
		      const struct table_column *column)
{
	struct libscols_column *added;
	int flags = 0;

	if (cells[column->cell].right)
		flags |= SCOLS_FL_RIGHT;
	if (column->cell == CELL_TEXTS)
		flags |= SCOLS_FL_WRAP;
	added = scols_table_new_column(table->scols, column->name, 0, flags);
	if (!added)
		return -ENOMEM;
	/* The texts of an array are lines. */
	if (column->cell == CELL_TEXTS &&
	    scols_column_set_wrapfunc(added, scols_wrapnl_chunksize,
				      scols_wrapnl_nextchunk, NULL))
		return -ENOMEM;
	return scols_column_set_json_type(added,
					  cells[column->cell].json_type);
}

int make_table(struct table *table, const char *name,
	       const struct table_column *columns, size_t n_columns)
{
	int ret;

	table->scols = scols_new_table();
	if (!table->scols)
		return -ENOMEM;
	scols_table_enable_json(table->scols, table->json);
	scols_table_enable_noheadings(table->scols, table->noheadings);
	/* Cells are escaped here. */
	scols_table_enable_noencoding(table->scols, 1);
	table->columns = columns;

	ret = scols_table_set_name(table->scols, name);
	for (size_t i = 0; !ret && i < n_columns; i++)
		ret = add_column(table, &columns[i]);
	if (ret) {
		scols_unref_table(table->scols);
		table->scols = NULL;
	}
	return ret;
}

struct libscols_line *add_line(const struct table *table)
{
	return scols_table_new_line(table->scols, NULL);
}

int set_text(struct libscols_line *line, size_t column, const char *text)
{
	return scols_line_set_data(line, column, text);
}

/* Close a stream of memory. Its text is not complete if any of it had no room. */
static int end_text(FILE *stream, char **text)
{
	const bool has_failed = ferror(stream);

	return fclose(stream) || has_failed || !*text ? -ENOMEM : 0;
}

int set_texts(struct libscols_line *line, size_t column, char * const *texts,
	      size_t n_texts)
{
	char *all = NULL;
	size_t size;
	FILE *stream;
	int ret;

	stream = open_memstream(&all, &size);
	if (!stream)
		return -ENOMEM;
	for (size_t i = 0; i < n_texts; i++)
		fprintf(stream, "%s%s", i ? "\n" : "", texts[i]);
	ret = end_text(stream, &all);
	if (!ret)
		ret = set_text(line, column, all);
	free(all);
	return ret;
}

int set_number(struct libscols_line *line, size_t column, uint64_t number)
{
	char text[NUMBER_TEXT];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return set_text(line, column, text);
}

const char *write_size(const struct table *table, uint64_t size,
		       char text[NUMBER_TEXT])
{
	if (!table->bytes)
		return format_size(size, text);
	snprintf(text, NUMBER_TEXT, "%" PRIu64, size);
	return text;
}

int set_size(const struct table *table, struct libscols_line *line,
	     size_t column, uint64_t size)
{
	char text[NUMBER_TEXT];

	return set_text(line, column, write_size(table, size, text));
}

int set_time(const struct table *table, struct libscols_line *line,
	     size_t column, uint64_t nanoseconds)
{
	static const char * const units[] = { "ns", "us", "ms" };
	double time = (double)nanoseconds;
	char text[NUMBER_TEXT];
	size_t unit = 0;

	if (table->bytes)
		return set_number(line, column, nanoseconds);
	for (; time >= 1000 && unit < 2; unit++)
		time /= 1000;
	/* Three digits say more than such a time is certain of. */
	snprintf(text, sizeof(text), "%.*f %s",
		 !unit || time >= 99.95 ? 0 : time >= 9.995 ? 1 : 2, time,
		 units[unit]);
	return set_text(line, column, text);
}

int set_bool(struct libscols_line *line, size_t column, bool value)
{
	return set_text(line, column, value ? "yes" : "no");
}

int set_figure(const struct table *table, struct libscols_line *line,
	       size_t column, enum cell cell,
	       const struct attributes *attributes, enum figure figure)
{
	const uint64_t value = attributes->figures[figure].value;

	if (!attributes->figures[figure].known)
		return 0;
	switch (cell) {
	case CELL_BOOL:
		return set_bool(line, column, value);
	case CELL_SIZE:
		return set_size(table, line, column, value);
	default:
		return set_number(line, column, value);
	}
}

int set_user(struct libscols_line *line, size_t column, uid_t uid)
{
	const char *name = user_name(uid);

	return name ? set_text(line, column, name) : -ENOMEM;
}

/* Is the column shown where none was asked for? */
static bool is_usual(const struct table *table, size_t column)
{
	return table->json || !table->columns[column].json_only;
}

static bool is_shown(const struct table *table, size_t column)
{
	if (!table->n_shown)
		return is_usual(table, column);
	for (size_t i = 0; i < table->n_shown; i++) {
		if (table->shown[i] == column)
			return true;
	}
	return false;
}

/* Hides what is not shown, and puts in order what is. Cells move along. */
static int arrange(const struct table *table)
{
	struct libscols_column *columns[MAX_COLUMNS], *last = NULL;
	const size_t n_columns = scols_table_get_ncols(table->scols);
	int ret = 0;

	for (size_t i = 0; i < n_columns; i++) {
		columns[i] = scols_table_get_column(table->scols, i);
		if (!is_shown(table, i))
			scols_column_set_flags(columns[i],
					       scols_column_get_flags(columns[i]) |
					       SCOLS_FL_HIDDEN);
	}
	for (size_t i = 0; !ret && i < table->n_shown; i++) {
		ret = scols_table_move_column(table->scols, last,
					      columns[table->shown[i]]);
		last = columns[table->shown[i]];
	}
	return ret;
}

static int escape_cell(struct libscols_line *line, size_t column,
		       enum syntax syntax)
{
	const char *text = scols_cell_get_data(scols_line_get_cell(line, column));
	char *escaped = NULL;
	size_t size;
	FILE *stream;
	int ret;

	if (!text || is_plain(text))
		return 0;
	stream = open_memstream(&escaped, &size);
	if (!stream)
		return -ENOMEM;
	write_escaped(stream, text, syntax);
	ret = end_text(stream, &escaped);
	if (!ret)
		ret = set_text(line, column, escaped);
	free(escaped);
	return ret;
}

/* Processes and buffers may have any name. Documents are escaped as a whole. */
static int escape_cells(const struct table *table)
{
	const size_t n_columns = scols_table_get_ncols(table->scols);
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;
	int ret = 0;

	if (!iter)
		return -ENOMEM;
	while (!ret && !scols_table_next_line(table->scols, iter, &line)) {
		for (size_t i = 0; !ret && i < n_columns; i++)
			ret = escape_cell(line, i,
					  table->columns[i].cell == CELL_TEXTS ?
					  SYNTAX_LINES : SYNTAX_TEXT);
	}
	scols_free_iter(iter);
	return ret;
}

/* As it is to be printed. */
static int prepare(const struct table *table)
{
	int ret = table->json ? 0 : escape_cells(table);

	return ret ? ret : arrange(table);
}

/*
 * Print JSON into memory, which the caller frees. scols_print_table_to_string() does
 * not report that the text is incomplete.
 */
static int print_to_text(const struct table *table, char **text)
{
	FILE *stream, *usual = scols_table_get_stream(table->scols);
	size_t size;
	int ret, error;

	stream = open_memstream(text, &size);
	if (!stream)
		return -ENOMEM;
	scols_table_set_stream(table->scols, stream);
	ret = scols_print_table(table->scols);
	scols_table_set_stream(table->scols, usual);
	error = end_text(stream, text);
	return ret ? ret : error;
}

int print_table(const struct table *table)
{
	char *text = NULL;
	int ret = prepare(table);

	if (ret || !table->json)
		return ret ? ret : scols_print_table(table->scols);
	ret = print_to_text(table, &text);
	if (!ret)
		write_escaped(stdout, text, SYNTAX_JSON);
	free(text);
	return ret;
}

/* Without the braces of the document that each table is by itself. */
static int add_to_json(FILE *stream, const struct table *table)
{
	char *text = NULL, *end;
	int ret = prepare(table);

	if (!ret)
		ret = print_to_text(table, &text);
	end = ret ? NULL : strrchr(text, '}');
	if (end) {
		*end = '\0';
		fputs(strchr(text, '{') + 1, stream);
	}
	free(text);
	return ret;
}

int print_json(FILE *stream, const struct table *tables, size_t n_tables)
{
	FILE *document;
	char *text = NULL;
	int ret = 0, error;
	size_t size;

	document = open_memstream(&text, &size);
	if (!document)
		return -ENOMEM;
	fputs("{", document);
	for (size_t i = 0; !ret && i < n_tables; i++) {
		fputs(i ? "," : "", document);
		ret = add_to_json(document, &tables[i]);
	}
	fputs("}\n", document);
	error = end_text(document, &text);
	if (!ret)
		ret = error;
	if (!ret)
		write_escaped(stream, text, SYNTAX_JSON);
	free(text);
	return ret;
}
