// SPDX-License-Identifier: GPL-2.0
/*
 * The buffer exporter: memory in extents becomes a dma-buf.
 *
 * Nothing here costs time or memory per page where the memory is one extent.
 *
 * Lock order, outermost first:
 *
 *   mmap_lock			of a process that maps or faults
 *   dma_resv of the dma-buf	held by dma-buf around map, unmap, vmap, vunmap
 *   dma_heap_buffer.lock	here
 *
 * Under the last one: no allocation that may sleep, no call of a heap, no
 * access to user memory.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "access.h"
#include "buffer.h"
#include "core.h"

/**
 * struct dma_heap_mapping - a buffer, mapped for a device once
 * @dev: The device.
 * @asked: Direction that the importer asked for: what the device does.
 * @mapped: Direction that the DMA API was given.
 * @table: What the importer got.
 * @link: Place in &dma_heap_buffer.mappings.
 */
struct dma_heap_mapping {
	struct device *dev;
	enum dma_data_direction asked;
	enum dma_data_direction mapped;
	struct sg_table table;
	struct list_head link;
};

/* Attributes for the DMA API: it syncs by itself unless told otherwise. */
static unsigned long dma_heap_dma_attrs(enum dma_heap_event event,
					enum dma_data_direction asked)
{
	if (dma_heap_needs_sync(event, DMA_BIDIRECTIONAL, asked))
		return 0;
	return DMA_ATTR_SKIP_CPU_SYNC;
}

/*
 * The longest entry a device can take. Where DMA is bounced, an entry that
 * does not fit into a slot of bounce buffers can't be mapped at all.
 */
static unsigned int dma_heap_max_entry(struct device *dev)
{
	size_t max = min_t(size_t, dma_max_mapping_size(dev), UINT_MAX);

	return max_t(unsigned int, ALIGN_DOWN(max, PAGE_SIZE), PAGE_SIZE);
}

static int dma_heap_fill_table(struct sg_table *table, struct device *dev,
			       const struct dma_heap_buffer *buffer)
{
	unsigned int max_pages = dma_heap_max_entry(dev) >> PAGE_SHIFT;
	const struct dma_heap_extent *extent;
	unsigned int nents = 0;
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	for (i = 0; i < buffer->nr_extents; i++)
		nents += DIV_ROUND_UP(buffer->extents[i].nr_pages, max_pages);

	ret = sg_alloc_table(table, nents, GFP_KERNEL);
	if (ret)
		return ret;

	sg = table->sgl;
	for (i = 0; i < buffer->nr_extents; i++) {
		unsigned long done, n;

		extent = &buffer->extents[i];
		for (done = 0; done < extent->nr_pages; done += n) {
			n = min_t(unsigned long, max_pages,
				  extent->nr_pages - done);
			sg_set_page(sg, pfn_to_page(extent->pfn + done),
				    n << PAGE_SHIFT, 0);
			sg = sg_next(sg);
		}
	}

	return 0;
}

/* The CPU may write to what was opened for writing. */
static bool dma_heap_cpu_writes(const struct dma_buf *dmabuf)
{
	return dmabuf->file->f_mode & FMODE_WRITE;
}

static struct sg_table *
dma_heap_buffer_map(struct dma_buf_attachment *attachment,
		    enum dma_data_direction direction)
{
	struct dma_buf *dmabuf = attachment->dmabuf;
	struct dma_heap_buffer *buffer = dmabuf->priv;
	struct dma_heap_mapping *mapping;
	int ret;

	dma_resv_assert_held(dmabuf->resv);

	mapping = kzalloc_obj(*mapping);
	if (!mapping)
		return ERR_PTR(-ENOMEM);

	mapping->dev = attachment->dev;
	mapping->asked = direction;
	mapping->mapped = dma_heap_map_direction(dma_heap_cpu_writes(dmabuf),
						 direction);

	ret = dma_heap_fill_table(&mapping->table, mapping->dev, buffer);
	if (ret)
		goto free;

	ret = dma_map_sgtable(mapping->dev, &mapping->table, mapping->mapped,
			      dma_heap_dma_attrs(DMA_HEAP_MAP, direction));
	if (ret)
		goto free_table;

	mutex_lock(&buffer->lock);
	list_add(&mapping->link, &buffer->mappings);
	mutex_unlock(&buffer->lock);

	return &mapping->table;

free_table:
	sg_free_table(&mapping->table);
free:
	kfree(mapping);
	return ERR_PTR(ret);
}

static void dma_heap_buffer_unmap(struct dma_buf_attachment *attachment,
				  struct sg_table *table,
				  enum dma_data_direction direction)
{
	struct dma_heap_buffer *buffer = attachment->dmabuf->priv;
	struct dma_heap_mapping *mapping = container_of(table,
							struct dma_heap_mapping,
							table);

	dma_resv_assert_held(attachment->dmabuf->resv);

	mutex_lock(&buffer->lock);
	list_del(&mapping->link);
	mutex_unlock(&buffer->lock);

	dma_unmap_sgtable(mapping->dev, table, mapping->mapped,
			  dma_heap_dma_attrs(DMA_HEAP_UNMAP, mapping->asked));
	sg_free_table(table);
	kfree(mapping);
}

