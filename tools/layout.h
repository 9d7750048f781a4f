/* SPDX-License-Identifier: GPL-2.0 */
/* A region of memory as a picture: pure functions of what is lent of it. */

#ifndef DMAHEAP_LAYOUT_H
#define DMAHEAP_LAYOUT_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

/* The holder of a cell that more than one has a part of. */
#define LAYOUT_SEVERAL UINT_MAX

/* A part of the region that is lent. */
struct piece {
	uint64_t offset;	/* in the region, bytes */
	uint64_t size;		/* bytes */
	unsigned int holder;	/* who has it: any number */
};

/* A part of the picture. */
struct layout_cell {
	uint64_t used;		/* bytes of it that are lent */
	unsigned int holder;	/* to whom, or LAYOUT_SEVERAL */
};

/* What is not lent. */
struct gaps {
	size_t count;
	uint64_t total;		/* bytes */
	uint64_t largest;	/* bytes */
};

/*
 * The number of bytes that each cell stands for: the least power of two, a page
 * or more, for which a region of @size bytes needs no more than @max_cells.
 */
uint64_t layout_cell_size(uint64_t size, size_t max_cells, uint64_t page);

/*
 * Divide @pieces, in the order of their offsets, none in another, among
 * @n_cells cells of @cell_size bytes. What is behind the last cell is left out.
 */
void layout_cells(const struct piece *pieces, size_t n_pieces,
		  uint64_t cell_size, struct layout_cell *cells, size_t n_cells);

/* The gaps between such pieces, and behind the last, in a region of @size. */
struct gaps layout_gaps(const struct piece *pieces, size_t n_pieces,
			uint64_t size);

#endif /* DMAHEAP_LAYOUT_H */
