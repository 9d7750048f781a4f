// SPDX-License-Identifier: GPL-2.0
/*
 * The system heaps: ordinary memory in as few pieces as can be had, charged to
 * the memory cgroup of whoever asks.
 */
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

/* How many pages of a zone are taken between two looks at what is left. */
#define PAGES_PER_LOOK 256

/**
 * struct system_heap - one heap over one part of memory
 * @name: Its name.
 * @fallback: Its name where the kernel's own core has @name, or NULL.
 * @zone: Which memory, as a GFP flag.
 * @heap: The heap, or NULL.
 */
struct system_heap {
	const char *name;
	const char *fallback;
	gfp_t zone;
	struct dma_heap *heap;
};

static struct system_heap system_heaps[] = {
	{ .name = "system", .fallback = "system-ext", .zone = __GFP_HIGHMEM },
	{ .name = "system-dma32", .zone = __GFP_DMA32 },
};

/*
 * What page tables and IOMMUs like best, first: with pages of 4 KiB these are
 * 2 MiB, 1 MiB, 64 KiB and a page.
 */
static const unsigned int system_heap_orders[] = { 9, 8, 4, 0 };

/*
 * Nothing of this ever wakes the OOM killer. Large pieces are taken only if
 * they lie there; for the last page others may be asked to give way.
 */
static gfp_t system_heap_gfp(gfp_t zone, unsigned int order)
{
	gfp_t gfp = GFP_USER | __GFP_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | zone;

	if (order)
		return (gfp | __GFP_COMP | __GFP_NORETRY) & ~__GFP_RECLAIM;
	return gfp | __GFP_RETRY_MAYFAIL;
}

/* The largest piece of at most @nr_pages; *@from is where to begin. */
static struct page *system_heap_piece(gfp_t zone, unsigned long nr_pages,
				      unsigned int *from)
{
	for (; *from < ARRAY_SIZE(system_heap_orders); ++*from) {
		unsigned int order = system_heap_orders[*from];
		struct page *page;

		if (nr_pages < 1UL << order)
			continue;
		page = alloc_pages(system_heap_gfp(zone, order), order);
		if (page)
			return page;
	}

	return NULL;
}

static void system_heap_free_list(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		dma_heap_headroom_untake(1UL << compound_order(page));
		__free_pages(page, compound_order(page));
	}
}

/*
 * Does @page come right after @last, which is a piece, or NULL? Then both are
 * one extent. But none goes across the border of high memory: it would be taken
 * for what its first page is, here and by the kernel's cache maintenance.
 */
static bool system_heap_continues(struct page *last, const struct page *page)
{
	return last &&
	       page_to_pfn(last) + (1UL << compound_order(last)) ==
	       page_to_pfn(page) &&
	       PageHighMem(last) == PageHighMem(page);
}

/*
 * Is there still memory where @page was taken? What is not high memory the
 * kernel can use itself, and may have no other.
 */
static bool system_heap_may_go_on(enum zone_type highest,
				  const struct page *page)
{
	if (!PageHighMem(page))
		highest = min_t(unsigned int, highest, ZONE_NORMAL);

	return dma_heap_headroom(highest);
}

/*
 * Find out why there was no page: -EDQUOT for the limit of a memory cgroup, which
 * leaves the page there for others, or -ENOMEM.
 */
static int system_heap_no_page(gfp_t zone)
{
	struct page *page;

	page = alloc_page(system_heap_gfp(zone, 0) &
			  ~(__GFP_ACCOUNT | __GFP_DIRECT_RECLAIM | __GFP_ZERO));
	if (!page)
		return -ENOMEM;

	__free_page(page);
	return -EDQUOT;
}

/*
 * Fills @pages with @nr_pages pages in pieces and counts the extents that they
 * are. On failure the list holds what was got so far.
 */
static int system_heap_fill(gfp_t zone, unsigned long nr_pages,
			    struct list_head *pages)
{
	const enum zone_type highest = gfp_zone(zone);
	unsigned long left = nr_pages, look = 0;
	unsigned int from = 0, place = MAX_NR_ZONES;
	struct page *last = NULL;
	int nr_extents = 0;
	int ret = 0;

	ret = dma_heap_headroom_claim(nr_pages, highest);
	if (ret)
		return ret;

	while (left) {
		struct page *page;
		unsigned long n;

		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}

		page = system_heap_piece(zone, left, &from);
		if (!page) {
			ret = system_heap_no_page(zone);
			break;
		}
		nr_extents += !system_heap_continues(last, page);
		list_add_tail(&page->lru, pages);
		last = page;
		n = 1UL << compound_order(page);
		dma_heap_headroom_take(n, highest);
		left -= n;
		/* Nothing else does, where a large piece is found at once. */
		cond_resched();

