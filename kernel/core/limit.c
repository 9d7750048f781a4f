// SPDX-License-Identifier: GPL-2.0
/* Limits: how they are written, and what they allow. */
#include <linux/bits.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "limit.h"

/* Longer is no limit that makes sense. */
#define MAX_TEXT 32

/* How far a number is to be shifted for a letter after it, or -1. */
static int unit_shift(char letter)
{
	switch (tolower(letter)) {
	case 'k':
		return 10;
	case 'm':
		return 20;
	case 'g':
		return 30;
	default:
		return -1;
	}
}

/**
 * dma_heap_limit_parse() - read a limit
 * @text: "max", a number of bytes, which K, M or G may follow, or "N%"; with a
 *	newline at its end or without.
 * @limit: Where to store it.
 *
 * Return: 0, or -EINVAL if @text is anything else.
 */
int dma_heap_limit_parse(const char *text, struct dma_heap_limit *limit)
{
	char number[MAX_TEXT];
	unsigned int shift = 0;
	size_t len;
	u64 value;
	char last;

	if (sysfs_streq(text, "max")) {
		*limit = (struct dma_heap_limit){ DMA_HEAP_LIMIT_MAX, 0 };
		return 0;
	}

	len = strcspn(text, "\n");
	if (!len || len >= sizeof(number) || !sysfs_streq(text + len, ""))
		return -EINVAL;
	memcpy(number, text, len);
	number[len] = 0;

	last = number[len - 1];
	if (!isdigit(last))
		number[len - 1] = 0;
	/* It would take a sign. */
	if (!isdigit(number[0]) || kstrtou64(number, 10, &value))
		return -EINVAL;

	if (last == '%') {
		if (!value || value > 100)
			return -EINVAL;
		*limit = (struct dma_heap_limit){ DMA_HEAP_LIMIT_PERCENT, value };
		return 0;
	}

	if (!isdigit(last)) {
		if (unit_shift(last) < 0)
			return -EINVAL;
		shift = unit_shift(last);
	}
	if (value > U64_MAX >> shift)
		return -EINVAL;

	value = (value << shift) & GENMASK_ULL(63, PAGE_SHIFT);
	*limit = (struct dma_heap_limit){ DMA_HEAP_LIMIT_BYTES, value };
	return 0;
}

/**
 * dma_heap_limit_print() - write a limit, so that it can be read again
 * @limit: The limit.
 * @text: A page, from its beginning.
 *
 * Return: How many bytes were written.
 */
int dma_heap_limit_print(const struct dma_heap_limit *limit, char *text)
{
	switch (limit->unit) {
	case DMA_HEAP_LIMIT_BYTES:
		return sysfs_emit(text, "%llu\n", limit->value);
	case DMA_HEAP_LIMIT_PERCENT:
		return sysfs_emit(text, "%llu%%\n", limit->value);
	default:
		return sysfs_emit(text, "max\n");
	}
}

/**
 * dma_heap_limit_allows() - may a user have more?
 * @limit: The limit.
 * @own: What the user has, in bytes.
 * @more: What the user wants, in bytes.
 * @left: What nobody has, in bytes.
 *
 * As @left gets less with each user, so does what the next one may have; but
 * something is left always.
 */
bool dma_heap_limit_allows(const struct dma_heap_limit *limit, u64 own,
			   u64 more, u64 left)
{
	switch (limit->unit) {
	case DMA_HEAP_LIMIT_BYTES:
		return more <= limit->value && own <= limit->value - more;
	case DMA_HEAP_LIMIT_PERCENT:
		/* The first is so for all per cent, and keeps the second small. */
		return more <= left &&
		       (own + more) * 100 <= (own + left) * limit->value;
	default:
		return true;
	}
}
