// SPDX-License-Identifier: GPL-2.0
/* How the command divides a region among the cells of a picture. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "layout.h"

#define PAGE 4096
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void cells_are_a_power_of_two(void **state)
{
	static const struct {
		uint64_t size;
		size_t max_cells;
		uint64_t cell_size;
	} cases[] = {
		{ 1, 1, PAGE },
		{ PAGE, 1, PAGE },
		{ PAGE + 1, 1, 2 * PAGE },
		{ 64 << 20, 512, 128 << 10 },
		{ 64 << 20, 511, 256 << 10 },
		{ (64 << 20) + PAGE, 512, 256 << 10 },
		{ UINT64_C(1) << 50, 1024, UINT64_C(1) << 40 },
		/* A page is the least, whatever room there is. */
		{ 8 * PAGE, 1000, PAGE },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(layout_cell_size(cases[i].size,
						  cases[i].max_cells, PAGE),
				 cases[i].cell_size);
}

static void check_cells(const struct layout_cell *cells, const struct layout_cell *wanted,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(cells[i].used, wanted[i].used);
		if (wanted[i].used)
			assert_int_equal(cells[i].holder, wanted[i].holder);
	}
}

static void a_piece_fills_the_cells_it_lies_in(void **state)
{
	static const struct piece pieces[] = {
		/* from the middle of a cell to the middle of another */
		{ .offset = 150, .size = 200, .holder = 7 },
		/* one whole cell */
		{ .offset = 400, .size = 100, .holder = 0 },
	};
	static const struct layout_cell wanted[] = {
		{ 0 }, { 50, 7 }, { 100, 7 }, { 50, 7 }, { 100, 0 }, { 0 },
	};
	struct layout_cell cells[COUNT(wanted)];

	layout_cells(pieces, COUNT(pieces), 100, cells, COUNT(cells));
	check_cells(cells, wanted, COUNT(wanted));
}

static void a_cell_may_have_several_holders(void **state)
{
	static const struct piece pieces[] = {
		{ .offset = 0, .size = 10, .holder = 1 },
		{ .offset = 20, .size = 10, .holder = 1 },
		{ .offset = 100, .size = 10, .holder = 1 },
		{ .offset = 110, .size = 10, .holder = 0 },
		{ .offset = 190, .size = 20, .holder = 0 },
	};
	static const struct layout_cell wanted[] = {
		{ 20, 1 }, { 30, LAYOUT_SEVERAL }, { 10, 0 },
	};
	struct layout_cell cells[COUNT(wanted)];

	layout_cells(pieces, COUNT(pieces), 100, cells, COUNT(cells));
	check_cells(cells, wanted, COUNT(wanted));
}

static void what_is_behind_the_last_cell_is_left_out(void **state)
{
	static const struct piece pieces[] = {
		{ .offset = 150, .size = 100, .holder = 3 },
		{ .offset = 300, .size = 10, .holder = 4 },
	};
	static const struct layout_cell wanted[] = { { 0 }, { 50, 3 } };
	struct layout_cell cells[COUNT(wanted) + 1] = { [2] = { 5, 6 } };

	layout_cells(pieces, COUNT(pieces), 100, cells, COUNT(wanted));
	check_cells(cells, wanted, COUNT(wanted));
	assert_int_equal(cells[2].used, 5);
	assert_int_equal(cells[2].holder, 6);
}

static void gaps_are_before_between_and_behind(void **state)
{
	static const struct piece pieces[] = {
		{ .offset = 10, .size = 10 },
		{ .offset = 20, .size = 20 },
		{ .offset = 70, .size = 10 },
	};
	static const struct {
		size_t n_pieces;
		uint64_t size;
		struct gaps gaps;
	} cases[] = {
		{ 0, 0, { 0, 0, 0 } },
		{ 0, 100, { 1, 100, 100 } },
		{ 3, 100, { 3, 60, 30 } },
		{ 3, 80, { 2, 40, 30 } },
		{ 2, 90, { 2, 60, 50 } },
		/* The region is said to be less than what is lent of it. */
		{ 3, 75, { 2, 40, 30 } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct gaps gaps = layout_gaps(pieces, cases[i].n_pieces,
					       cases[i].size);

		assert_int_equal(gaps.count, cases[i].gaps.count);
		assert_int_equal(gaps.total, cases[i].gaps.total);
		assert_int_equal(gaps.largest, cases[i].gaps.largest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_a_power_of_two),
		cmocka_unit_test(a_piece_fills_the_cells_it_lies_in),
		cmocka_unit_test(a_cell_may_have_several_holders),
		cmocka_unit_test(what_is_behind_the_last_cell_is_left_out),
		cmocka_unit_test(gaps_are_before_between_and_behind),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
