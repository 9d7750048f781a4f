// SPDX-License-Identifier: GPL-2.0
/* Tests what write_escaped() makes of names that a process can choose. */

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "escape.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check(const char *text, enum syntax syntax, const char *expected)
{
	char *escaped = NULL;
	size_t size;
	FILE *stream = open_memstream(&escaped, &size);

	assert_non_null(stream);
	write_escaped(stream, text, syntax);
	assert_int_equal(fclose(stream), 0);
	assert_string_equal(escaped, expected);
	free(escaped);
}

static void plain_text_stays(void **state)
{
	static const char text[] = "v4l2src0:src ~!\"'";

	check(text, SYNTAX_TEXT, text);
	check(text, SYNTAX_LINES, text);
	check(text, SYNTAX_XML, text);
	check(text, SYNTAX_JSON, text);
	assert_true(is_plain(text));
	assert_true(is_plain(""));
}

/* C0, DEL, C1, and what turns the direction of the text around. */
static void characters_without_a_shape_are_escaped(void **state)
{
	static const struct {
		const char *text, *escaped, *json;
	} cases[] = {
		{ "\x1b[2J", "\\x1b[2J", "\x1b[2J" },
		{ "\x7f", "\\x7f", "\\u007f" },
		{ "\xc2\x9b", "\\xc2\\x9b", "\\u009b" },
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae", "\\u202e" },
		{ "\xcd\x8f", "\\xcd\\x8f", "\\u034f" },
		{ "\xe3\x85\xa4", "\\xe3\\x85\\xa4", "\\u3164" },
		{ "\xef\xb8\x8f", "\\xef\\xb8\\x8f", "\\ufe0f" },
		{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6", "\\u2066" },
		{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf", "\\ufeff" },
		{ "\xf3\xa0\x80\x81", "\\xf3\\xa0\\x80\\x81",
		  "\\udb40\\udc01" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		check(cases[i].text, SYNTAX_TEXT, cases[i].escaped);
		check(cases[i].text, SYNTAX_XML, cases[i].escaped);
		check(cases[i].text, SYNTAX_JSON, cases[i].json);
		assert_false(is_plain(cases[i].text));
	}
}

static void bytes_that_are_no_character_are_escaped(void **state)
{
	/* The name of a command is cut off at 15 bytes. */
	check("-\xe2\x82", SYNTAX_TEXT, "-\\xe2\\x82");
	check("-\xe2\x82", SYNTAX_XML, "-\\xe2\\x82");
	check("-\xe2\x82", SYNTAX_JSON, "-\xef\xbf\xbd\xef\xbf\xbd");
}

static void escape_cannot_be_forged(void **state)
{
	check("\\x1b", SYNTAX_TEXT, "\\x5cx1b");
	check("\\x1b", SYNTAX_XML, "\\x5cx1b");
	check("\\n", SYNTAX_TEXT, "\\n");
	assert_false(is_plain("\\x1b"));
}

static void syntax_keeps_its_meaning(void **state)
{
	check("<&>", SYNTAX_XML, "&lt;&amp;&gt;");
	check("<&>", SYNTAX_TEXT, "<&>");
	check("a\nb", SYNTAX_LINES, "a\nb");
	check("a\nb", SYNTAX_TEXT, "a\\x0ab");
	check("{\n\"a\": 1}", SYNTAX_JSON, "{\n\"a\": 1}");
}

/* Where the terminal's character set is another one, no byte gets there raw. */
static void locale_decides_on_other_letters(void **state)
{
	check("\xc3\xa9", SYNTAX_TEXT, "\\xc3\\xa9");
	check("\xc3\xa9", SYNTAX_XML, "\xc3\xa9");
	check("\xc3\xa9", SYNTAX_JSON, "\xc3\xa9");
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	check("\xc3\xa9", SYNTAX_TEXT, "\xc3\xa9");
	setlocale(LC_CTYPE, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays),
		cmocka_unit_test(characters_without_a_shape_are_escaped),
		cmocka_unit_test(bytes_that_are_no_character_are_escaped),
		cmocka_unit_test(escape_cannot_be_forged),
		cmocka_unit_test(syntax_keeps_its_meaning),
		cmocka_unit_test(locale_decides_on_other_letters),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
