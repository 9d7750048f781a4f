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
#include <linux/dma-heap.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
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

/* Interval between the first two searches for an area, in jiffies. */
#define SEARCH_INTERVAL (10 * HZ)

/* Longest interval: users whose requests fail do not wait for hours. */
#define MAX_SEARCH_INTERVAL (600 * HZ)

/* Number of pages of the areas that the device tree describes. */
static unsigned long described_pages __ro_after_init;

/**
 * struct cma_area - an area
 * @name: The kernel's name for it.
 * @memory: Its range, as far as it is known.
 * @device: The default area's, that the DMA API gives memory of it to; or NULL
 *	if the range is certain.
 * @search_after: Time of the next search for its range at the earliest, in
 *	jiffies.
 * @search_interval: Interval from the last search to that, in jiffies.
 * @taking: Held while a piece is taken or the range is searched for. Two pieces
 *	that are taken at once would be in each other's way, as they share page
 *	blocks. Protects @search_after and @search_interval.
 * @lock: Protects @memory and @lent, which change with @taking held as well.
 * @lent: A bit for each page that we have lent, or NULL if no range is known.
 */
struct cma_area {
	const char *name;
	struct dma_heap_extent memory;
	struct platform_device *device;
	u64 search_after;
	u64 search_interval;
	struct mutex taking;	/* see above */
	spinlock_t lock;	/* see above */
	unsigned long *lent;
};

const char *cma_area_name(const struct cma_area *area)
{
	return area->name;
}

struct dma_heap_extent cma_area_memory(struct cma_area *area)
{
	struct dma_heap_extent memory = { DMA_HEAP_PFN_UNKNOWN, 0 };

	spin_lock(&area->lock);
	if (area->lent)
		memory = area->memory;
	spin_unlock(&area->lock);

	return memory;
}

