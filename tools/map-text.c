// SPDX-License-Identifier: GPL-2.0
/* The picture of a region, in characters. */

#include <ctype.h>
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "map.h"
#include "size.h"
#include "table.h"

#define MAX_ROWS 8
#define LABEL_WIDTH 6
/* Around the cells: a label, a space, and a line on each side. */
#define MARGIN (LABEL_WIDTH + 3)
#define LEAST_COLUMNS 16
#define DEFAULT_COLUMNS 80
/* Wider than any terminal: COLUMNS may say anything. */
#define MOST_COLUMNS 4096
#define SEVERAL '*'

struct look {
	const char *line;
	const char *free;
};

static const struct look ascii = { "|", "." };
static const struct look utf8 = { "\u2502", "\u00b7" };

/* How many cells fit side by side into what is written to. */
static size_t cells_in_row(FILE *stream)
{
	const char *text = getenv("COLUMNS");
	size_t columns = 0;
	struct winsize size;

	if (!ioctl(fileno(stream), TIOCGWINSZ, &size))
		columns = size.ws_col;
	if (!columns && text)
		columns = strtoul(text, NULL, 10);
	if (!columns)
		columns = DEFAULT_COLUMNS;
	if (columns < MARGIN + LEAST_COLUMNS)
		columns = MARGIN + LEAST_COLUMNS;
	if (columns > MOST_COLUMNS)
		columns = MOST_COLUMNS;
	return columns - MARGIN;
}

static void draw_cell(const struct layout_cell *cell, uint64_t size,
		      const struct look *look, FILE *stream)
{
	char letter;

	if (!cell->used) {
		fputs(look->free, stream);
		return;
	}
	letter = cell->holder == LAYOUT_SEVERAL ? SEVERAL :
						  map_letter(cell->holder);
	fputc(cell->used < size ? tolower(letter) : letter, stream);
}

static void draw_rows(const struct map *map, const struct layout_cell *cells,
		      size_t n_cells, size_t in_row, uint64_t cell_size,
		      FILE *stream)
{
	const struct look *look = &ascii;
	char text[SIZE_TEXT];

	if (!strcmp(nl_langinfo(CODESET), "UTF-8"))
		look = &utf8;

	for (size_t row = 0; row < n_cells; row += in_row) {
		fprintf(stream, "%*s %s", LABEL_WIDTH,
			format_size(row * cell_size, text), look->line);
		for (size_t i = row; i < n_cells && i < row + in_row; i++) {
			uint64_t rest = map->size - i * cell_size;

			draw_cell(&cells[i], rest < cell_size ? rest : cell_size,
				  look, stream);
		}
		fprintf(stream, "%s\n", look->line);
	}
}

static int draw_picture(const struct map *map, FILE *stream)
{
	size_t in_row = cells_in_row(stream), n_cells;
	char size[SIZE_TEXT], cell[SIZE_TEXT];
	struct layout_cell *cells;
	uint64_t cell_size;

	cell_size = layout_cell_size(map->size, in_row * MAX_ROWS,
				     sysconf(_SC_PAGESIZE));
	n_cells = map->size / cell_size + (map->size % cell_size != 0);
	cells = calloc(n_cells + 1, sizeof(*cells));
	if (!cells)
		return -ENOMEM;

	fprintf(stream, "Heap '%s', %s in characters of %s\n\n", map->heap,
		format_size(map->size, size), format_size(cell_size, cell));
	layout_cells(map->pieces, map->n_pieces, cell_size, cells, n_cells);
	draw_rows(map, cells, n_cells, in_row, cell_size, stream);
	fputc('\n', stream);
	free(cells);
	return 0;
}

enum column {
	COLUMN_KEY,
	COLUMN_OFFSET,
	COLUMN_SIZE,
	COLUMN_PID,
	COLUMN_USER,
	COLUMN_COMMAND,
	COLUMN_NAME,
	N_COLUMNS,
};

static const struct table_column columns[N_COLUMNS] = {
	[COLUMN_KEY] = { .name = "KEY", .cell = CELL_TEXT },
	[COLUMN_OFFSET] = { .name = "OFFSET", .cell = CELL_SIZE },
	[COLUMN_SIZE] = { .name = "SIZE", .cell = CELL_SIZE },
	[COLUMN_PID] = { .name = "PID", .cell = CELL_NUMBER },
	[COLUMN_USER] = { .name = "USER", .cell = CELL_TEXT },
	[COLUMN_COMMAND] = { .name = "COMMAND", .cell = CELL_TEXT },
	[COLUMN_NAME] = { .name = "NAME", .cell = CELL_TEXT },
};

static int fill_line(const struct table *table, const struct map *map, size_t i)
{
	const struct placed *placed = &map->placed[i];
	const char key[] = { map_letter(map->pieces[i].holder), '\0' };
	struct libscols_line *line = add_line(table);
	int ret;

	if (!line)
		return -ENOMEM;
	ret = set_text(line, COLUMN_KEY, key);
	if (!ret)
		ret = set_size(table, line, COLUMN_OFFSET, placed->offset);
	if (!ret)
		ret = set_size(table, line, COLUMN_SIZE, placed->size);
	if (!ret && placed->pid)
		ret = set_number(line, COLUMN_PID, placed->pid);
	else if (!ret && !table->json)
		ret = set_text(line, COLUMN_PID, "ended");
	if (!ret)
		ret = set_user(line, COLUMN_USER, placed->uid);
	if (!ret)
		ret = set_text(line, COLUMN_COMMAND, placed->comm);
	if (!ret)
		ret = set_text(line, COLUMN_NAME, placed->name);
	return ret;
}

int map_make_buffers(const struct map *map, struct table *table)
{
	int ret;

	ret = make_table(table, "buffers", columns, N_COLUMNS);
	for (size_t i = 0; !ret && i < map->n_pieces; i++)
		ret = fill_line(table, map, i);
	return ret;
}

static int print_buffers(const struct map *map, FILE *stream, bool bytes)
{
	struct table table = { .bytes = bytes };
	int ret;

	ret = map_make_buffers(map, &table);
	if (!ret) {
		scols_table_set_stream(table.scols, stream);
		ret = print_table(&table);
	}
	scols_unref_table(table.scols);
	fputc('\n', stream);
	return ret;
}

int map_draw_text(const struct map *map, FILE *stream, bool bytes)
{
	char text[MAP_SENTENCE];
	int ret = 0;

	if (map->size)
		ret = draw_picture(map, stream);
	if (!ret && map->n_pieces)
		ret = print_buffers(map, stream, bytes);
	for (unsigned int i = 0; map_sentence(map, i, text); i++)
		fprintf(stream, "%s\n", text);
	return ret;
}
