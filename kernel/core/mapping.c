// SPDX-License-Identifier: GPL-2.0
/*
 * Device mappings: scatter tables for importers, and the cache maintenance of
 * the memory in them.
 *
 * Maps, unmaps and syncs of one buffer run under its lock. A CPU access
 * therefore ends either before a map, which cleans what the CPU wrote, or after
 * it, and then the access finds the mapping.
 */
#include <linux/dma-buf.h>
#include <linux/dma-direct.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "access.h"
#include "buffer.h"
#include "trace.h"

/* Longest entry for a device that sets no segment size, as in mainline's heap. */
#define DMA_HEAP_DEFAULT_SEGMENT SZ_1M

/**
 * struct dma_heap_mapping - pages of a buffer that are mapped for a device
 * @dev: Device of the attachment.
 * @span: Page range of the buffer that is mapped.
 * @access: Properties of the device and the mapping, without a CPU access.
 * @mapped: Direction that was passed to the DMA API.
 * @max_copied: Longest entry of which the device can get a copy, in bytes.
 * @own: Table for syncs and for the unmap.
 * @table: Table of the importer, which may edit it. It shares the entries of
 *	@own if no sync will need them, and has a copy otherwise.
 * @link: Place in &dma_heap_buffer.mappings, protected by its lock.
 */
struct dma_heap_mapping {
	struct device *dev;
	struct dma_heap_span span;
	struct dma_heap_access access;
	enum dma_data_direction mapped;
	size_t max_copied;
	struct sg_table own;
	struct sg_table table;
	struct list_head link;
};

/* Get the limit of entries, which have @max bytes at most. */
static struct dma_heap_entry_limit
dma_heap_entry_limit(const struct dma_heap_mapping *mapping,
		     const struct dma_heap_view *view, size_t max)
{
	struct device *dev = mapping->dev;
	struct dma_heap_entry_limit limit = { dev, UINT_MAX, ULONG_MAX };
	struct dma_heap_walk walk;

	dma_heap_walk_start(&walk, view->buffer, view->span);
	if (walk.left) {
		limit.max_pages = DMA_HEAP_DEFAULT_SEGMENT;
		if (dev->dma_parms && dev->dma_parms->max_segment_size)
			limit.max_pages = dma_get_max_seg_size(dev);
		limit.boundary = dma_get_seg_boundary(dev);
		max = mapping->max_copied;
	}
	limit.max_pages = min_t(size_t, limit.max_pages, max) >> PAGE_SHIFT;
	limit.max_pages = max(limit.max_pages, 1UL);

	return limit;
}

/* Get the length of the entry that starts at the cursor. */
static unsigned long dma_heap_entry_pages(const struct dma_heap_entry_limit *limit,
					  const struct dma_heap_walk *walk)
{
	unsigned long n = min(walk->nr_pages, limit->max_pages), room;

	if (limit->boundary == ULONG_MAX)
		return n;

	/* An IOMMU arranges for the boundary by itself. */
	room = limit->boundary -
	       (phys_to_dma(limit->dev, PFN_PHYS(walk->pfn)) & limit->boundary);

	return clamp((room >> PAGE_SHIFT) + 1, 1UL, n);
}

/* Allocate an empty table with an entry for each part of a view. */
int dma_heap_alloc_table(struct sg_table *table,
			 const struct dma_heap_view *view,
			 const struct dma_heap_entry_limit *limit)
{
	struct dma_heap_walk walk;
	unsigned int nents = 0;

	for (dma_heap_walk_start(&walk, view->buffer, view->span); walk.nr_pages;
	     dma_heap_walk_skip(&walk, dma_heap_entry_pages(limit, &walk)))
		nents++;

	return sg_alloc_table(table, nents, GFP_KERNEL);
}

