// SPDX-License-Identifier: GPL-2.0
/* What a picture of a region shows, from what the heap has lent. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "size.h"

char map_letter(unsigned int holder)
{
	return holder < strlen(MAP_LETTERS) ? MAP_LETTERS[holder] : MAP_OTHER;
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void sum_up(const struct map *map, char text[MAP_SENTENCE])
{
	char used[SIZE_TEXT], total[SIZE_TEXT], free_text[SIZE_TEXT];

	format_size(map->used, used);
	if (map->has_total)
		snprintf(text, MAP_SENTENCE,
			 "%s of %s lent in %zu buffer%s, %s free.", used,
			 format_size(map->total, total), map->n_pieces,
			 plural(map->n_pieces),
			 format_size(map->free, free_text));
	else
		snprintf(text, MAP_SENTENCE,
			 "%s lent in %zu buffer%s; how much is free can't be told.",
			 used, map->n_pieces, plural(map->n_pieces));
}

/* What drivers take themselves is in no list, but where CMA tells its sum. */
static bool tell_others(const struct map *map, char text[MAP_SENTENCE])
{
	char size[SIZE_TEXT];

	if (map->has_others)
		snprintf(text, MAP_SENTENCE,
			 "Drivers themselves have %s of the region: where is not seen, and shows as free.",
			 format_size(map->others, size));
	else
		snprintf(text, MAP_SENTENCE,
			 "What drivers themselves have of the region is not seen, and shows as free.");
	return map->shared && (!map->has_others || map->others);
}

static bool judge_gaps(const struct map *map, char text[MAP_SENTENCE])
{
	const struct gaps *gaps = &map->gaps;
	char largest[SIZE_TEXT], total[SIZE_TEXT], others[MAP_SENTENCE];

	format_size(gaps->largest, largest);
	format_size(gaps->total, total);
	if (!map->whole)
		snprintf(text, MAP_SENTENCE,
			 "Before and between them %s is free in %zu piece%s, the largest of %s.",
			 total, gaps->count, plural(gaps->count), largest);
	else if (!gaps->count)
		snprintf(text, MAP_SENTENCE, "Nothing is free.");
	else if (gaps->count == 1)
		snprintf(text, MAP_SENTENCE, tell_others(map, others) ?
			 "Buffers do not divide what is free." :
			 "What is free is in one piece.");
	else
		snprintf(text, MAP_SENTENCE,
			 "What is free is in %zu pieces, the largest of %s: more than that can't be had at once.",
			 gaps->count, largest);
	return map->whole || gaps->count;
}

/* In the order in which they are told; false if it does not hold. */
static bool write_sentence(const struct map *map, unsigned int number,
			   char text[MAP_SENTENCE])
{
	char size[SIZE_TEXT];

	switch (number) {
	case 0:
		sum_up(map, text);
		return true;
	case 1:
		return judge_gaps(map, text);
	case 2:
		snprintf(text, MAP_SENTENCE,
			 "%zu buffer%s of the heap, %s, not from the region and not shown.",
			 map->n_elsewhere, map->n_elsewhere == 1 ? "" : "s",
			 format_size(map->elsewhere, size));
		return map->n_elsewhere;
	case 3:
		snprintf(text, MAP_SENTENCE,
			 "Offsets count from the lowest place that the heap has lent so far.");
		return map->relative;
	case 4:
		snprintf(text, MAP_SENTENCE,
			 "The picture ends where the last buffer does%s.",
			 map->has_total ? "" :
			 ", as the size of the region is not known");
		return !map->whole;
	case 5:
		return tell_others(map, text);
	default:
		return false;
	}
}

#define N_SENTENCES 6

bool map_sentence(const struct map *map, unsigned int number,
		  char text[MAP_SENTENCE])
{
	for (unsigned int i = 0; i < N_SENTENCES; i++) {
		if (write_sentence(map, i, text) && !number--)
			return true;
	}
	return false;
}

