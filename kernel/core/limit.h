/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMABUF_HEAPS_LIMIT_H
#define _DMABUF_HEAPS_LIMIT_H

#include <linux/types.h>

/* How a limit is measured. */
enum dma_heap_limit_unit {
	DMA_HEAP_LIMIT_MAX,
	DMA_HEAP_LIMIT_BYTES,
	DMA_HEAP_LIMIT_PERCENT,
};

/**
 * struct dma_heap_limit - how much a user may have
 * @unit: How it is measured; with DMA_HEAP_LIMIT_MAX there is none.
 * @value: Bytes, whole pages; or 1 to 100 per cent of what other users leave.
 */
struct dma_heap_limit {
	enum dma_heap_limit_unit unit;
	u64 value;
};

int dma_heap_limit_parse(const char *text, struct dma_heap_limit *limit);
int dma_heap_limit_print(const struct dma_heap_limit *limit, char *text);
bool dma_heap_limit_allows(const struct dma_heap_limit *limit, u64 own,
			   u64 more, u64 left);

#endif /* _DMABUF_HEAPS_LIMIT_H */