static void dma_heap_fill_table(struct sg_table *table,
				const struct dma_heap_view *view,
				const struct dma_heap_entry_limit *limit)
{
	struct scatterlist *sg = table->sgl;
	struct dma_heap_walk walk;
	unsigned long n;

	for (dma_heap_walk_start(&walk, view->buffer, view->span); walk.nr_pages;
	     dma_heap_walk_skip(&walk, n)) {
		n = dma_heap_entry_pages(limit, &walk);
		sg_set_page(sg, pfn_to_page(walk.pfn), n << PAGE_SHIFT, 0);
		sg = sg_next(sg);
	}
}

static void dma_heap_free_tables(struct dma_heap_mapping *mapping)
{
	if (mapping->table.sgl != mapping->own.sgl)
		sg_free_table(&mapping->table);
	sg_free_table(&mapping->own);
}

/* Give the importer what the DMA API made of the table. */
static void dma_heap_copy_table(struct dma_heap_mapping *mapping)
{
	struct scatterlist *to = mapping->table.sgl;
	struct scatterlist *from;
	unsigned int i;

	mapping->table.nents = mapping->own.nents;
	if (to == mapping->own.sgl)
		return;

	for_each_sgtable_sg(&mapping->own, from, i) {
		sg_set_page(to, sg_page(from), from->length, from->offset);
		sg_dma_address(to) = sg_dma_address(from);
		sg_dma_len(to) = sg_dma_len(from);
		to = sg_next(to);
	}
}

/*
 * Sync the bytes from @start to @end of a mapping. An IOMMU may have merged
 * entries, so that the two sides of the table are divided differently. Each
 * piece that is synced must be contiguous on both sides.
 */
static void dma_heap_sync_part(const struct dma_heap_mapping *mapping,
			       size_t start, size_t end, unsigned int due)
{
	const struct scatterlist *cpu = mapping->own.sgl;
	const struct scatterlist *dma = mapping->own.sgl;
	size_t cpu_done = 0, dma_done = 0, pos = 0;

	while (pos < end) {
		size_t n = min(cpu->length - cpu_done,
			       sg_dma_len(dma) - dma_done);
		size_t from = max(pos, start);
		size_t to = min(pos + n, end);
		dma_addr_t addr = sg_dma_address(dma) + dma_done + from - pos;

		if (from < to && due == DMA_HEAP_SYNC_FOR_DEVICE)
			dma_sync_single_for_device(mapping->dev, addr,
						   to - from, mapping->mapped);
		else if (from < to)
			dma_sync_single_for_cpu(mapping->dev, addr, to - from,
						mapping->mapped);
		pos += n;
		cpu_done += n;
		if (cpu_done == cpu->length) {
			cpu = sg_next((struct scatterlist *)cpu);
			cpu_done = 0;
		}
		dma_done += n;
		if (dma_done == sg_dma_len(dma)) {
			dma = sg_next((struct scatterlist *)dma);
			dma_done = 0;
		}
	}
}

static void dma_heap_sync_all(struct dma_heap_mapping *mapping,
			      unsigned int due)
{
	if (due == DMA_HEAP_SYNC_FOR_DEVICE)
		dma_sync_sgtable_for_device(mapping->dev, &mapping->own,
					    mapping->mapped);
	else
		dma_sync_sgtable_for_cpu(mapping->dev, &mapping->own,
					 mapping->mapped);
}

/*
 * Carry out the maintenance that an event needs in the common part of @span and
 * a mapping. Return whether the event leaves device data in the CPU caches.
 */
static bool dma_heap_sync(struct dma_heap_mapping *mapping,
			  struct dma_heap_span span, enum dma_heap_event event,
			  const struct dma_heap_access *access)
{
	struct dma_heap_span common = dma_heap_span_common(span, mapping->span);
	const unsigned int due = dma_heap_maintenance(event, access);
	const size_t len = common.nr_pages << PAGE_SHIFT;
	size_t start;

	if (!len)
		return false;

	if (due)
		trace_dma_heap_sync(mapping->dev, len,
				    due == DMA_HEAP_SYNC_FOR_CPU);
	if (due && common.nr_pages == mapping->span.nr_pages) {
		dma_heap_sync_all(mapping, due);
	} else if (due) {
		start = (common.first - mapping->span.first) << PAGE_SHIFT;
		dma_heap_sync_part(mapping, start, start + len, due);
	}

	return dma_heap_dirties(event, access);
}

