// SPDX-License-Identifier: GPL-2.0
/* Sizes as people write and read them. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "size.h"

/* The power of 1024 that a suffix stands for, or -1. */
static int unit_power(char unit)
{
	switch (unit) {
	case '\0':
		return 0;
	case 'K':
		return 1;
	case 'M':
		return 2;
	case 'G':
		return 3;
	case 'T':
		return 4;
	default:
		return -1;
	}
}

/* Reads digits, one at least, and goes on to what is behind them. */
static int parse_digits(const char **text, uint64_t *number)
{
	uint64_t value = 0;

	if (**text < '0' || **text > '9')
		return -EINVAL;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, **text - '0', &value))
			return -ERANGE;
	}
	*number = value;
	return 0;
}

int parse_number(const char *text, uint64_t least, uint64_t most,
		 uint64_t *number)
{
	uint64_t value;

	if (parse_digits(&text, &value) || *text || value < least ||
	    value > most)
		return -EINVAL;
	*number = value;
	return 0;
}

int parse_size(const char *text, uint64_t *size)
{
	uint64_t value;
	int power, ret;

	ret = parse_digits(&text, &value);
	if (ret)
		return ret;
	power = unit_power(*text);
	if (power < 0 || (power && text[1]))
		return -EINVAL;
	if (__builtin_mul_overflow(value, UINT64_C(1) << (10 * power), &value))
		return -ERANGE;

	*size = value;
	return 0;
}

const char *format_size(uint64_t size, char text[SIZE_TEXT])
{
	static const char units[] = "BKMGTPE";
	unsigned int power = 0, tenths;
	uint64_t divisor;

	while (power + 1 < sizeof(units) - 1 && size >> (10 * (power + 1)))
		power++;
	divisor = UINT64_C(1) << (10 * power);
	/* Rounded down: what is shown as free really is. */
	tenths = power ? (size % divisor) / (divisor / 1024) * 10 / 1024 : 0;

	if (tenths)
		snprintf(text, SIZE_TEXT, "%" PRIu64 ".%u%c", size / divisor,
			 tenths, units[power]);
	else
		snprintf(text, SIZE_TEXT, "%" PRIu64 "%c", size / divisor,
			 units[power]);
	return text;
}
