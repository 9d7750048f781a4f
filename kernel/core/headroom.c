// SPDX-License-Identifier: GPL-2.0
/*
 * How much ordinary memory the heaps may take.
 *
 * Who asks for too much gets an error. The machine, and everybody who has
 * asked for nothing, goes on: so a request is held against what is available
 * before its first page is taken, and again as it goes.
 */
#include <linux/atomic.h>
#include <linux/dma-heap-buffer.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/vmstat.h>

#include "core.h"

/* This part of all memory has to stay available for everybody else. */
#define KEPT_AVAILABLE 8

/* No single buffer is larger than this part of all memory. */
#define LARGEST_BUFFER 2

/* Pages that were promised to requests and have not been taken yet. */
static atomic_long_t claimed;

/*
 * Free pages that only movable memory may use: of no help to a heap, though
 * they count as available.
 */
static long movable_only(void)
{
	long nr_pages = global_zone_page_state(NR_FREE_CMA_PAGES);
	int nid;

	for_each_online_node(nid)
		nr_pages += zone_page_state(&NODE_DATA(nid)->node_zones[ZONE_MOVABLE],
					    NR_FREE_PAGES);

	return nr_pages;
}

/* How many more pages may be taken, 0 at least; promises are not looked at. */
unsigned long dma_heap_headroom(void)
{
	long kept = totalram_pages() / KEPT_AVAILABLE;

	return max(si_mem_available() - movable_only() - kept, 0L);
}

/**
 * dma_heap_headroom_claim() - may a request take this much ordinary memory?
 * @nr_pages: All that the request is going to take.
 *
 * Context: Any.
 * Return: 0, and the pages are the caller's to take; each is to be given to
 * dma_heap_headroom_unclaim() once it is taken or given up. Or -ENOMEM.
 */
int dma_heap_headroom_claim(unsigned long nr_pages)
{
	unsigned long all;

	if (nr_pages > totalram_pages() / LARGEST_BUFFER)
		return -ENOMEM;

	/* Requests that come at once see each other here. */
	all = atomic_long_add_return(nr_pages, &claimed);
	if (dma_heap_headroom() < all) {
		dma_heap_headroom_unclaim(nr_pages);
		return -ENOMEM;
	}

	return 0;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_headroom_claim, "DMA_BUF_HEAP");

/**
 * dma_heap_headroom_unclaim() - pages were taken, or won't be
 * @nr_pages: How many.
 *
 * Context: Any.
 */
void dma_heap_headroom_unclaim(unsigned long nr_pages)
{
	atomic_long_sub(nr_pages, &claimed);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_headroom_unclaim, "DMA_BUF_HEAP");

/**
 * dma_heap_headroom_left() - is there still memory that may be taken?
 *
 * To be asked now and then by a request that takes its memory in pieces:
 * others may have taken what was available when it began.
 *
 * Context: Any.
 */
bool dma_heap_headroom_left(void)
{
	return dma_heap_headroom() != 0;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_headroom_left, "DMA_BUF_HEAP");