static int dma_heap_buffer_begin_cpu_access(struct dma_buf *dmabuf,
					    enum dma_data_direction direction)
{
	struct dma_heap_buffer *buffer = dmabuf->priv;
	struct dma_heap_mapping *m;

	mutex_lock(&buffer->lock);
	list_for_each_entry(m, &buffer->mappings, link)
		if (dma_heap_needs_sync(DMA_HEAP_CPU_BEGIN, direction, m->asked))
			dma_sync_sgtable_for_cpu(m->dev, &m->table, m->mapped);
	if (buffer->vaddr)
		invalidate_kernel_vmap_range(buffer->vaddr,
					     buffer->nr_pages << PAGE_SHIFT);
	mutex_unlock(&buffer->lock);

	return 0;
}

static int dma_heap_buffer_end_cpu_access(struct dma_buf *dmabuf,
					  enum dma_data_direction direction)
{
	struct dma_heap_buffer *buffer = dmabuf->priv;
	struct dma_heap_mapping *m;

	mutex_lock(&buffer->lock);
	if (buffer->vaddr)
		flush_kernel_vmap_range(buffer->vaddr,
					buffer->nr_pages << PAGE_SHIFT);
	list_for_each_entry(m, &buffer->mappings, link)
		if (dma_heap_needs_sync(DMA_HEAP_CPU_END, direction, m->asked))
			dma_sync_sgtable_for_device(m->dev, &m->table, m->mapped);
	mutex_unlock(&buffer->lock);

	return 0;
}

static void dma_heap_buffer_release(struct dma_buf *dmabuf)
{
	struct dma_heap_buffer *buffer = dmabuf->priv;

	buffer->ops->free(buffer);
	dma_heap_buffer_destroy(buffer);
}

static const struct dma_buf_ops dma_heap_buffer_dma_buf_ops = {
	.map_dma_buf = dma_heap_buffer_map,
	.unmap_dma_buf = dma_heap_buffer_unmap,
	.begin_cpu_access = dma_heap_buffer_begin_cpu_access,
	.end_cpu_access = dma_heap_buffer_end_cpu_access,
	.mmap = dma_heap_buffer_mmap,
	.vmap = dma_heap_buffer_vmap,
	.vunmap = dma_heap_buffer_vunmap,
	.release = dma_heap_buffer_release,
};

/*
 * Tells lockdep, before it happens, that the lock is taken where memory is
 * reclaimed: an allocation under it that waits for memory is an error.
 */
static void dma_heap_buffer_teach_lockdep(struct dma_heap_buffer *buffer)
{
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&buffer->lock);
	fs_reclaim_release(GFP_KERNEL);
}

/**
 * dma_heap_buffer_create() - begin a buffer
 * @heap: The heap that it comes from.
 * @ops: What the heap does for the exporter.
 * @nr_pages: Size in pages.
 * @nr_extents: How many extents the heap is going to fill in.
 *
 * Context: May sleep.
 * Return: The buffer, for dma_heap_buffer_export() or
 * dma_heap_buffer_destroy(), or NULL if there is no memory for it.
 */
struct dma_heap_buffer *
dma_heap_buffer_create(struct dma_heap *heap,
		       const struct dma_heap_buffer_ops *ops,
		       unsigned long nr_pages, unsigned int nr_extents)
{
	struct dma_heap_buffer *buffer;

	buffer = kvzalloc(struct_size(buffer, extents, nr_extents), GFP_KERNEL);
	if (!buffer)
		return NULL;

	mutex_init(&buffer->lock);
	dma_heap_buffer_teach_lockdep(buffer);
	INIT_LIST_HEAD(&buffer->mappings);
	buffer->ops = ops;
	buffer->nr_pages = nr_pages;
	buffer->nr_extents = nr_extents;
	dma_heap_get(heap);
	buffer->heap = heap;

	return buffer;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_buffer_create, "DMA_BUF_HEAP");

/**
 * dma_heap_buffer_destroy() - drop a buffer that was not exported
 * @buffer: From dma_heap_buffer_create(). Its memory is the heap's business.
 *
 * Context: May sleep.
 */
void dma_heap_buffer_destroy(struct dma_heap_buffer *buffer)
{
	mutex_destroy(&buffer->lock);
	dma_heap_put(buffer->heap);
	kvfree(buffer);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_buffer_destroy, "DMA_BUF_HEAP");

/**
 * dma_heap_buffer_export() - make a buffer a dma-buf
 * @buffer: From dma_heap_buffer_create(), with its extents filled in and its
 *	memory cleared.
 * @fd_flags: As &dma_heap_ops.allocate got them.
 *
 * The buffer belongs to the dma-buf from now on, and so does its memory. On
 * failure it still is the caller's.
 *
 * Context: May sleep.
 * Return: The dma-buf or an ERR_PTR().
 */
struct dma_buf *dma_heap_buffer_export(struct dma_heap_buffer *buffer,
				       u32 fd_flags)
{
	struct dma_buf_export_info info = {
		.exp_name = dma_heap_get_name(buffer->heap),
		.owner = buffer->heap->owner,
		.ops = &dma_heap_buffer_dma_buf_ops,
		.size = buffer->nr_pages << PAGE_SHIFT,
		.flags = fd_flags,
		.priv = buffer,
	};

	return dma_buf_export(&info);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_buffer_export, "DMA_BUF_HEAP");
