// SPDX-License-Identifier: GPL-2.0
/* What the pictures of a region show, of what is lent. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "map.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB (UINT64_C(1) << 20)
/* No machine gives it a name. */
#define USER 4200000

/* Not in the order of their offsets; two are of one process. */
static const struct placed some[] = {
	{ true, 4 * MIB, 2 * MIB, 1, USER, 100, "camera" },
	{ true, 0, MIB, 2, USER, 200, "player" },
	{ false, 0, 3 * MIB, 3, USER, 200, "player" },
	{ true, 6 * MIB + 131072, 65536, 4, USER, 0, "gone" },
	{ true, MIB, MIB + 131072, 5, USER, 100, "camera", "preview" },
	{ true, 6 * MIB, 65536, 6, USER, 200, "player" },
};

static const struct attributes eight_mib = {
	.type = "carveout", .figures[FIGURE_TOTAL] = { true, 8 * MIB },
};

static const struct attributes unknown_size = { .type = "cma" };

/* The picture of a list, for free(3). */
static char *draw(const struct placed *lent, size_t count, bool relative,
		  const struct attributes *attributes,
		  int (*draw_map)(const struct map *map, FILE *stream))
{
	struct placed_list list = {
		.list = calloc(count + 1, sizeof(*lent)),
		.count = count,
		.relative = relative,
	};
	struct map map = { .heap = "camera" };
	size_t size;
	char *text;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(list.list);
	assert_non_null(stream);
	if (count)
		memcpy(list.list, lent, count * sizeof(*lent));
	assert_int_equal(map_make(&map, &list, attributes), 0);
	assert_int_equal(draw_map(&map, stream), 0);
	fclose(stream);
	free(map.pieces);
	free(list.list);
	return text;
}

static int in_bytes(const struct map *map, FILE *stream)
{
	return map_draw_text(map, stream, true);
}

static int for_people(const struct map *map, FILE *stream)
{
	return map_draw_text(map, stream, false);
}

static void a_region_in_characters(void **state)
{
	char *text = draw(some, COUNT(some), false, &eight_mib, in_bytes);

	assert_string_equal(text,
		"Heap 'camera', 8M in characters of 64K\n"
		"\n"
		"    0B |AAAAAAAAAAAAAAAABBBB|\n"
		"  1.2M |BBBBBBBBBBBBBB......|\n"
		"  2.5M |....................|\n"
		"  3.7M |....BBBBBBBBBBBBBBBB|\n"
		"    5M |BBBBBBBBBBBBBBBBA.C.|\n"
		"  6.2M |....................|\n"
		"  7.5M |........|\n"
		"\n"
		"KEY  OFFSET    SIZE   PID USER    COMMAND NAME\n"
		"A         0 1048576   200 4200000 player  \n"
		"B   1048576 1179648   100 4200000 camera  preview\n"
		"B   4194304 2097152   100 4200000 camera  \n"
		"A   6291456   65536   200 4200000 player  \n"
		"C   6422528   65536 ended 4200000 gone    \n"
		"\n"
		"4.2M of 8M lent in 5 buffers, 3.7M free.\n"
		"What is free is in 3 pieces, the largest of 1.8M: more than that can't be had at once.\n"
		"1 buffer of the heap, 3M, not from the region and not shown.\n");
	free(text);
}

static void cells_are_small_and_several(void **state)
{
	static const struct placed lent[] = {
		{ true, 0, 4096, 1, USER, 1, "a" },
		{ true, 4096, 4096, 2, USER, 2, "b" },
		{ true, 65536, 4096, 3, USER, 2, "b" },
		{ true, 131072, 65536, 4, USER, 2, "b" },
	};
	char *text = draw(lent, COUNT(lent), false, &eight_mib, for_people);

	assert_non_null(strstr(text, "    0B |*bB................."));
	free(text);
}

static void a_region_of_unknown_size(void **state)
{
	static const struct placed lent[] = {
		{ true, 0, MIB, 1, USER, 1, "a" },
		{ true, 2 * MIB, MIB, 2, USER, 2, "b" },
	};
	char *text = draw(lent, COUNT(lent), true, &unknown_size, for_people);

	assert_non_null(strstr(text, "Heap 'camera', 3M in "));
	assert_string_equal(strstr(text, "2M lent"),
		"2M lent in 2 buffers; how much is free can't be told.\n"
		"Before and between them 1M is free in 1 piece, the largest of 1M.\n"
		"Offsets count from the lowest place that the heap has lent so far.\n"
		"The picture ends where the last buffer does, as the size of the region is not known.\n"
		"What drivers themselves have of the region is not seen, and shows as free.\n");
	free(text);
}

