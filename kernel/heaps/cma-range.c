// SPDX-License-Identifier: GPL-2.0
/*
 * CMA areas of a kernel that keeps them to itself: memory is taken out of an
 * area's range of page frames, as CMA does it.
 *
 * CMA does not know what is taken here, nor do we know what it has lent to
 * drivers. alloc_contig_range() does: for a range that somebody else has or is
 * just taking it says EBUSY, to us as to CMA, and both go on to the next. So
 * all that has to be known is the range, and it must be certain: its page
 * blocks are marked as CMA's afterwards.
 */
#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "cma-area.h"

/* The kernel's name for a default area that no device tree has. */
#define UNNAMED "reserved"

/**
 * struct cma_area - an area
 * @name: The kernel's name for it.
 * @memory: Its range.
 * @taking: Held while a piece is taken. Two that are taken at once would be in
 *	each other's way, as they share page blocks.
 * @lock: Protects @lent.
 * @lent: A bit for each page that we have lent.
 */
struct cma_area {
	const char *name;
	struct dma_heap_extent memory;
	struct mutex taking;	/* see above */
	spinlock_t lock;	/* see above */
	unsigned long *lent;
};

const char *cma_area_name(const struct cma_area *area)
{
	return area->name;
}

/* Marks the first piece at or after page @from; its first page, or -ENOMEM. */
static long mark(struct cma_area *area, unsigned long nr_pages,
		 unsigned long from)
{
	unsigned long mask = dma_heap_alignment(nr_pages) - 1;
	unsigned long first;

	spin_lock(&area->lock);
	first = bitmap_find_next_zero_area_off(area->lent,
					       area->memory.nr_pages, from,
					       nr_pages, mask,
					       area->memory.pfn & mask);
	if (first < area->memory.nr_pages)
		bitmap_set(area->lent, first, nr_pages);
	spin_unlock(&area->lock);

	return first < area->memory.nr_pages ? (long)first : -ENOMEM;
}

static void unmark(struct cma_area *area, const struct dma_heap_extent *extent)
{
	spin_lock(&area->lock);
	bitmap_clear(area->lent, extent->pfn - area->memory.pfn,
		     extent->nr_pages);
	spin_unlock(&area->lock);
}

static int take(struct cma_area *area, struct dma_heap_extent *extent)
{
	unsigned long from = 0;
	long first;
	int ret;

	while ((first = mark(area, extent->nr_pages, from)) >= 0) {
		extent->pfn = area->memory.pfn + first;
		ret = alloc_contig_range(extent->pfn,
					 extent->pfn + extent->nr_pages,
					 ACR_FLAGS_CMA,
					 GFP_KERNEL | __GFP_NOWARN);
		if (!ret)
			return 0;

		unmark(area, extent);
		if (ret != -EBUSY)
			return ret;
		from = first + dma_heap_alignment(extent->nr_pages);
	}

	return -ENOMEM;
}

int cma_area_alloc(struct cma_area *area, struct dma_heap_extent *extent)
{
	int ret;

	if (extent->nr_pages > area->memory.nr_pages)
		return -ENOMEM;

	ret = mutex_lock_killable(&area->taking);
	if (ret)
		return ret;
	ret = take(area, extent);
	mutex_unlock(&area->taking);

	return ret;
}

void cma_area_free(struct cma_area *area, const struct dma_heap_extent *extent)
{
	free_contig_range(extent->pfn, extent->nr_pages);
	unmark(area, extent);
}

void cma_area_destroy(struct cma_area *area)
{
	bitmap_free(area->lent);
	kfree(area);
}

static void __init add(const char *name, const struct dma_heap_extent *memory,
		       bool is_default)
{
	struct cma_area *area;

	area = kzalloc_obj(*area);
	if (!area)
		goto fail;

	area->name = name;
	area->memory = *memory;
	mutex_init(&area->taking);
	spin_lock_init(&area->lock);
	area->lent = bitmap_zalloc(memory->nr_pages, GFP_KERNEL);
	if (!area->lent)
		goto free;

	cma_heap_add(area, is_default);
	return;

free:
	kfree(area);
fail:
	pr_err("%s: no memory for it\n", name);
}

/*
 * CMA refuses a range of two zones, or with holes, when it is too late to say
 * so in the tree.
 */
static bool __init is_one_zone(const struct dma_heap_extent *memory)
{
	const struct zone *zone = NULL;
	unsigned long i;

	for (i = 0; i < memory->nr_pages; i++) {
		struct page *page = pfn_to_online_page(memory->pfn + i);

		if (!page || (zone && page_zone(page) != zone))
			return false;
		zone = page_zone(page);
		cond_resched();
	}

	return true;
}

