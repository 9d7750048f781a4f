// SPDX-License-Identifier: GPL-2.0
/* Buffers in devices: scatter tables, and the maintenance of what they name. */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "access.h"
#include "buffer.h"
#include "trace.h"

/**
 * struct dma_heap_mapping - pages of a buffer, mapped for a device once
 * @dev: The device.
 * @span: Which pages.
 * @asked: Direction that the importer asked for: what the device does.
 * @mapped: Direction that the DMA API was given.
 * @table: What the importer got.
 * @link: Place in &dma_heap_buffer.mappings.
 */
struct dma_heap_mapping {
	struct device *dev;
	struct dma_heap_span span;
	enum dma_data_direction asked;
	enum dma_data_direction mapped;
	struct sg_table table;
	struct list_head link;
};

/*
 * The longest entry a device can take. Where DMA is bounced, an entry that
 * does not fit into a slot of bounce buffers can't be mapped at all.
 */
static unsigned int dma_heap_max_entry(struct device *dev)
{
	size_t max = min_t(size_t, dma_max_mapping_size(dev), UINT_MAX);

	return max_t(unsigned int, ALIGN_DOWN(max, PAGE_SIZE), PAGE_SIZE);
}

/* An empty table with room for a view, in entries of at most @max_pages. */
int dma_heap_alloc_table(struct sg_table *table,
			 const struct dma_heap_view *view,
			 unsigned int max_pages)
{
	struct dma_heap_walk walk;
	unsigned int nents = 0;

	for (dma_heap_walk_start(&walk, view->buffer, view->span); walk.nr_pages;
	     dma_heap_walk_next(&walk))
		nents += DIV_ROUND_UP(walk.nr_pages, max_pages);

	return sg_alloc_table(table, nents, GFP_KERNEL);
}

static int dma_heap_fill_table(struct sg_table *table, struct device *dev,
			       const struct dma_heap_view *view)
{
	unsigned int max_pages = dma_heap_max_entry(dev) >> PAGE_SHIFT;
	struct dma_heap_walk walk;
	struct scatterlist *sg;
	int ret;

	ret = dma_heap_alloc_table(table, view, max_pages);
	if (ret)
		return ret;

	sg = table->sgl;
	for (dma_heap_walk_start(&walk, view->buffer, view->span); walk.nr_pages;
	     dma_heap_walk_next(&walk)) {
		unsigned long done, n;

		for (done = 0; done < walk.nr_pages; done += n) {
			n = min_t(unsigned long, max_pages, walk.nr_pages - done);
			sg_set_page(sg, pfn_to_page(walk.pfn + done),
				    n << PAGE_SHIFT, 0);
			sg = sg_next(sg);
		}
	}

	return 0;
}

/* What the rules need to know that does not change while it is mapped. */
static struct dma_heap_access
dma_heap_mapping_access(const struct dma_heap_mapping *mapping)
{
	return (struct dma_heap_access){
		.device = mapping->asked,
		.coherent = dev_is_dma_coherent(mapping->dev),
		/* Only devices that may be bounced have a limit. */
		.bounced = dma_max_mapping_size(mapping->dev) < SIZE_MAX,
	};
}

/* Attributes for the DMA API: it syncs by itself unless told otherwise. */
static unsigned long dma_heap_dma_attrs(unsigned int due)
{
	return due ? 0 : DMA_ATTR_SKIP_CPU_SYNC;
}

static void dma_heap_sync_piece(const struct dma_heap_mapping *mapping,
				dma_addr_t addr, size_t len, unsigned int due)
{
	if (due & DMA_HEAP_SYNC_FOR_DEVICE)
		dma_sync_single_for_device(mapping->dev, addr, len,
					   mapping->mapped);
	if (due & DMA_HEAP_SYNC_FOR_CPU)
		dma_sync_single_for_cpu(mapping->dev, addr, len,
					mapping->mapped);
}

/*
 * How much to sync at a time. What a process stores between the one way and the
 * other is lost, so that is not to take long.
 */
static size_t dma_heap_sync_step(unsigned int due)
{
	return due == DMA_HEAP_SYNC_BOTH ? PAGE_SIZE : SIZE_MAX;
}

/*
 * Syncs the bytes from @start to @end of a mapping. The two sides of its table
 * are cut differently where an IOMMU has merged entries, and what is synced at
 * a time has to be in one piece on both.
 */
static void dma_heap_sync_part(struct dma_heap_mapping *mapping, size_t start,
			       size_t end, unsigned int due)
{
	const size_t step = dma_heap_sync_step(due);
	struct scatterlist *cpu = mapping->table.sgl;
	struct scatterlist *dma = mapping->table.sgl;
	size_t cpu_done = 0, dma_done = 0, pos = 0;

	while (pos < end) {
		size_t n = min3(cpu->length - cpu_done,
				sg_dma_len(dma) - dma_done, step);
		size_t from = max(pos, start);
		size_t to = min(pos + n, end);

		if (from < to)
			dma_heap_sync_piece(mapping, sg_dma_address(dma) +
					    dma_done + (from - pos),
					    to - from, due);
		pos += n;
		cpu_done += n;
		if (cpu_done == cpu->length) {
			cpu = sg_next(cpu);
			cpu_done = 0;
		}
		dma_done += n;
		if (dma_done == sg_dma_len(dma)) {
			dma = sg_next(dma);
			dma_done = 0;
		}
	}
}

