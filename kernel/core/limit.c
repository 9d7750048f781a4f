// SPDX-License-Identifier: GPL-2.0
/* Limits: how they are written, and what they allow. */
#include <linux/bits.h>
#include <linux/ctype.h>
#include <linux/dma-heap-buffer.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "limit.h"

/**
 * dma_heap_limit_parse() - parse a limit
 * @text: "max", a size as for dma_heap_parse_size(), or "N%", with an optional
 *	newline at the end.
 * @limit: Where to store it.
 *
 * Return: 0, or -EINVAL if @text is anything else.
 */
int dma_heap_limit_parse(const char *text, struct dma_heap_limit *limit)
{
	enum dma_heap_limit_unit unit = DMA_HEAP_LIMIT_BYTES;
	u64 value;
	int len;

	if (sysfs_streq(text, "max")) {
		*limit = (struct dma_heap_limit){ DMA_HEAP_LIMIT_MAX, 0 };
		return 0;
	}

	len = dma_heap_parse_size(text, &value);
	if (len < 0)
		return len;

	if (text[len] == '%' && isdigit(text[len - 1])) {
		if (!value || value > 100)
			return -EINVAL;
		unit = DMA_HEAP_LIMIT_PERCENT;
		len++;
	} else {
		value &= GENMASK_ULL(63, PAGE_SHIFT);
	}
	if (!sysfs_streq(text + len, ""))
		return -EINVAL;

	*limit = (struct dma_heap_limit){ unit, value };
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