/* Write back device data left in CPU caches, for devices that do not snoop. */
static void dma_heap_clean_dirtied(struct dma_heap_buffer *buffer,
				   struct dma_heap_span span)
{
	struct dma_heap_mapping *mapping;

	lockdep_assert_held(&buffer->lock);

	buffer->clean = false;
	list_for_each_entry(mapping, &buffer->mappings, link)
		dma_heap_sync(mapping, span, DMA_HEAP_DIRTIED, &mapping->access);
}

/* Sync all bounced mappings, or all others, for a CPU access that begins. */
static bool dma_heap_sync_some_for_cpu(const struct dma_heap_view *view,
				       bool bounced,
				       enum dma_data_direction direction)
{
	struct dma_heap_mapping *mapping;
	bool dirtied = false;

	list_for_each_entry(mapping, &view->buffer->mappings, link) {
		struct dma_heap_access access = mapping->access;

		access.cpu = direction;
		if (access.bounced == bounced)
			dirtied |= dma_heap_sync(mapping, view->span,
						 DMA_HEAP_CPU_BEGIN, &access);
	}

	return dirtied;
}

/*
 * Sync all mappings for a CPU access that begins. Copies out of bounce buffers
 * come last: an invalidation after a copy would discard it.
 */
void dma_heap_sync_for_cpu(const struct dma_heap_view *view,
			   enum dma_data_direction direction)
{
	lockdep_assert_held(&view->buffer->lock);

	dma_heap_sync_some_for_cpu(view, false, direction);
	if (dma_heap_sync_some_for_cpu(view, true, direction))
		dma_heap_clean_dirtied(view->buffer, view->span);
}

/* Sync all mappings for a CPU access that has ended. */
void dma_heap_sync_for_device(const struct dma_heap_view *view,
			      enum dma_data_direction direction)
{
	struct dma_heap_mapping *mapping;

	lockdep_assert_held(&view->buffer->lock);

	list_for_each_entry(mapping, &view->buffer->mappings, link) {
		struct dma_heap_access access = mapping->access;

		access.cpu = direction;
		access.cpu_writes = view->writable;
		dma_heap_sync(mapping, view->span, DMA_HEAP_CPU_END, &access);
	}
}

/* Check whether the device got a copy: then its address is not that of the memory. */
static bool dma_heap_is_copied(const struct dma_heap_mapping *mapping)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(&mapping->own, sg, i)
		if (sg_dma_address(sg) != phys_to_dma(mapping->dev, sg_phys(sg)))
			return true;

	return false;
}

static int dma_heap_add_mapping(struct dma_heap_buffer *buffer,
				struct dma_heap_mapping *mapping)
{
	struct dma_heap_access access = mapping->access;
	/* If the entry is too long for a copy, shorter ones follow. */
	const bool is_long = mapping->own.sgl->length > mapping->max_copied;
	unsigned int due;
	int ret;

	mutex_lock(&buffer->lock);
	access.cpu_writes = buffer->writable || !buffer->clean;
	due = dma_heap_maintenance(DMA_HEAP_MAP, &access);
	/* The DMA API syncs by itself unless it is asked not to. */
	ret = dma_map_sgtable(mapping->dev, &mapping->own, mapping->mapped,
			      (due ? 0 : DMA_ATTR_SKIP_CPU_SYNC) |
			      (is_long ? DMA_ATTR_NO_WARN : 0));
	if (!ret) {
		list_add(&mapping->link, &buffer->mappings);
		/* An IOMMU has addresses of its own, too: then assume a copy. */
		access.bounced = access.bounced && dma_heap_is_copied(mapping);
		mapping->access.bounced = access.bounced;
		/* For a bounced device the bounce buffer was cleaned. */
		if (due && !access.coherent && !access.bounced &&
		    mapping->span.nr_pages == buffer->nr_pages)
			buffer->clean = true;
	}
	mutex_unlock(&buffer->lock);