/* One way. */
static void dma_heap_sync_all(struct dma_heap_mapping *mapping,
			      unsigned int due)
{
	if (due == DMA_HEAP_SYNC_FOR_CPU)
		dma_sync_sgtable_for_cpu(mapping->dev, &mapping->table,
					 mapping->mapped);
	else
		dma_sync_sgtable_for_device(mapping->dev, &mapping->table,
					    mapping->mapped);
}

static void dma_heap_trace_sync(const struct dma_heap_mapping *mapping,
				u64 len, unsigned int due)
{
	if (due & DMA_HEAP_SYNC_FOR_DEVICE)
		trace_dma_heap_sync(mapping->dev, len, false);
	if (due & DMA_HEAP_SYNC_FOR_CPU)
		trace_dma_heap_sync(mapping->dev, len, true);
}

/* Syncs what a span and a mapping have in common, as it is due. */
static void dma_heap_sync_span(struct dma_heap_mapping *mapping,
			       struct dma_heap_span span, unsigned int due)
{
	struct dma_heap_span common = dma_heap_span_common(span, mapping->span);
	size_t start, len = common.nr_pages << PAGE_SHIFT;

	if (!due || !len)
		return;

	dma_heap_trace_sync(mapping, len, due);
	if (common.nr_pages == mapping->span.nr_pages &&
	    due != DMA_HEAP_SYNC_BOTH) {
		dma_heap_sync_all(mapping, due);
		return;
	}

	start = (common.first - mapping->span.first) << PAGE_SHIFT;
	dma_heap_sync_part(mapping, start, start + len, due);
}

/*
 * A part that open accesses write to all of, or to nothing of. Returns whether
 * the device's data is in the CPU's caches now.
 */
static bool dma_heap_give_part_to_cpu(struct dma_heap_mapping *mapping,
				      struct dma_heap_span part, bool written,
				      enum dma_heap_event event,
				      enum dma_data_direction direction)
{
	struct dma_heap_access access = dma_heap_mapping_access(mapping);

	access.cpu = direction;
	access.writer = written;
	dma_heap_sync_span(mapping, part, dma_heap_maintenance(event, &access));

	return part.nr_pages && dma_heap_dirties(event, &access);
}

/*
 * Before the CPU looks at a span, or after the device has had it. Each page is
 * synced once, however many write to it: the writers are in the order in which
 * their parts begin. Returns whether the device's data, or some of it, is in the
 * CPU's caches now.
 */
static bool dma_heap_give_to_cpu(struct dma_heap_buffer *buffer,
				 struct dma_heap_mapping *mapping,
				 struct dma_heap_span span,
				 enum dma_heap_event event,
				 enum dma_data_direction direction)
{
	struct dma_heap_span left = dma_heap_span_common(span, mapping->span);
	const struct dma_heap_writer *writer;
	bool dirtied = false;

	lockdep_assert_held(&buffer->lock);

	list_for_each_entry(writer, &buffer->writers, link) {
		struct dma_heap_span written, before;

		written = dma_heap_span_common(writer->view->span, left);
		if (!written.nr_pages)
			continue;

		before = dma_heap_span_before(left, written.first);
		left = dma_heap_span_from(left, written.first + written.nr_pages);
		dirtied |= dma_heap_give_part_to_cpu(mapping, before, false,
						     event, direction);
		dirtied |= dma_heap_give_part_to_cpu(mapping, written, true,
						     event, direction);
	}
	dirtied |= dma_heap_give_part_to_cpu(mapping, left, false, event,
					     direction);

	return dirtied;
}

/* What of a device's data is in the CPU's caches goes to memory, for others. */
static void dma_heap_clean_dirtied(struct dma_heap_buffer *buffer,
				   struct dma_heap_span span)
{
	struct dma_heap_mapping *mapping;

	lockdep_assert_held(&buffer->lock);

	buffer->clean = false;
	list_for_each_entry(mapping, &buffer->mappings, link) {
		struct dma_heap_access access = dma_heap_mapping_access(mapping);

		dma_heap_sync_span(mapping, span,
				   dma_heap_maintenance(DMA_HEAP_DIRTIED,
							&access));
	}
}

/* What a begin means to those devices that are bounced, or that are not. */
static bool dma_heap_give_all_to_cpu(const struct dma_heap_view *view,
				     bool bounced,
				     enum dma_data_direction direction)
{
	struct dma_heap_buffer *buffer = view->buffer;
	struct dma_heap_mapping *mapping;
	bool dirtied = false;