/* CMA counts what is free; what nobody lent is then with drivers. */
static void an_area_that_drivers_use(void **state)
{
	static const struct placed lent[] = {
		{ true, 0, MIB, 1, USER, 1, "a" },
		{ true, 2 * MIB, MIB, 2, USER, 2, "b" },
	};
	struct attributes attributes = {
		.type = "cma",
		.figures[FIGURE_TOTAL] = { true, 8 * MIB },
		.figures[FIGURE_FREE] = { true, 4 * MIB },
	};
	char *text = draw(lent, COUNT(lent), true, &attributes, for_people);

	assert_string_equal(strstr(text, "2M of"),
		"2M of 8M lent in 2 buffers, 4M free.\n"
		"Before and between them 1M is free in 1 piece, the largest of 1M.\n"
		"Offsets count from the lowest place that the heap has lent so far.\n"
		"The picture ends where the last buffer does.\n"
		"Drivers themselves have 2M of the region: where is not seen, and shows as free.\n");
	free(text);

	attributes.figures[FIGURE_FREE].value = 6 * MIB;
	text = draw(lent, COUNT(lent), false, &attributes, for_people);
	assert_string_equal(strstr(text, "2M of"),
		"2M of 8M lent in 2 buffers, 6M free.\n"
		"What is free is in 2 pieces, the largest of 5M: more than that can't be had at once.\n");
	free(text);
}

static void nothing_is_lent(void **state)
{
	char *text = draw(NULL, 0, false, &unknown_size, for_people);

	assert_string_equal(text,
		"0B lent in 0 buffers; how much is free can't be told.\n"
		"The picture ends where the last buffer does, as the size of the region is not known.\n"
		"What drivers themselves have of the region is not seen, and shows as free.\n");
	free(text);

	text = draw(NULL, 0, false, &eight_mib, for_people);
	assert_non_null(strstr(text, "0B of 8M lent in 0 buffers, 8M free.\n"
				     "What is free is in one piece.\n"));
	assert_null(strstr(text, "KEY"));
	free(text);
}

static void all_is_lent(void **state)
{
	static const struct placed lent[] = { { true, 0, 8 * MIB, 1, USER, 1, "a" } };
	char *text = draw(lent, COUNT(lent), false, &eight_mib, for_people);

	assert_non_null(strstr(text, "8M of 8M lent in 1 buffer, 0B free.\n"
				     "Nothing is free.\n"));
	free(text);
}

static void letters_run_out(void **state)
{
	struct placed lent[30];
	char *text;

	for (size_t i = 0; i < COUNT(lent); i++)
		lent[i] = (struct placed) { true, i * 65536, 65536, i, USER,
					    i + 1, "many" };
	text = draw(lent, COUNT(lent), false, &eight_mib, for_people);
	assert_non_null(strstr(text, "    0B |ABCDEFGHIJKLMNOPQRST|\n"
				     "  1.2M |UVWXYZ####..........|\n"));
	free(text);
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		count++;
	}
	return count;
}

static void a_region_as_svg(void **state)
{
	char *text = draw(some, COUNT(some), false, &eight_mib, map_draw_svg);

	/* Rows are of 1 MiB: two of the buffers take two of them. */
	assert_int_equal(count_of(text, "<rect class=\"free\""), 8);
	assert_int_equal(count_of(text, "<rect class=\"lent c0\""), 2);
	assert_int_equal(count_of(text, "<rect class=\"lent c1\""), 4);
	assert_int_equal(count_of(text, "<rect class=\"lent c2\""), 1);
	assert_non_null(strstr(text, "4.2M of 8M lent in 5 buffers"));
	free(text);
}

/* A command's name is cut off at 15 bytes, be it within a character. */
static void a_name_can_do_the_svg_no_harm(void **state)
{
	static const struct placed lent[] = {
		{ true, 0, MIB, 1, USER, 1, "<&>\"\x01\x1b" },
		{ true, MIB, MIB, 2, USER, 2, "\xc3\xa9t\xc3\xa9 \xe2\x82" },
		{ true, 2 * MIB, MIB, 3, USER, 3, "\xc0\xbc\xed\xa0\x80\xef\xbf\xbf" },
	};
	char *text = draw(lent, COUNT(lent), false, &eight_mib, map_draw_svg);

	assert_int_equal(count_of(text, ">&lt;&amp;&gt;\"\\x01\\x1b<"), 1);
	assert_int_equal(count_of(text, ">\xc3\xa9t\xc3\xa9 \\xe2\\x82<"), 1);
	assert_int_equal(count_of(text, ">\\xc0\\xbc\\xed\\xa0\\x80\\xef\\xbf\\xbf<"), 1);
	free(text);
}

static int prepare(void **state)
{
	/* As wide as 20 cells. */
	return setenv("COLUMNS", "29", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_region_in_characters),
		cmocka_unit_test(cells_are_small_and_several),
		cmocka_unit_test(a_region_of_unknown_size),
		cmocka_unit_test(an_area_that_drivers_use),
		cmocka_unit_test(nothing_is_lent),
		cmocka_unit_test(all_is_lent),
		cmocka_unit_test(letters_run_out),
		cmocka_unit_test(a_region_as_svg),
		cmocka_unit_test(a_name_can_do_the_svg_no_harm),
	};

	return cmocka_run_group_tests_name("map", tests, prepare, NULL);
}
