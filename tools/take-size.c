// SPDX-License-Identifier: GPL-2.0
/* A buffer's size, as an argument or an option has it. */

#include <errno.h>

#include "size.h"
#include "take-size.h"

int take_size(const struct command *command, const char *text, uint64_t *size)
{
	switch (parse_size(text, size)) {
	case 0:
		if (*size)
			return 0;
		return usage_error(command, "a buffer has at least 1 byte");
	case -ERANGE:
		return usage_error(command, "size '%s' is too large for any machine",
				   text);
	default:
		return usage_error(command,
				   "size '%s' is not a number of bytes, with K, M, G or T or without",
				   text);
	}
}
