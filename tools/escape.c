// SPDX-License-Identifier: GPL-2.0
/*
 * Names from other processes, made safe to print.
 *
 * A process names itself and its buffers as it likes: so as to move the cursor of
 * a terminal, to turn the text after it around, or to look like another one.
 */

#include <langinfo.h>
#include <stddef.h>
#include <string.h>

#include "escape.h"
#include "utf8.h"

/*
 * Characters that have an effect and no shape, or that are none: controls, separators
 * of lines, those that Unicode calls default ignorable, and noncharacters.
 */
static const struct range {
	uint32_t first, last;
} unsafe[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x00ad, 0x00ad },
	{ 0x034f, 0x034f }, { 0x061c, 0x061c }, { 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
	{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb }, { 0xfffe, 0xffff }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

static bool is_safe(uint32_t code)
{
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++) {
		if (code >= unsafe[i].first && code <= unsafe[i].last)
			return false;
	}
	/* The last two of each plane are no characters. */
	return (code & 0xfffe) != 0xfffe;
}

static bool is_utf8_locale(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static void write_bytes(FILE *stream, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		fprintf(stream, "\\x%02x", (unsigned char)bytes[i]);
}

static void write_json(FILE *stream, uint32_t code)
{
	if (code < 0x10000) {
		fprintf(stream, "\\u%04x", code);
	} else {
		code -= 0x10000;
		fprintf(stream, "\\u%04x\\u%04x", 0xd800 | code >> 10,
			0xdc00 | (code & 0x3ff));
	}
}

/* What the syntax itself has another meaning for; or NULL. */
static const char *find_entity(const char *text, enum syntax syntax)
{
	/* So that no name looks like the escape of another. */
	if (syntax != SYNTAX_JSON && text[0] == '\\' && text[1] == 'x')
		return "\\x5c";
	if (syntax != SYNTAX_XML)
		return NULL;
	return *text == '&' ? "&amp;" : *text == '<' ? "&lt;" :
	       *text == '>' ? "&gt;" : NULL;
}

static void write_character(FILE *stream, const char *text, size_t length,
			    uint32_t code, enum syntax syntax)
{
	const bool is_text = syntax == SYNTAX_TEXT || syntax == SYNTAX_LINES;
	const char *entity = find_entity(text, syntax);

	if (entity)
		fputs(entity, stream);
	/* In a document these stand between strings. */
	else if (code < ' ' && (syntax == SYNTAX_JSON ||
				(syntax == SYNTAX_LINES && code == '\n')))
		fputc((int)code, stream);
	else if (is_safe(code) &&
		 (code < 0x80 || !is_text || is_utf8_locale()))
		fwrite(text, length, 1, stream);
	else if (syntax == SYNTAX_JSON)
		write_json(stream, code);
	else
		write_bytes(stream, text, length);
}

void write_escaped(FILE *stream, const char *text, enum syntax syntax)
{
	while (*text) {
		uint32_t code;
		size_t length = utf8_length(text, &code);

		if (length)
			write_character(stream, text, length, code, syntax);
		else if (syntax == SYNTAX_JSON)
			fputs("\xef\xbf\xbd", stream);
		else
			write_bytes(stream, text, 1);
		text += length ? length : 1;
	}
}

bool is_plain(const char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~' || strchr("\\&<>", *text))
			return false;
	}
	return true;
}
