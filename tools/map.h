/* SPDX-License-Identifier: GPL-2.0 */
/* What a picture of a region shows, whatever it is drawn with. */

#ifndef DMAHEAP_MAP_H
#define DMAHEAP_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "attributes.h"
#include "layout.h"
#include "placed.h"
#include "table.h"

struct map {
	const char *heap;
	uint64_t size;		/* what the picture shows, bytes */
	bool whole;		/* that is all of the region */
	bool relative;		/* it does not begin where the region does */

	bool has_total;
	uint64_t total;		/* of the region, bytes */
	uint64_t free;		/* of them, as far as is known */
	bool shared;		/* drivers may have parts, that are not seen */
	bool has_others;
	uint64_t others;	/* what they have, bytes */

	/* Of each buffer in the region, in the order of their offsets. */
	const struct placed *placed;
	struct piece *pieces;
	size_t n_pieces;
	struct gaps gaps;
	uint64_t used;		/* bytes of the region that are lent */

	/* Buffers of the heap that are not in the region. */
	size_t n_elsewhere;
	uint64_t elsewhere;	/* bytes */
};

/*
 * Fill in all but the heap's name. What is in @list is put into another order,
 * and has to live as long as the map; pieces is for free(3). Returns 0 or
 * -ENOMEM.
 */
int map_make(struct map *map, struct placed_list *list,
	     const struct attributes *attributes);

/* Holders have letters. */
#define MAP_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
/* The letter of all holders for whom there is none. */
#define MAP_OTHER '#'

char map_letter(unsigned int holder);

/* The longest of the sentences below. */
#define MAP_SENTENCE 160

/*
 * The sentences under the picture: how much is lent and free, how far that is
 * in pieces, and what the picture does not show. Writes the one of a number,
 * from 0 on, or returns false: there are no more.
 */
bool map_sentence(const struct map *map, unsigned int number,
		  char text[MAP_SENTENCE]);

/*
 * Draw. Sizes in the table are in bytes if asked for. Returns 0 or -errno; that
 * the stream has failed is for the caller to see.
 */
int map_draw_text(const struct map *map, FILE *stream, bool bytes);
int map_draw_svg(const struct map *map, FILE *stream);
int map_write_json(const struct map *map, FILE *stream);

/* The table of buffers that text and JSON have; see make_table(). */
int map_make_buffers(const struct map *map, struct table *table);

#endif /* DMAHEAP_MAP_H */