	return ret == -EIO && is_long ? -E2BIG : ret;
}

/* Return -E2BIG if the device needs a copy and an entry is too long for one. */
static int dma_heap_map_entries(struct dma_heap_mapping *mapping,
				const struct dma_heap_view *view,
				size_t max_entry)
{
	const struct dma_heap_entry_limit limit =
		dma_heap_entry_limit(mapping, view, max_entry);
	int ret;

	ret = dma_heap_alloc_table(&mapping->own, view, &limit);
	if (ret)
		return ret;

	dma_heap_fill_table(&mapping->own, view, &limit);
	mapping->table = mapping->own;
	if (dma_heap_needs_sync(&mapping->access))
		ret = sg_alloc_table(&mapping->table, mapping->own.orig_nents,
				     GFP_KERNEL);
	if (!ret)
		ret = dma_heap_add_mapping(view->buffer, mapping);
	if (ret)
		dma_heap_free_tables(mapping);

	return ret;
}

/*
 * Map a contiguous buffer as one entry, since many importers require that. Only
 * the DMA API knows whether the device reaches the buffer. If it needs a copy, the
 * DMA API refuses an entry of more than dma_max_mapping_size().
 */
struct sg_table *dma_heap_buffer_map(struct dma_buf_attachment *attachment,
				     enum dma_data_direction direction)
{
	const struct dma_heap_view *view = attachment->dmabuf->priv;
	struct dma_heap_mapping *mapping;
	int ret;

	dma_resv_assert_held(attachment->dmabuf->resv);

	mapping = kzalloc_obj(*mapping, GFP_KERNEL);
	if (!mapping)
		return ERR_PTR(-ENOMEM);

	mapping->dev = attachment->dev;
	mapping->span = view->span;
	mapping->max_copied = dma_max_mapping_size(mapping->dev);
	mapping->access = (struct dma_heap_access){
		.device = direction,
		.coherent = dev_is_dma_coherent(mapping->dev),
		/* On 6.1 the limit does not know of holes between the ranges. */
		.bounced = mapping->max_copied < SIZE_MAX ||
			   mapping->dev->dma_range_map,
	};
	mapping->mapped = dma_heap_map_direction(&mapping->access);

	ret = dma_heap_map_entries(mapping, view, UINT_MAX);
	if (ret == -E2BIG)
		ret = dma_heap_map_entries(mapping, view, mapping->max_copied);
	if (ret) {
		kfree(mapping);
		return ERR_PTR(ret);
	}

	dma_heap_copy_table(mapping);
	trace_dma_heap_map(mapping->dev, view->inode,
			   (u64)view->span.nr_pages << PAGE_SHIFT, direction);
	return &mapping->table;
}

void dma_heap_buffer_unmap(struct dma_buf_attachment *attachment,
			   struct sg_table *table,
			   enum dma_data_direction direction)
{
	const struct dma_heap_view *view = attachment->dmabuf->priv;
	struct dma_heap_mapping *mapping = container_of(table,
							struct dma_heap_mapping,
							table);

	dma_resv_assert_held(attachment->dmabuf->resv);

	/* No CPU access may begin between the sync and the removal. */
	mutex_lock(&view->buffer->lock);
	list_del(&mapping->link);
	if (dma_heap_sync(mapping, mapping->span, DMA_HEAP_UNMAP,
			  &mapping->access))
		dma_heap_clean_dirtied(view->buffer, mapping->span);
	mutex_unlock(&view->buffer->lock);

	dma_unmap_sgtable(mapping->dev, &mapping->own, mapping->mapped,
			  DMA_ATTR_SKIP_CPU_SYNC);
	trace_dma_heap_unmap(mapping->dev, view->inode,
			     (u64)view->span.nr_pages << PAGE_SHIFT, direction);
	dma_heap_free_tables(mapping);
	kfree(mapping);
}