/* Adds the region if CMA has it; true if that is the default area. */
static bool __init add_region(struct device_node *node)
{
	const bool is_default = of_property_read_bool(node, "linux,cma-default");
	const struct reserved_mem *region = of_reserved_mem_lookup(node);
	struct dma_heap_extent memory;

	if (!of_device_is_compatible(node, "shared-dma-pool") ||
	    !of_property_read_bool(node, "reusable"))
		return false;

	/* CMA sets these for what it takes. cma= displaces the default. */
	if (!region || !region->ops)
		return false;

	memory.pfn = PFN_DOWN(region->base);
	memory.nr_pages = PFN_DOWN(region->size);
	if (!is_one_zone(&memory)) {
		pr_err("%s: is not memory of one zone\n", region->name);
		return false;
	}

	add(region->name, &memory, is_default);
	return is_default;
}

/* Adds the regions of the device tree; true if the default area is one. */
static bool __init add_regions(void)
{
	struct device_node *parent, *node;
	bool found_default = false;

	parent = of_find_node_by_path("/reserved-memory");
	for_each_available_child_of_node(parent, node)
		found_default |= add_region(node);
	of_node_put(parent);

	return found_default;
}

/**
 * struct piece - memory of the default area, for as long as it is searched for
 * @link: Place in the list of pieces.
 * @pages: The memory.
 * @addr: Its address for the device.
 * @nr_pages: Its size.
 */
struct piece {
	struct list_head link;
	struct page *pages;
	dma_addr_t addr;
	unsigned long nr_pages;
};

static int __init take_piece(struct device *dev, struct list_head *pieces,
			     unsigned long nr_pages)
{
	struct piece *piece;

	piece = kzalloc_obj(*piece);
	if (!piece)
		return -ENOMEM;

	piece->nr_pages = nr_pages;
	piece->pages = dma_alloc_pages(dev, nr_pages << PAGE_SHIFT,
				       &piece->addr, DMA_BIDIRECTIONAL,
				       GFP_KERNEL | __GFP_NOWARN);
	if (!piece->pages) {
		kfree(piece);
		return -ENOMEM;
	}

	list_add(&piece->link, pieces);
	return 0;
}

/* Takes all there is, the largest pieces first. */
static void __init take_pieces(struct device *dev, struct list_head *pieces)
{
	/* The page allocator has none of this size: it is the area's. */
	const unsigned long least = MAX_ORDER_NR_PAGES + pageblock_nr_pages;
	unsigned long n = ALIGN_DOWN(totalram_pages(), pageblock_nr_pages);

	while (n >= least)
		if (take_piece(dev, pieces, n))
			n -= max(ALIGN_DOWN(n / 8, pageblock_nr_pages),
				 pageblock_nr_pages);
}

/* Gives them back; what is between the first and the last is all the area's. */
static void __init give_back_pieces(struct device *dev,
				    struct list_head *pieces,
				    struct dma_heap_extent *memory)
{
	unsigned long first = ULONG_MAX, end = 0;
	struct piece *piece, *next;

	list_for_each_entry_safe(piece, next, pieces, link) {
		unsigned long pfn = page_to_pfn(piece->pages);

		first = min(first, pfn);
		end = max(end, pfn + piece->nr_pages);
		dma_free_pages(dev, piece->nr_pages << PAGE_SHIFT,
			       piece->pages, piece->addr, DMA_BIDIRECTIONAL);
		kfree(piece);
	}

	if (!end) {
		memory->nr_pages = 0;
		return;
	}

	/* An area is of whole page blocks. */
	memory->pfn = ALIGN_DOWN(first, pageblock_nr_pages);
	memory->nr_pages = ALIGN(end, pageblock_nr_pages) - memory->pfn;
}

/*
 * The default area, where the device tree has none, is where the DMA API takes
 * memory from for a device that has no region and is on no node of its own.
 * Nobody tells where that is; but it is one range, and what was got is in it.
 */
static void __init add_default(void)
{
	const struct platform_device_info info = {
		.name = KBUILD_MODNAME,
		.id = PLATFORM_DEVID_NONE,
		.dma_mask = DMA_BIT_MASK(64),
	};
	struct platform_device *pdev;
	struct dma_heap_extent memory;
	LIST_HEAD(pieces);

	pdev = platform_device_register_full(&info);
	if (IS_ERR(pdev)) {
		pr_err("%s: can't be searched for: %pe\n", UNNAMED, pdev);
		return;
	}

	take_pieces(&pdev->dev, &pieces);
	give_back_pieces(&pdev->dev, &pieces, &memory);
	platform_device_unregister(pdev);

	if (memory.nr_pages)
		add(UNNAMED, &memory, true);
}

void __init cma_area_find_all(void)
{
	if (!add_regions())
		add_default();
}