		if (nr_pages - left < look && page_zonenum(page) == place)
			continue;
		if (!system_heap_may_go_on(highest, page)) {
			ret = -ENOMEM;
			break;
		}
		look = nr_pages - left + PAGES_PER_LOOK;
		place = page_zonenum(page);
	}

	dma_heap_headroom_unclaim(left, highest);
	return ret ?: nr_extents;
}

static void system_heap_free_extent(const struct dma_heap_extent *extent)
{
	unsigned long done, n;

	for (done = 0; done < extent->nr_pages; done += n) {
		struct page *page = pfn_to_page(extent->pfn + done);

		n = 1UL << compound_order(page);
		__free_pages(page, ilog2(n));
	}
}

static void system_heap_free(struct dma_heap_buffer *buffer)
{
	unsigned int i;

	for (i = 0; i < buffer->nr_extents; i++)
		system_heap_free_extent(&buffer->extents[i]);
}

/* Makes one extent of pieces that follow each other. */
static void system_heap_fill_extents(struct dma_heap_extent *extent,
				     const struct list_head *pages)
{
	struct page *page, *last = NULL;

	list_for_each_entry(page, pages, lru) {
		if (!system_heap_continues(last, page)) {
			if (last)
				extent++;
			extent->pfn = page_to_pfn(page);
			extent->nr_pages = 0;
		}
		extent->nr_pages += 1UL << compound_order(page);
		last = page;
	}
}

static const struct dma_heap_buffer_ops system_heap_buffer_ops = {
	.free = system_heap_free,
};

static struct dma_buf *system_heap_allocate(struct dma_heap *heap,
					    unsigned long len, u32 fd_flags,
					    u64 heap_flags)
{
	const struct system_heap *system_heap = dma_heap_get_drvdata(heap);
	unsigned long nr_pages = len >> PAGE_SHIFT;
	struct dma_heap_buffer *buffer;
	struct dma_buf *dmabuf;
	LIST_HEAD(pages);
	int ret;

	ret = system_heap_fill(system_heap->zone, nr_pages, &pages);
	if (ret < 0)
		goto free;

	buffer = dma_heap_buffer_create(heap, &system_heap_buffer_ops, nr_pages,
					ret);
	if (!buffer) {
		ret = -ENOMEM;
		goto free;
	}

	system_heap_fill_extents(buffer->extents, &pages);

	dmabuf = dma_heap_buffer_export(buffer, fd_flags);
	if (IS_ERR(dmabuf)) {
		ret = PTR_ERR(dmabuf);
		dma_heap_buffer_destroy(buffer);
		goto free;
	}

	return dmabuf;

free:
	system_heap_free_list(&pages);
	return ERR_PTR(ret);
}

static const struct dma_heap_ops system_heap_ops = {
	.allocate = system_heap_allocate,
};

/*
 * Is all that a heap would take below 4 GiB? A machine whose memory begins above
 * that has zones of these names, too.
 */
static bool __init system_heap_is_below_4g(enum zone_type highest)
{
	bool found = false;
	unsigned int type;
	int nid;

	for_each_online_node(nid) {
		for (type = 0; type <= highest; type++) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[type];

			if (!populated_zone(zone))
				continue;
			if (zone_end_pfn(zone) > SZ_4G >> PAGE_SHIFT)
				return false;
			found = true;
		}
	}

	return found;
}

static int __init system_heap_add(struct system_heap *system_heap)
{
	struct dma_heap_export_info info = {
		.name = system_heap->name,
		.type = "system",
		.ordinary = true,
		.zone = system_heap->zone,
		.ops = &system_heap_ops,
		.priv = system_heap,
	};
	struct dma_heap *heap;

	if (system_heap->zone == __GFP_DMA32 &&
	    !system_heap_is_below_4g(gfp_zone(system_heap->zone))) {
		pr_info("%s: there is no memory below 4 GiB\n", info.name);
		return -ENODEV;
	}

	heap = dma_heap_add(&info);
	if (heap == ERR_PTR(-EEXIST) && system_heap->fallback) {
		info.name = system_heap->fallback;
		heap = dma_heap_add(&info);
	}
	if (IS_ERR(heap)) {
		pr_err("%s: can't be added: %pe\n", info.name, heap);
		return PTR_ERR(heap);
	}

	system_heap->heap = heap;
	return 0;
}

static void system_heap_remove_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(system_heaps); i++)
		if (system_heaps[i].heap)
			dma_heap_remove(system_heaps[i].heap);
}

/*
 * With one heap the module stays, whatever became of the others: who has opened
 * its node by now runs our code, which nobody asks about if this fails.
 */
static int __init system_heap_init(void)
{
	bool added = false;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(system_heaps); i++) {
		int err = system_heap_add(&system_heaps[i]);

		if (err)
			ret = err;
		else
			added = true;
	}

	return added ? 0 : ret;
}
module_init(system_heap_init);

static void __exit system_heap_exit(void)
{
	system_heap_remove_all();
}
module_exit(system_heap_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: system heaps");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
