// SPDX-License-Identifier: GPL-2.0
/*
 * The buffer exporter: memory in extents becomes a dma-buf, or several.
 *
 * A buffer is memory that a heap has lent. The dma-bufs over it are its views,
 * of which the first shows all of it; they share its mappings by devices and
 * its reservation object. The last of them gives the memory back.
 *
 * Nothing here costs time or memory per page where the memory is one extent.
 *
 * Lock order, outermost first:
 *
 *   mmap_lock			of a process that maps or faults
 *   dma_heap_buffer.huge_lock	in a page fault
 *   dma_resv of the buffer	held by dma-buf around map, unmap, vmap, vunmap
 *   dma_heap_buffer.lock	here
 *
 * Under the last one: no allocation that may sleep, no call of a heap, no
 * access to user memory.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/dma-resv.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "buffer.h"
#include "core.h"

/* Goes to the piece that begins at @walk's extent, @skip pages into it. */
static void dma_heap_walk_to(struct dma_heap_walk *walk, unsigned long skip)
{
	unsigned long nr_pages;

	walk->nr_pages = 0;
	if (!walk->left)
		return;

	nr_pages = min(walk->extent->nr_pages - skip, walk->left);
	walk->pfn = walk->extent->pfn + skip;
	walk->nr_pages = nr_pages;
	walk->left -= nr_pages;
}

/* The span has to be within the buffer. */
void dma_heap_walk_start(struct dma_heap_walk *walk,
			 const struct dma_heap_buffer *buffer,
			 struct dma_heap_span span)
{
	unsigned long skip = span.first;

	walk->extent = buffer->extents;
	walk->left = span.nr_pages;
	while (skip >= walk->extent->nr_pages) {
		skip -= walk->extent->nr_pages;
		walk->extent++;
	}
	dma_heap_walk_to(walk, skip);
}

void dma_heap_walk_next(struct dma_heap_walk *walk)
{
	walk->extent++;
	dma_heap_walk_to(walk, 0);
}

/* Advance the cursor by pages of its current extent. */
void dma_heap_walk_skip(struct dma_heap_walk *walk, unsigned long nr_pages)
{
	walk->pfn += nr_pages;
	walk->nr_pages -= nr_pages;
	if (!walk->nr_pages)
		dma_heap_walk_next(walk);
}

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

	/* It may be large, and is no reason to end other processes either. */
	buffer = kvzalloc(struct_size(buffer, extents, nr_extents),
			  GFP_KERNEL_ACCOUNT | __GFP_NOWARN |
			  __GFP_RETRY_MAYFAIL);
	if (!buffer)
		return NULL;

	kref_init(&buffer->ref);
	dma_resv_init(&buffer->resv);
	mutex_init(&buffer->huge_lock);
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
	mutex_destroy(&buffer->huge_lock);
	dma_resv_fini(&buffer->resv);
	dma_heap_put(buffer->heap);
	kvfree(buffer);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_buffer_destroy, "DMA_BUF_HEAP");

static void dma_heap_buffer_free(struct kref *ref)
{
	struct dma_heap_buffer *buffer = container_of(ref, struct dma_heap_buffer,
						      ref);

	dma_heap_loan_end(buffer);
	buffer->ops->free(buffer);
	dma_heap_loan_settle(buffer);
	dma_heap_buffer_destroy(buffer);
}

void dma_heap_buffer_get(struct dma_heap_buffer *buffer)
{
	kref_get(&buffer->ref);
}

/* May sleep: with the last reference the heap gets its memory back. */
void dma_heap_buffer_put(struct dma_heap_buffer *buffer)
{
	kref_put(&buffer->ref, dma_heap_buffer_free);
}

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
	const struct dma_heap_span all = { 0, buffer->nr_pages };

	/* No later view can be writable if this one is not. */
	buffer->writable = OPEN_FMODE(fd_flags) & FMODE_WRITE;

	return dma_heap_view_export(buffer, all, fd_flags);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_buffer_export, "DMA_BUF_HEAP");
