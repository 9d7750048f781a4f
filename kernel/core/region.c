// SPDX-License-Identifier: GPL-2.0
/*
 * Regions: allocation of contiguous extents from one range of page frames that
 * only one heap uses. The memory need not be mapped, nor have struct pages. Where it
 * has, failed pages are left out.
 */
#include <linux/bitmap.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/genalloc.h>
#include <linux/numa.h>
#include <linux/slab.h>

#include "core.h"

/*
 * genalloc hands out numbers, and 0 for none; but memory may begin at frame 0.
 * So it gets frames' numbers moved up, by what leaves their alignment alone.
 */
#define FRAME_BIAS (DMA_HEAP_MAX_ALIGNMENT >> PAGE_SHIFT)

/**
 * struct dma_heap_region - a range of page frames
 * @memory: The range.
 * @frames: Which of them are lent. Has a lock of its own.
 */
struct dma_heap_region {
	struct dma_heap_extent memory;
	struct gen_pool *frames;
};

/**
 * dma_heap_region_create() - begin to lend from a range of page frames
 * @memory: The range. It stays the caller's, and nobody else may use it.
 *
 * Context: May sleep.
 * Return: The region, all of it free, or NULL if there is no memory for it.
 */
struct dma_heap_region *
dma_heap_region_create(const struct dma_heap_extent *memory)
{
	struct dma_heap_region *region;

	region = kzalloc_obj(*region, GFP_KERNEL);
	if (!region)
		return NULL;

	region->memory = *memory;
	region->frames = gen_pool_create(0, NUMA_NO_NODE);
	if (!region->frames)
		goto free;
	if (gen_pool_add(region->frames, memory->pfn + FRAME_BIAS,
			 memory->nr_pages, NUMA_NO_NODE))
		goto destroy;

	return region;

destroy:
	gen_pool_destroy(region->frames);
free:
	kfree(region);
	return NULL;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_region_create, "DMA_BUF_HEAP");

/* genalloc takes failed pages that are still allocated for a bug. */
static void forget_lent(struct gen_pool *frames, struct gen_pool_chunk *chunk,
			void *data)
{
	bitmap_zero(chunk->bits, chunk->end_addr - chunk->start_addr + 1);
}

/**
 * dma_heap_region_destroy() - end a region
 * @region: From dma_heap_region_create(), with nothing allocated.
 *
 * Context: May sleep.
 */
void dma_heap_region_destroy(struct dma_heap_region *region)
{
	gen_pool_for_each_chunk(region->frames, forget_lent, NULL);
	gen_pool_destroy(region->frames);
	kfree(region);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_region_destroy, "DMA_BUF_HEAP");

static unsigned long alloc_frames(struct gen_pool *frames,
				  unsigned long nr_pages,
				  unsigned long alignment)
{
	struct genpool_data_align align = { .align = alignment };

	return gen_pool_alloc_algo(frames, nr_pages, gen_pool_first_fit_align,
				   &align);
}

/* Free the pages of an extent that have not failed. */
static void free_sound(struct dma_heap_region *region,
		       const struct dma_heap_extent *extent)
{
	struct dma_heap_extent page = { .nr_pages = 1 };
	unsigned long i;

	for (i = 0; i < extent->nr_pages; i++) {
		unsigned int seen = 0;

		page.pfn = extent->pfn + i;
		if (!dma_heap_has_poison(&page, &seen))
			dma_heap_region_free(region, &page);
	}
}

/**
 * dma_heap_region_alloc() - allocate a contiguous extent
 * @region: Region to allocate from.
 * @extent: Extent with its length set. Its place is filled in, aligned to
 *	dma_heap_alignment() if possible, else to dma_heap_least_alignment().
 *
 * The memory has to be cleared by the caller. Failed pages that are met on the way
 * stay allocated for good.
 *
 * Context: Any but NMI.
 * Return: 0, or -ENOMEM if there is no place for it.
 */
int dma_heap_region_alloc(struct dma_heap_region *region,
			  struct dma_heap_extent *extent)
{
	const unsigned long nr_pages = extent->nr_pages;
	unsigned long frame;
	unsigned int seen;

	for (;;) {
		frame = alloc_frames(region->frames, nr_pages,
				     dma_heap_alignment(nr_pages));
		if (!frame)
			frame = alloc_frames(region->frames, nr_pages,
					     dma_heap_least_alignment(nr_pages));
		if (!frame)
			return -ENOMEM;

		extent->pfn = frame - FRAME_BIAS;
		seen = 0;
		if (!dma_heap_has_poison(extent, &seen))
			return 0;

		free_sound(region, extent);
	}
}
EXPORT_SYMBOL_NS_GPL(dma_heap_region_alloc, "DMA_BUF_HEAP");

/**
 * dma_heap_region_free() - free an extent
 * @region: Region that it was allocated from.
 * @extent: Extent from dma_heap_region_alloc(), or a part of it.
 *
 * Context: Any but NMI.
 */
void dma_heap_region_free(struct dma_heap_region *region,
			  const struct dma_heap_extent *extent)
{
	gen_pool_free(region->frames, extent->pfn + FRAME_BIAS,
		      extent->nr_pages);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_region_free, "DMA_BUF_HEAP");

/**
 * dma_heap_region_has() - is an extent within a region?
 * @region: The region.
 * @extent: The extent: all of it is, or none.
 *
 * Context: Any.
 */
bool dma_heap_region_has(const struct dma_heap_region *region,
			 const struct dma_heap_extent *extent)
{
	return extent->pfn >= region->memory.pfn &&
	       extent->pfn - region->memory.pfn < region->memory.nr_pages;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_region_has, "DMA_BUF_HEAP");
