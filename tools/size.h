/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DMAHEAP_SIZE_H
#define DMAHEAP_SIZE_H

#include <stddef.h>
#include <stdint.h>

/* Room for any size that format_size() writes. */
#define SIZE_TEXT 16

/*
 * Read a number of bytes: decimal digits, then K, M, G or T (powers of 1024) or
 * nothing. Returns 0, -EINVAL if the text is anything else, or -ERANGE if the
 * number needs more than 64 bits.
 */
int parse_size(const char *text, uint64_t *size);

/*
 * Read a number from @least to @most, in decimal digits alone. Returns 0 or
 * -EINVAL.
 */
int parse_number(const char *text, uint64_t least, uint64_t most,
		 uint64_t *number);

/* Write a size for people: at most one decimal and a unit, such as "31.6M". */
const char *format_size(uint64_t size, char text[SIZE_TEXT]);

#endif /* DMAHEAP_SIZE_H */
