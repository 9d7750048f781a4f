// SPDX-License-Identifier: GPL-2.0
/* The median, on which each figure of the bench stands. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "measure.h"

static void test_the_one_in_the_middle(void **state)
{
	uint64_t one[] = { 7 }, three[] = { 900, 1, 30 };
	uint64_t five[] = { 5, 5, 1, 9, 5 };

	assert_int_equal(median(one, 1), 7);
	assert_int_equal(median(three, 3), 30);
	assert_int_equal(median(five, 5), 5);
}

static void test_between_the_two_in_the_middle(void **state)
{
	uint64_t two[] = { 10, 4 }, four[] = { 8, 1, 100, 3 };
	uint64_t odd[] = { 3, 6 }, large[] = { UINT64_MAX, UINT64_MAX };

	assert_int_equal(median(two, 2), 7);
	assert_int_equal(median(four, 4), 5);
	/* Rounded down. */
	assert_int_equal(median(odd, 2), 4);
	assert_true(median(large, 2) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_one_in_the_middle),
		cmocka_unit_test(test_between_the_two_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
