// SPDX-License-Identifier: GPL-2.0
/*
 * The system-contiguous heap: physically contiguous memory where nobody has
 * reserved a region.
 *
 * Memory comes from a reserve that was set aside when the module was loaded,
 * as memory was still whole; or from the page allocator, for sizes that it
 * knows; or out of a range of ordinary memory that is emptied on demand. The
 * last is best effort: one page that can't be moved spoils a range.
 */
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#define CONTIGUOUS_HEAP "system-contiguous"

/* A page is in so many ranges, at most, that are tried for a large request. */
#define MOST_OVERLAPS 8

static char *reserve = "0";
module_param(reserve, charp, 0444);
MODULE_PARM_DESC(reserve, "Bytes to set aside at load, K, M or G may follow (default: 0)");

static struct dma_heap *contiguous_heap;

/* Memory to set aside, of no pages if there is none, and the region over it. */
static struct dma_heap_extent reserve_extent;
static struct dma_heap_region *reserve_region;

/*
 * The first page frame that is not the zone's ordinary memory, or @end. A look
 * at the first page of each block; the kernel looks at all of them.
 */
static unsigned long find_other(struct zone *zone, unsigned long pfn,
				unsigned long end)
{
	for (; pfn < end; pfn = ALIGN(pfn + 1, pageblock_nr_pages)) {
		struct page *page = pfn_to_online_page(pfn);

		if (!page || page_zone(page) != zone || PageReserved(page))
			return pfn;
	}

	return end;
}

/*
 * Get the distance between two ranges to try. The kernel may go through most of a
 * range before it fails, so large ranges must not overlap too often: together they
 * are at most MOST_OVERLAPS times as large as the zone.
 */
static unsigned long stride(unsigned long nr_pages)
{
	return round_up(DIV_ROUND_UP(nr_pages, MOST_OVERLAPS),
			dma_heap_alignment(nr_pages));
}

/*
 * Held while a range is emptied. Otherwise, callers isolate page blocks of each
 * other's ranges, and all of them can fail.
 */
static DEFINE_MUTEX(range_lock);

/* Empties some range of a zone: 0, -ENOMEM, or -EINTR for a killed caller. */
static int empty_range(struct zone *zone, struct dma_heap_extent *extent)
{
	unsigned long step = dma_heap_alignment(extent->nr_pages);
	unsigned long pfn, end, other;

	/* Whole page blocks are emptied: the first may be of two zones. */
	pfn = ALIGN(zone->zone_start_pfn, max(step, pageblock_nr_pages));

	while ((end = pfn + extent->nr_pages) <= zone_end_pfn(zone)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		other = find_other(zone, pfn, end);
		if (other < end) {
			pfn = ALIGN(other + 1, step);
			continue;
		}
		if (!alloc_contig_range(pfn, end, ACR_FLAGS_NONE,
					GFP_KERNEL | __GFP_NOWARN |
					__GFP_RETRY_MAYFAIL)) {
			extent->pfn = pfn;
			return 0;
		}
		pfn += stride(extent->nr_pages);
	}

	return -ENOMEM;
}

/*
 * Not from ZONE_MOVABLE, where nothing may stay that can't be moved, nor from
 * the small zone for old devices.
 */
static bool zone_is_usable(struct zone *zone)
{
	enum zone_type type = zone_idx(zone);

#ifdef CONFIG_ZONE_DMA
	if (type == ZONE_DMA && zone->spanned_pages <= SZ_16M >> PAGE_SHIFT)
		return false;
#endif
	return populated_zone(zone) && type < ZONE_MOVABLE;
}

/*
 * Users are charged for ordinary memory only if there is no reserve. The reserve
 * itself is not charged to anybody.
 */
static void count_taken(const struct dma_heap_extent *extent,
			enum zone_type highest)
{
	if (reserve_extent.nr_pages)
		dma_heap_headroom_unclaim(extent->nr_pages, highest);
	else
		dma_heap_headroom_take(extent->nr_pages, highest);
}

static void count_given_up(const struct dma_heap_extent *extent)
{
	if (!reserve_extent.nr_pages)
		dma_heap_headroom_untake(extent->nr_pages);
}

/* The same, if as much may be taken of the zone. */
static int empty_range_if_left(struct zone *zone,
			       struct dma_heap_extent *extent)
{
	int ret;

	ret = dma_heap_headroom_claim(extent->nr_pages, zone_idx(zone));
	if (ret)
		return ret;

	if (mutex_lock_killable(&range_lock)) {
		dma_heap_headroom_unclaim(extent->nr_pages, zone_idx(zone));
		return -EINTR;
	}
	/* A range that is being emptied counts as no free memory any more. */
	count_taken(extent, zone_idx(zone));
	ret = empty_range(zone, extent);
	if (ret)
		count_given_up(extent);
	mutex_unlock(&range_lock);

	return ret;
}

/* From the highest zone down: the lower ones serve devices with less reach. */
static int empty_some_range(struct dma_heap_extent *extent)
{
	int nid, i, ret;

	for_each_online_node(nid) {
		for (i = MAX_NR_ZONES - 1; i >= 0; i--) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[i];

			if (!zone_is_usable(zone))
				continue;
			ret = empty_range_if_left(zone, extent);
			if (ret != -ENOMEM)
				return ret;
		}
	}

	return -ENOMEM;
}

