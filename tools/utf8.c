// SPDX-License-Identifier: GPL-2.0
/* Text that may be anything, as processes and buffers are called. */

#include <stdbool.h>

#include "utf8.h"

/* By the number of bytes that follow the first. */
static const struct form {
	unsigned char mask, lead;
	uint32_t least;
} forms[] = {
	{ 0x80, 0x00, 0x00 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
	{ 0xf8, 0xf0, 0x10000 },
};

#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

/* Neither what has a shorter form is, nor halves of pairs. */
static bool is_character(uint32_t code, const struct form *form)
{
	return code >= form->least && code <= 0x10ffff &&
	       (code < 0xd800 || code >= 0xe000);
}

size_t utf8_length(const char *text, uint32_t *code)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t more = 0;

	while (more < N_FORMS && (*bytes & forms[more].mask) != forms[more].lead)
		more++;
	if (more == N_FORMS)
		return 0;

	*code = *bytes & ~forms[more].mask;
	for (size_t i = 1; i <= more; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (bytes[i] & 0x3f);
	}
	return is_character(*code, &forms[more]) ? more + 1 : 0;
}
