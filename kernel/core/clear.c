// SPDX-License-Identifier: GPL-2.0
/* Clearing: nobody ever sees another's data. */
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "trace.h"

/**
 * dma_heap_clear() - fill an extent with zeros
 * @extent: Memory with struct pages, also highmem.
 *
 * Gives way to others as it goes, and stops for a caller that was killed.
 *
 * Context: May sleep.
 * Return: 0, or -EINTR if it stopped before the end.
 */
int dma_heap_clear(const struct dma_heap_extent *extent)
{
	const u64 start = trace_dma_heap_clear_extent_enabled() ?
			  ktime_get_ns() : 0;
	unsigned long i;

	for (i = 0; i < extent->nr_pages; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		clear_highpage(pfn_to_page(extent->pfn + i));
		cond_resched();
	}

	if (start)
		trace_dma_heap_clear_extent((u64)extent->nr_pages << PAGE_SHIFT,
					    ktime_get_ns() - start);
	return 0;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_clear, "DMA_BUF_HEAP");

/**
 * dma_heap_clear_fresh() - fill an extent with zeros, unless it is
 * @extent: Memory that has come from the page allocator just now, by a call
 *	that can't be told to clear it.
 *
 * With init_on_alloc or init_on_free the page allocator has done it.
 *
 * Context: May sleep.
 * Return: As dma_heap_clear().
 */
int dma_heap_clear_fresh(const struct dma_heap_extent *extent)
{
	if (want_init_on_alloc(GFP_KERNEL) || want_init_on_free())
		return 0;
	return dma_heap_clear(extent);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_clear_fresh, "DMA_BUF_HEAP");
