// SPDX-License-Identifier: GPL-2.0
/* Tests which bytes are a character of UTF-8. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "utf8.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The first and the last of each length, and around those that are none. */
static void knows_each_character(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		uint32_t code;
	} cases[] = {
		{ "\x01", 1, 0x01 },
		{ "a", 1, 'a' },
		{ "\x7f", 1, 0x7f },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xc3\xa9t", 2, 0xe9 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t code = 0;

		assert_int_equal(utf8_length(cases[i].text, &code),
				 cases[i].length);
		assert_int_equal(code, cases[i].code);
	}
}

static void knows_what_is_none(void **state)
{
	static const char * const texts[] = {
		/* without a first byte, or cut off */
		"\x80", "\xbf", "\xc3", "\xc3t", "\xe2\x82", "\xe2\x82t",
		"\xf0\x9f\x98", "\xf0\x9f\x98t",
		/* longer than need be */
		"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
		/* halves of pairs */
		"\xed\xa0\x80", "\xed\xbf\xbf",
		/* too large */
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff",
	};
	uint32_t code;

	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(utf8_length(texts[i], &code), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_each_character),
		cmocka_unit_test(knows_what_is_none),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
