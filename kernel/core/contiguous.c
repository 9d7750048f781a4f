// SPDX-License-Identifier: GPL-2.0
/* Buffers of one extent, for all heaps whose memory is contiguous. */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "core.h"
#include "pool.h"

static void dma_heap_contiguous_free(struct dma_heap_buffer *buffer)
{
	dma_heap_pool_give_back(buffer->heap, &buffer->extents[0]);
}

static const struct dma_heap_buffer_ops dma_heap_contiguous_ops = {
	.free = dma_heap_contiguous_free,
};

/* Delays before further attempts, in milliseconds: each is twice the last one. */
#define FIRST_DELAY 5
#define LAST_DELAY 20

/*
 * Allocate memory. A page that is pinned or under writeback cannot be moved, which
 * is over soon: wait for that, with no lock held but &dma_heap.removal.
 */
static int allocate(struct dma_heap *heap, struct dma_heap_extent *extent)
{
	unsigned int delay;
	int ret;

	for (delay = FIRST_DELAY; ; delay *= 2) {
		ret = dma_heap_pool_take(heap, extent);
		if (ret != -EBUSY)
			return ret;
		if (!dma_heap_has_room(heap, extent->nr_pages))
			return -ENOMEM;
		if (delay > LAST_DELAY)
			return -EBUSY;
		schedule_timeout_killable(msecs_to_jiffies(delay));
		if (fatal_signal_pending(current))
			return -EINTR;
	}
}

/**
 * dma_heap_allocate_contiguous() - allocate a buffer in one piece
 * @heap: A heap with a &struct dma_heap_source.
 * @len: As for &dma_heap_ops.allocate, which this can be.
 * @fd_flags: Same.
 * @heap_flags: Same.
 *
 * Context: May sleep.
 * Return: The dma-buf, or an ERR_PTR(): what the source's operations return, or
 * -ENOMEM. -EBUSY is returned only after the last attempt.
 */
struct dma_buf *dma_heap_allocate_contiguous(struct dma_heap *heap,
					     unsigned long len, u32 fd_flags,
					     u64 heap_flags)
{
	const unsigned long nr_pages = len >> PAGE_SHIFT;
	struct dma_heap_buffer *buffer;
	struct dma_buf *dmabuf;
	int ret;

	buffer = dma_heap_buffer_create(heap, &dma_heap_contiguous_ops,
					nr_pages, 1);
	if (!buffer)
		return ERR_PTR(-ENOMEM);

	buffer->extents[0].nr_pages = nr_pages;
	ret = allocate(heap, &buffer->extents[0]);
	if (ret)
		goto destroy;

	dmabuf = dma_heap_buffer_export(buffer, fd_flags);
	if (IS_ERR(dmabuf)) {
		ret = PTR_ERR(dmabuf);
		goto give_back;
	}

	return dmabuf;

give_back:
	if (heap->quota->ordinary)
		dma_heap_headroom_untake(nr_pages);
	dma_heap_pool_give_back(heap, &buffer->extents[0]);
destroy:
	dma_heap_buffer_destroy(buffer);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_allocate_contiguous, "DMA_BUF_HEAP");