static int compare_owners(const struct placed *left, const struct placed *right)
{
	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	if (left->uid != right->uid)
		return left->uid < right->uid ? -1 : 1;
	return strcmp(left->comm, right->comm);
}

/* By owner, and of one owner by place. */
static int by_owner(const void *a, const void *b)
{
	const struct placed *left = *(const struct placed * const *)a;
	const struct placed *right = *(const struct placed * const *)b;
	int ret = compare_owners(left, right);

	return ret ? ret : (left > right) - (left < right);
}

static int by_offset(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;

	if (left->in_region != right->in_region)
		return right->in_region - left->in_region;
	return (left->offset > right->offset) - (left->offset < right->offset);
}

/* Puts what is in the region first, and counts what is not. */
static void sort_placed(struct map *map, struct placed_list *list)
{
	if (list->count)
		qsort(list->list, list->count, sizeof(*list->list), by_offset);
	map->placed = list->list;
	map->n_pieces = list->count;
	while (map->n_pieces && !list->list[map->n_pieces - 1].in_region) {
		map->n_pieces--;
		map->n_elsewhere++;
		map->elsewhere += list->list[map->n_pieces].size;
	}
}

/* Point each piece to the first one of its holder, for now. */
static void find_first_pieces(const struct map *map,
			      const struct placed **sorted)
{
	size_t first = 0;

	for (size_t i = 0; i < map->n_pieces; i++)
		sorted[i] = &map->placed[i];
	qsort(sorted, map->n_pieces, sizeof(*sorted), by_owner);
	for (size_t i = 0; i < map->n_pieces; i++) {
		if (i && compare_owners(sorted[i - 1], sorted[i]))
			first = i;
		map->pieces[sorted[i] - map->placed].holder =
			sorted[first] - map->placed;
	}
}

/* Holders are numbered in the order in which they appear. */
static int find_holders(struct map *map)
{
	const struct placed **sorted = calloc(map->n_pieces + 1,
					      sizeof(*sorted));
	unsigned int holders = 0;

	map->pieces = calloc(map->n_pieces + 1, sizeof(*map->pieces));
	if (!map->pieces || !sorted) {
		free(sorted);
		return -ENOMEM;
	}

	find_first_pieces(map, sorted);
	for (size_t i = 0; i < map->n_pieces; i++) {
		struct piece *piece = &map->pieces[i];

		piece->offset = map->placed[i].offset;
		piece->size = map->placed[i].size;
		piece->holder = piece->holder == i ? holders++ :
				map->pieces[piece->holder].holder;
		map->used += piece->size;
	}
	free(sorted);
	return 0;
}

static uint64_t end_of_last(const struct map *map)
{
	const struct piece *last;

	if (!map->n_pieces)
		return 0;
	last = &map->pieces[map->n_pieces - 1];
	return last->offset + last->size;
}

/* What is free is known exactly where CMA counts it. */
static void count_free(struct map *map, const struct attributes *attributes)
{
	const uint64_t rest = map->total > map->used ? map->total - map->used : 0;

	map->free = rest;
	if (!map->shared || !attributes->figures[FIGURE_FREE].known)
		return;
	if (attributes->figures[FIGURE_FREE].value < rest)
		map->free = attributes->figures[FIGURE_FREE].value;
	map->has_others = true;
	map->others = rest - map->free;
}

int map_make(struct map *map, struct placed_list *list,
	     const struct attributes *attributes)
{
	int ret;

	sort_placed(map, list);
	ret = find_holders(map);
	if (ret)
		return ret;

	map->has_total = attributes->figures[FIGURE_TOTAL].known;
	map->total = attributes->figures[FIGURE_TOTAL].value;
	map->shared = !strcmp(attributes->type, "cma");
	count_free(map, attributes);

	map->relative = list->relative;
	map->whole = map->has_total && !map->relative;
	map->size = map->whole ? map->total : end_of_last(map);
	map->gaps = layout_gaps(map->pieces, map->n_pieces, map->size);
	return 0;
}
