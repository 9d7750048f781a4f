// SPDX-License-Identifier: GPL-2.0
/* Dividing a region among the cells of a picture. */

#include "layout.h"

uint64_t layout_cell_size(uint64_t size, size_t max_cells, uint64_t page)
{
	uint64_t cell = page;

	while (size / cell + (size % cell != 0) > max_cells)
		cell *= 2;
	return cell;
}

static void fill_cell(struct layout_cell *cell, uint64_t bytes, unsigned int holder)
{
	if (cell->used && cell->holder != holder)
		holder = LAYOUT_SEVERAL;
	cell->used += bytes;
	cell->holder = holder;
}

static void fill_cells(const struct piece *piece, uint64_t cell_size,
		       struct layout_cell *cells, size_t n_cells)
{
	uint64_t left = piece->size, offset = piece->offset;

	while (left && offset / cell_size < n_cells) {
		uint64_t room = cell_size - offset % cell_size;
		uint64_t bytes = left < room ? left : room;

		fill_cell(&cells[offset / cell_size], bytes, piece->holder);
		offset += bytes;
		left -= bytes;
	}
}

void layout_cells(const struct piece *pieces, size_t n_pieces,
		  uint64_t cell_size, struct layout_cell *cells, size_t n_cells)
{
	for (size_t i = 0; i < n_cells; i++)
		cells[i] = (struct layout_cell) { 0 };
	for (size_t i = 0; i < n_pieces; i++)
		fill_cells(&pieces[i], cell_size, cells, n_cells);
}

static void add_gap(struct gaps *gaps, uint64_t begin, uint64_t end)
{
	if (begin >= end)
		return;
	gaps->count++;
	gaps->total += end - begin;
	if (gaps->largest < end - begin)
		gaps->largest = end - begin;
}

struct gaps layout_gaps(const struct piece *pieces, size_t n_pieces,
			uint64_t size)
{
	struct gaps gaps = { 0 };
	uint64_t begin = 0;

	for (size_t i = 0; i < n_pieces; i++) {
		add_gap(&gaps, begin, pieces[i].offset);
		begin = pieces[i].offset + pieces[i].size;
	}
	add_gap(&gaps, begin, size);
	return gaps;
}
