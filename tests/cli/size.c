// SPDX-License-Identifier: GPL-2.0
/* How the command reads and writes sizes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>

#include "size.h"

static void reads_bytes_and_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t size;
	} cases[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "007", 7 },
		{ "4K", 4096 },
		{ "64M", UINT64_C(64) << 20 },
		{ "5G", UINT64_C(5) << 30 },
		{ "2T", UINT64_C(2) << 40 },
		{ "18446744073709551615", UINT64_MAX },
		{ "16777215T", UINT64_C(16777215) << 40 },
	};
	uint64_t size;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse_size(cases[i].text, &size), 0);
		assert_int_equal(size, cases[i].size);
	}
}

static void refuses_what_is_no_size(void **state)
{
	static const char * const texts[] = {
		"", "K", "M4", "-1", "+1", " 1", "1 ", "1 K", "1KB", "1KiB",
		"1k", "1.5M", "0x1000", "1e6", "4KK", "1,000",
	};
	uint64_t size = 7;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(parse_size(texts[i], &size), -EINVAL);
	assert_int_equal(size, 7);
}

static void refuses_what_needs_more_than_64_bits(void **state)
{
	static const char * const texts[] = {
		"18446744073709551616", "99999999999999999999", "16777216T",
		"18446744073709551615K",
	};
	uint64_t size = 7;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(parse_size(texts[i], &size), -ERANGE);
	assert_int_equal(size, 7);
}

static void reads_numbers_of_a_range(void **state)
{
	static const char * const others[] = {
		"", "1", "1001", "-2", "+2", " 2", "2 ", "2K", "0x2",
		"18446744073709551618",
	};
	uint64_t number = 7;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(parse_number(others[i], 2, 1000, &number),
				 -EINVAL);
	assert_int_equal(number, 7);
	assert_int_equal(parse_number("2", 2, 1000, &number), 0);
	assert_int_equal(number, 2);
	assert_int_equal(parse_number("1000", 2, 1000, &number), 0);
	assert_int_equal(number, 1000);
}

static void writes_at_most_one_decimal(void **state)
{
	static const struct {
		uint64_t size;
		const char *text;
	} cases[] = {
		{ 0, "0B" },
		{ 1, "1B" },
		{ 1023, "1023B" },
		{ 1024, "1K" },
		{ 1536, "1.5K" },
		{ 33177600, "31.6M" },
		{ 64 << 20, "64M" },
		{ (64 << 20) - 1, "63.9M" },
		{ UINT64_C(1) << 30, "1G" },
		{ UINT64_C(1) << 40, "1T" },
		{ UINT64_C(1) << 60, "1E" },
		{ UINT64_MAX, "15.9E" },
	};
	char text[SIZE_TEXT];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(format_size(cases[i].size, text),
				    cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_bytes_and_units),
		cmocka_unit_test(refuses_what_is_no_size),
		cmocka_unit_test(refuses_what_needs_more_than_64_bits),
		cmocka_unit_test(reads_numbers_of_a_range),
		cmocka_unit_test(writes_at_most_one_decimal),
	};

	return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