	list_for_each_entry(mapping, &buffer->mappings, link)
		if (dma_heap_mapping_access(mapping).bounced == bounced)
			dirtied |= dma_heap_give_to_cpu(buffer, mapping,
							view->span,
							DMA_HEAP_CPU_BEGIN,
							direction);

	return dirtied;
}

/*
 * Before the CPU's access. What is copied comes last: invalidated afterwards, it
 * would be lost.
 */
void dma_heap_sync_for_cpu(const struct dma_heap_view *view,
			   enum dma_data_direction direction)
{
	lockdep_assert_held(&view->buffer->lock);

	dma_heap_give_all_to_cpu(view, false, direction);
	if (dma_heap_give_all_to_cpu(view, true, direction))
		dma_heap_clean_dirtied(view->buffer, view->span);
}

/* After the CPU's access: what an end means to each device. */
void dma_heap_sync_for_device(const struct dma_heap_view *view,
			      enum dma_data_direction direction)
{
	struct dma_heap_buffer *buffer = view->buffer;
	struct dma_heap_mapping *mapping;

	lockdep_assert_held(&buffer->lock);

	list_for_each_entry(mapping, &buffer->mappings, link) {
		struct dma_heap_access access = dma_heap_mapping_access(mapping);

		access.cpu = direction;
		access.cpu_writes = view->writable;
		dma_heap_sync_span(mapping, view->span,
				   dma_heap_maintenance(DMA_HEAP_CPU_END,
							&access));
	}
}

/*
 * Under the lock, so that the CPU's access ends either before, and what it
 * wrote is cleaned here, or after, and finds the mapping.
 */
static int dma_heap_add_mapping(struct dma_heap_buffer *buffer,
				struct dma_heap_mapping *mapping)
{
	struct dma_heap_access access = dma_heap_mapping_access(mapping);
	unsigned int due;
	int ret;

	mutex_lock(&buffer->lock);
	access.cpu_writes = buffer->writable || !buffer->clean;
	due = dma_heap_maintenance(DMA_HEAP_MAP, &access);
	ret = dma_map_sgtable(mapping->dev, &mapping->table, mapping->mapped,
			      dma_heap_dma_attrs(due));
	if (!ret) {
		list_add(&mapping->link, &buffer->mappings);
		/* Of what is bounced, the copy was cleaned. */
		if (due && !access.coherent && !access.bounced &&
		    mapping->span.nr_pages == buffer->nr_pages)
			buffer->clean = true;
	}
	mutex_unlock(&buffer->lock);

	return ret;
}

struct sg_table *dma_heap_buffer_map(struct dma_buf_attachment *attachment,
				     enum dma_data_direction direction)
{
	struct dma_heap_view *view = attachment->dmabuf->priv;
	struct dma_heap_mapping *mapping;
	int ret;

	dma_resv_assert_held(attachment->dmabuf->resv);

	mapping = kzalloc_obj(*mapping, GFP_KERNEL);
	if (!mapping)
		return ERR_PTR(-ENOMEM);

	mapping->dev = attachment->dev;
	mapping->span = view->span;
	mapping->asked = direction;
	mapping->mapped = dma_heap_map_direction(direction);

	ret = dma_heap_fill_table(&mapping->table, mapping->dev, view);
	if (ret)
		goto free;

	ret = dma_heap_add_mapping(view->buffer, mapping);
	if (ret)
		goto free_table;

	trace_dma_heap_map(mapping->dev, view->inode,
			   (u64)view->span.nr_pages << PAGE_SHIFT, direction);
	return &mapping->table;

free_table:
	sg_free_table(&mapping->table);
free:
	kfree(mapping);
	return ERR_PTR(ret);
}

void dma_heap_buffer_unmap(struct dma_buf_attachment *attachment,
			   struct sg_table *table,
			   enum dma_data_direction direction)
{
	struct dma_heap_view *view = attachment->dmabuf->priv;
	struct dma_heap_mapping *mapping = container_of(table,
							struct dma_heap_mapping,
							table);
	bool dirtied;

	dma_resv_assert_held(attachment->dmabuf->resv);

	/* Under the lock, as no access may begin between the sync and the end. */
	mutex_lock(&view->buffer->lock);
	dma_heap_drop_dead_writers(view->buffer);
	dirtied = dma_heap_give_to_cpu(view->buffer, mapping, mapping->span,
				       DMA_HEAP_UNMAP, DMA_BIDIRECTIONAL);
	list_del(&mapping->link);
	if (dirtied)
		dma_heap_clean_dirtied(view->buffer, mapping->span);
	mutex_unlock(&view->buffer->lock);

	dma_unmap_sgtable(mapping->dev, table, mapping->mapped,
			  DMA_ATTR_SKIP_CPU_SYNC);
	trace_dma_heap_unmap(mapping->dev, view->inode,
			     (u64)view->span.nr_pages << PAGE_SHIFT, direction);
	sg_free_table(table);
	kfree(mapping);
}
