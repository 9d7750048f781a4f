// SPDX-License-Identifier: GPL-2.0
/* What the picture of a region shows, for programs. */

#include <errno.h>

#include "map.h"

enum column {
	COLUMN_HEAP,
	COLUMN_TOTAL,
	COLUMN_FREE,
	COLUMN_LARGEST,
	COLUMN_USED,
	COLUMN_OTHERS,
	COLUMN_ELSEWHERE,
	COLUMN_RELATIVE,
	N_COLUMNS,
};

static const struct table_column columns[N_COLUMNS] = {
	[COLUMN_HEAP] = { "HEAP", CELL_TEXT },
	[COLUMN_TOTAL] = { "TOTAL", CELL_SIZE },
	[COLUMN_FREE] = { "FREE", CELL_SIZE },
	[COLUMN_LARGEST] = { "LARGEST", CELL_SIZE },
	[COLUMN_USED] = { "USED", CELL_SIZE },
	[COLUMN_OTHERS] = { "OTHERS", CELL_SIZE },
	[COLUMN_ELSEWHERE] = { "ELSEWHERE", CELL_SIZE },
	[COLUMN_RELATIVE] = { "RELATIVE", CELL_BOOL },
};

static int add_region(const struct map *map, const struct table *table)
{
	struct libscols_line *line = add_line(table);
	int ret;

	if (!line)
		return -ENOMEM;
	ret = set_text(line, COLUMN_HEAP, map->heap);
	if (!ret && map->has_total)
		ret = set_size(table, line, COLUMN_TOTAL, map->total);
	if (!ret && map->has_total)
		ret = set_size(table, line, COLUMN_FREE, map->free);
	if (!ret && map->has_total)
		ret = set_size(table, line, COLUMN_LARGEST, map->gaps.largest);
	if (!ret)
		ret = set_size(table, line, COLUMN_USED, map->used);
	if (!ret && map->has_others)
		ret = set_size(table, line, COLUMN_OTHERS, map->others);
	if (!ret)
		ret = set_size(table, line, COLUMN_ELSEWHERE, map->elsewhere);
	if (!ret)
		ret = set_bool(line, COLUMN_RELATIVE, map->relative);
	return ret;
}

int map_write_json(const struct map *map, FILE *stream)
{
	struct table tables[] = {
		{ .json = true, .bytes = true },
		{ .json = true, .bytes = true },
	};
	int ret;

	ret = make_table(&tables[0], "regions", columns, N_COLUMNS);
	if (!ret)
		ret = add_region(map, &tables[0]);
	if (!ret)
		ret = map_make_buffers(map, &tables[1]);
	if (!ret)
		ret = print_json(stream, tables, 2);
	scols_unref_table(tables[0].scols);
	scols_unref_table(tables[1].scols);
	return ret;
}