/* Marks the first piece at or after page @from; its first page, or -ENOMEM. */
static long mark(struct cma_area *area, unsigned long nr_pages,
		 unsigned long mask, unsigned long from)
{
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

static int take_aligned(struct cma_area *area, struct dma_heap_extent *extent,
			unsigned long alignment)
{
	unsigned long from = 0;
	int err, ret = -ENOMEM;
	long first;

	while ((first = mark(area, extent->nr_pages, alignment - 1, from)) >= 0) {
		extent->pfn = area->memory.pfn + first;
		err = alloc_contig_range(extent->pfn,
					 extent->pfn + extent->nr_pages,
					 ACR_FLAGS_CMA,
					 GFP_KERNEL | __GFP_NOWARN);
		if (!err)
			return 0;

		unmark(area, extent);
		/* -ENOMEM: there was no memory to move a page to. */
		if (err != -EBUSY && err != -ENOMEM)
			return err;
		ret = -EBUSY;
		from = first + alignment;
	}

	return ret;
}

static int take(struct cma_area *area, struct dma_heap_extent *extent)
{
	const unsigned long nr_pages = extent->nr_pages;
	const unsigned long least = dma_heap_least_alignment(nr_pages);
	unsigned long alignment = dma_heap_alignment(nr_pages);
	int ret;

	if (nr_pages > area->memory.nr_pages)
		return -ENOMEM;

	ret = take_aligned(area, extent, alignment);
	if (ret && ret != -EINTR && least < alignment)
		ret = take_aligned(area, extent, least);

	return ret;
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

static int take_piece(struct device *dev, struct list_head *pieces,
		      unsigned long nr_pages)
{
	struct piece *piece;

	piece = kzalloc_obj(*piece, GFP_KERNEL);
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

/* In pages. The page allocator has none of this size: it is the area's. */
static unsigned long least_piece(void)
{
	return MAX_ORDER_NR_PAGES + pageblock_nr_pages;
}

/*
 * Takes all there is, the largest pieces first: what the first leaves must not
 * be too little for a second. Sizes that the area does not have fail at once.
 */
static void take_pieces(struct device *dev, struct list_head *pieces)
{
	unsigned long n = ALIGN_DOWN(totalram_pages(), pageblock_nr_pages);

	while (n >= least_piece())
		if (take_piece(dev, pieces, n))
			n -= max(ALIGN_DOWN(n / 64, pageblock_nr_pages),
				 pageblock_nr_pages);
}

/* Gives them back; what is between the first and the last is all the area's. */
static void give_back_pieces(struct device *dev, struct list_head *pieces,
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

/* Sets the range, of an area that nothing is lent from. */
static int set_memory(struct cma_area *area,
		      const struct dma_heap_extent *memory)
{
	unsigned long *lent, *old;

	lent = bitmap_zalloc(memory->nr_pages, GFP_KERNEL);
	if (!lent)
		return -ENOMEM;

	spin_lock(&area->lock);
	old = area->lent;
	area->lent = lent;
	area->memory = *memory;
	spin_unlock(&area->lock);
	bitmap_free(old);

	return 0;
}

static void join(struct dma_heap_extent *memory,
		 const struct dma_heap_extent *more)
{
	unsigned long end = max(memory->pfn + memory->nr_pages,
				more->pfn + more->nr_pages);

	memory->pfn = min(memory->pfn, more->pfn);
	memory->nr_pages = end - memory->pfn;
}

/* Get the size of all areas: zones count their pages. */
static unsigned long all_cma_pages(void)
{
	unsigned long nr_pages = 0;
	int nid, i;

	for_each_online_node(nid)
		for (i = 0; i < MAX_NR_ZONES; i++)
			nr_pages += zone_cma_pages(&NODE_DATA(nid)->node_zones[i]);

	return nr_pages;
}

/*
 * Check whether to search for the range of an area. A search takes the whole area
 * for a moment, in which drivers get nothing of it. Therefore:
 * - not when the module is loaded, as drivers allocate much at boot, but when a
 *   user does;
 * - again only after a request failed or a limit refused it, with nothing
 *   allocated, and as long as a part of the area is missing;
 * - less and less often, as a request can fail whenever a user wants it to.
 */
static bool search_is_due(struct cma_area *area)
{
	bool is_lent;

	if (!area->device ||
	    time_before64(get_jiffies_64(), area->search_after))
		return false;
	if (!area->lent)
		return true;
	if (area->memory.nr_pages + described_pages >= all_cma_pages())
		return false;

	spin_lock(&area->lock);
	is_lent = !bitmap_empty(area->lent, area->memory.nr_pages);
	spin_unlock(&area->lock);

	return !is_lent;
}

/* True if more is known than before. */
static bool search(struct cma_area *area)
{
	struct dma_heap_extent found;
	LIST_HEAD(pieces);

	take_pieces(&area->device->dev, &pieces);
	give_back_pieces(&area->device->dev, &pieces, &found);
	area->search_after = get_jiffies_64() + area->search_interval;
	area->search_interval = min_t(u64, area->search_interval * 2,
				      MAX_SEARCH_INTERVAL);
	if (!found.nr_pages)
		return false;
	if (area->lent)
		join(&found, &area->memory);

	return found.nr_pages > area->memory.nr_pages &&
	       !set_memory(area, &found);
}

static bool search_if_due(struct cma_area *area)
{
	bool found;

	/* A user who is over a limit does not wait for those who are not. */
	if (time_before64(get_jiffies_64(), data_race(area->search_after)) ||
	    mutex_lock_killable(&area->taking))
		return false;

	found = search_is_due(area) && search(area);
	mutex_unlock(&area->taking);

	return found;
}

int cma_area_alloc(struct cma_area *area, struct dma_heap_extent *extent)
{
	int ret;

	ret = mutex_lock_killable(&area->taking);
	if (ret)
		return ret;

	ret = take(area, extent);
	if (ret && ret != -EINTR && search_is_due(area) && search(area))
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
	platform_device_unregister(area->device);
	bitmap_free(area->lent);
	kfree(area);
}

static struct cma_area *__init create(const char *name)
{
	struct cma_area *area;

	area = kzalloc_obj(*area, GFP_KERNEL);
	if (!area)
		return NULL;

	area->name = name;
	mutex_init(&area->taking);
	spin_lock_init(&area->lock);
	return area;
}

static void __init add(const char *name, const struct dma_heap_extent *memory,
		       bool is_default)
{
	struct cma_area *area;

	area = create(name);
	if (!area)
		goto fail;
	if (set_memory(area, memory))
		goto destroy;

	cma_heap_add(area, is_default, NULL);
	return;

destroy:
	cma_area_destroy(area);
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

	described_pages += memory.nr_pages;
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

/* Is there a default area, that has some memory left? */
static bool __init gives_area_memory(struct device *dev)
{
	struct dma_heap_extent memory;
	LIST_HEAD(pieces);

	take_piece(dev, &pieces, least_piece());
	give_back_pieces(dev, &pieces, &memory);
	return memory.nr_pages != 0;
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
	struct platform_device *device;
	struct cma_area *area;

	device = platform_device_register_full(&info);
	if (IS_ERR(device)) {
		pr_err("%s: can't be searched for: %pe\n", UNNAMED, device);
		return;
	}
	if (!gives_area_memory(&device->dev))
		goto unregister;

	area = create(UNNAMED);
	if (!area) {
		pr_err("%s: no memory for it\n", UNNAMED);
		goto unregister;
	}

	area->device = device;
	area->search_interval = SEARCH_INTERVAL;
	cma_heap_add(area, true, search_if_due);
	return;

unregister:
	platform_device_unregister(device);
}

void __init cma_area_find_all(void)
{
	if (!add_regions())
		add_default();
}
