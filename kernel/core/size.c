// SPDX-License-Identifier: GPL-2.0
/* Sizes in bytes, as attributes and module parameters are written. */
#include <linux/ctype.h>
#include <linux/dma-heap-buffer.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/overflow.h>
#include <linux/types.h>

/* Return the shift that a suffix stands for, or 0 if it is none. */
static unsigned int suffix_shift(char suffix)
{
	switch (tolower(suffix)) {
	case 'k':
		return 10;
	case 'm':
		return 20;
	case 'g':
		return 30;
	default:
		return 0;
	}
}

/**
 * dma_heap_parse_size() - parse the size at the beginning of a text
 * @text: A decimal number without sign or leading zeros, with an optional K, M
 *	or G suffix. The caller checks what follows.
 * @bytes: Where to store the size.
 *
 * memparse() is no choice for this: it wraps, and accepts octal numbers and
 * suffixes that make no sense for memory.
 *
 * Context: Any.
 * Return: The length of the size in @text, or -EINVAL if there is no size or if it
 * does not fit.
 */
int dma_heap_parse_size(const char *text, u64 *bytes)
{
	unsigned int shift;
	u64 value = 0;
	int len;

	for (len = 0; isdigit(text[len]); len++)
		if ((len && !value) ||
		    check_mul_overflow(value, 10, &value) ||
		    check_add_overflow(value, text[len] - '0', &value))
			return -EINVAL;

	shift = suffix_shift(text[len]);
	if (!len || value > U64_MAX >> shift)
		return -EINVAL;

	*bytes = value << shift;
	return shift ? len + 1 : len;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_parse_size, "DMA_BUF_HEAP");