static int take_from_reserve(struct dma_heap_extent *extent)
{
	int ret;

	if (!reserve_region)
		return -ENOMEM;

	ret = dma_heap_region_alloc(reserve_region, extent);
	if (ret)
		return ret;

	ret = dma_heap_clear(extent);
	if (ret)
		dma_heap_region_free(reserve_region, extent);

	return ret;
}

static int take_from_page_allocator(struct dma_heap_extent *extent)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN |
			  __GFP_NORETRY;
	size_t size = extent->nr_pages << PAGE_SHIFT;
	void *addr;
	int ret;

	if (get_order(size) > MAX_PAGE_ORDER)
		return -ENOMEM;

	ret = dma_heap_headroom_claim(extent->nr_pages, gfp_zone(gfp));
	if (ret)
		return ret;

	addr = alloc_pages_exact(size, gfp);
	if (!addr) {
		dma_heap_headroom_unclaim(extent->nr_pages, gfp_zone(gfp));
		return -ENOMEM;
	}
	count_taken(extent, gfp_zone(gfp));

	extent->pfn = page_to_pfn(virt_to_page(addr));
	return 0;
}

static int take_from_some_range(struct dma_heap_extent *extent)
{
	int ret;

	ret = empty_some_range(extent);
	if (ret)
		return ret;

	ret = dma_heap_clear_fresh(extent);
	if (ret) {
		count_given_up(extent);
		free_contig_range(extent->pfn, extent->nr_pages);
	}

	return ret;
}

static int take_from_memory(struct dma_heap_extent *extent)
{
	int ret;

	ret = take_from_page_allocator(extent);
	if (ret)
		ret = take_from_some_range(extent);

	return ret;
}

static void give_back(const struct dma_heap_extent *extent)
{
	if (reserve_region && dma_heap_region_has(reserve_region, extent))
		dma_heap_region_free(reserve_region, extent);
	else
		free_contig_range(extent->pfn, extent->nr_pages);
}

static int contiguous_heap_take(struct dma_heap *heap,
				struct dma_heap_extent *extent)
{
	int ret;

	ret = take_from_reserve(extent);
	if (ret == -ENOMEM)
		ret = take_from_memory(extent);

	return ret;
}

static int contiguous_heap_clear(struct dma_heap *heap,
				 const struct dma_heap_extent *extent)
{
	return dma_heap_clear(extent);
}

static void contiguous_heap_give_back(struct dma_heap *heap,
				      const struct dma_heap_extent *extent)
{
	give_back(extent);
}

/* Of the reserve, nobody else has any use. */
static struct dma_heap_source contiguous_heap_source __ro_after_init = {
	.take = contiguous_heap_take,
	.clear = contiguous_heap_clear,
	.give_back = contiguous_heap_give_back,
	.shared = true,
};

static const struct dma_heap_ops contiguous_heap_ops = {
	.allocate = dma_heap_allocate_contiguous,
};

static int __init reserve_memory(u64 bytes)
{
	int ret;

	/* Which also makes it fit an unsigned long. */
	if (bytes >> PAGE_SHIFT > totalram_pages())
		return -ENOMEM;

	reserve_extent.nr_pages = DIV_ROUND_UP_ULL(bytes, PAGE_SIZE);
	ret = take_from_memory(&reserve_extent);
	if (ret)
		return ret;

	reserve_region = dma_heap_region_create(&reserve_extent);
	if (!reserve_region) {
		free_contig_range(reserve_extent.pfn, reserve_extent.nr_pages);
		return -ENOMEM;
	}

	return 0;
}

static void free_reserve(void)
{
	if (!reserve_region)
		return;

	dma_heap_region_destroy(reserve_region);
	free_contig_range(reserve_extent.pfn, reserve_extent.nr_pages);
}

static int __init reserve_from_parameter(void)
{
	u64 bytes;
	int len, ret;

	len = dma_heap_parse_size(reserve, &bytes);
	if (len < 0 || reserve[len]) {
		pr_err("invalid reserve \"%s\": expected bytes with an optional K, M or G suffix\n",
		       reserve);
		return -EINVAL;
	}
	if (!bytes)
		return 0;

	ret = reserve_memory(bytes);
	if (ret)
		pr_err("failed to reserve %llu contiguous bytes: %pe; load the module earlier, or reserve less\n",
		       bytes, ERR_PTR(ret));

	return ret;
}

static int __init contiguous_heap_init(void)
{
	struct dma_heap_export_info info = {
		.name = CONTIGUOUS_HEAP,
		.type = "contiguous",
		.contiguous = true,
		.source = &contiguous_heap_source,
		.ops = &contiguous_heap_ops,
	};
	int ret;

	ret = reserve_from_parameter();
	if (ret)
		return ret;

	/* With a reserve, that is what users share. */
	if (reserve_region) {
		info.region = &reserve_extent;
		contiguous_heap_source.shared = false;
	} else {
		info.ordinary = true;
		info.zone = __GFP_HIGHMEM;
	}

	contiguous_heap = dma_heap_add(&info);
	if (IS_ERR(contiguous_heap)) {
		pr_err("%s: can't be added: %pe\n", info.name, contiguous_heap);
		free_reserve();
		return PTR_ERR(contiguous_heap);
	}

	return 0;
}
module_init(contiguous_heap_init);

static void __exit contiguous_heap_exit(void)
{
	dma_heap_remove(contiguous_heap);
	free_reserve();
}
module_exit(contiguous_heap_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: contiguous memory without a region");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
