// SPDX-License-Identifier: GPL-2.0
/*
 * How much ordinary memory the heaps may take.
 *
 * Who asks for too much gets an error. The machine, and everybody who has
 * asked for nothing, goes on: so a request is held against what is available
 * before its first page is taken, and again as it goes. What is available in
 * zones that a request can't use does not count for it: low memory is all that
 * the kernel itself can use, however much there is above it.
 */
#include <linux/atomic.h>
#include <linux/dma-heap-buffer.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/spinlock.h>
#include <linux/vmstat.h>

#include "core.h"

/* This part of memory has to stay available for everybody else. */
#define KEPT_AVAILABLE 8

/* No single buffer is larger than this part of all memory. */
#define LARGEST_BUFFER 2

/*
 * Pages that were promised to requests and have not been taken yet, by the
 * highest zone that each may take from. Under claim_lock, requests are promised
 * pages one after another: two of them must not refuse each other.
 */
static atomic_long_t claimed[MAX_NR_ZONES];
static DEFINE_SPINLOCK(claim_lock);

static struct zone *zone_of(int nid, unsigned int type)
{
	return &NODE_DATA(nid)->node_zones[type];
}

/* What counts as available of a zone; free pages of CMA aside. */
static long zone_available(struct zone *zone)
{
	return zone_page_state(zone, NR_FREE_PAGES) -
	       zone_page_state(zone, NR_FREE_CMA_PAGES) +
	       zone_page_state(zone, NR_ZONE_INACTIVE_FILE) +
	       zone_page_state(zone, NR_ZONE_ACTIVE_FILE);
}

/* Slabs are of ZONE_NORMAL and lower ones, and no zone tells its part. */
static long slabs_available(void)
{
	return global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) +
	       global_node_page_state(NR_KERNEL_MISC_RECLAIMABLE);
}

/*
 * Pages that count as available and are of no help to a heap that takes from
 * zones up to @highest: those of higher zones, where ZONE_MOVABLE is one, those
 * that may be there, and what only movable memory may use.
 */
static long out_of_reach(unsigned int highest)
{
	long nr_pages = global_zone_page_state(NR_FREE_CMA_PAGES);
	bool slabs = false;
	unsigned int type;
	int nid;

	for_each_online_node(nid) {
		for (type = highest + 1; type < MAX_NR_ZONES; type++) {
			struct zone *zone = zone_of(nid, type);

			nr_pages += zone_available(zone);
			slabs |= type <= ZONE_NORMAL && populated_zone(zone);
		}
	}

	return slabs ? nr_pages + slabs_available() : nr_pages;
}

static unsigned long managed_pages(unsigned int highest)
{
	unsigned long nr_pages = 0;
	unsigned int type;
	int nid;

	for_each_online_node(nid)
		for (type = 0; type <= highest; type++)
			nr_pages += zone_managed_pages(zone_of(nid, type));

	return nr_pages;
}

/* Of the zones up to @highest, and of these alone. */
static unsigned long zones_headroom(unsigned int highest)
{
	long kept = managed_pages(highest) / KEPT_AVAILABLE;

	return max(si_mem_available() - out_of_reach(highest) - kept, 0L);
}

/**
 * dma_heap_headroom() - how much more ordinary memory may be taken
 * @highest: The highest zone that it can be taken from.
 *
 * What is taken of lower zones is taken of all memory as well, and an eighth
 * stays of each. Promises are not looked at. A request that takes its memory in
 * pieces asks now and then: others may have taken what was available when it began.
 *
 * Context: Any.
 * Return: How many pages, 0 at least.
 */
unsigned long dma_heap_headroom(enum zone_type highest)
{
	unsigned long nr_pages = ULONG_MAX;
	unsigned int type;

	for (type = highest; type <= ZONE_MOVABLE; type++)
		nr_pages = min(nr_pages, zones_headroom(type));

	return nr_pages;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_headroom, "DMA_BUF_HEAP");

/* Are @nr_pages more left, in all that @highest is a part of? */
static bool may_promise(unsigned long nr_pages, unsigned int highest)
{
	unsigned int type;

	lockdep_assert_held(&claim_lock);

	for (type = 0; type <= ZONE_MOVABLE; type++) {
		nr_pages += atomic_long_read(&claimed[type]);
		if (type >= highest && zones_headroom(type) < nr_pages)
			return false;
	}

	return true;
}

/**
 * dma_heap_headroom_claim() - may a request take this much ordinary memory?
 * @nr_pages: All that the request is going to take.
 * @highest: The highest zone that it can be taken from.
 *
 * Context: Process.
 * Return: 0, and the pages are the caller's to take; or -ENOMEM. Each page is to be
 * passed to dma_heap_headroom_take() or dma_heap_headroom_unclaim().
 */
int dma_heap_headroom_claim(unsigned long nr_pages, enum zone_type highest)
{
	bool fits;

	if (nr_pages > totalram_pages() / LARGEST_BUFFER)
		return -ENOMEM;

	spin_lock(&claim_lock);
	fits = may_promise(nr_pages, highest);
	if (fits)
		atomic_long_add(nr_pages, &claimed[highest]);
	spin_unlock(&claim_lock);

	return fits ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_headroom_claim, "DMA_BUF_HEAP");

/**
 * dma_heap_headroom_unclaim() - give up claimed pages
 * @nr_pages: How many.
 * @highest: As they were claimed.
 *
 * Context: Any.
 */
void dma_heap_headroom_unclaim(unsigned long nr_pages, enum zone_type highest)
{
	atomic_long_sub(nr_pages, &claimed[highest]);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_headroom_unclaim, "DMA_BUF_HEAP");

/**
 * dma_heap_headroom_take() - count claimed pages as taken
 * @nr_pages: How many.
 * @highest: As they were claimed.
 *
 * Taken pages are no longer available, so they must not count as promised as well:
 * other requests would be refused. A request calls this for each piece that it
 * takes.
 *
 * Context: Process.
 */
void dma_heap_headroom_take(unsigned long nr_pages, enum zone_type highest)
{
	dma_heap_quota_take(&dma_heap_ordinary_quota,
			    (u64)nr_pages << PAGE_SHIFT);
	dma_heap_headroom_unclaim(nr_pages, highest);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_headroom_take, "DMA_BUF_HEAP");

/**
 * dma_heap_headroom_untake() - undo dma_heap_headroom_take()
 * @nr_pages: How many.
 *
 * A request that fails calls this before it frees the pages. For a buffer that was
 * exported, the core does it.
 *
 * Context: Process.
 */
void dma_heap_headroom_untake(unsigned long nr_pages)
{
	dma_heap_quota_untake(&dma_heap_ordinary_quota,
			      (u64)nr_pages << PAGE_SHIFT);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_headroom_untake, "DMA_BUF_HEAP");
