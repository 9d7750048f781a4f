// SPDX-License-Identifier: GPL-2.0
/* Buffers of one extent, for all heaps whose memory is contiguous. */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/mm.h>

#include "core.h"
#include "pool.h"

static void dma_heap_contiguous_free(struct dma_heap_buffer *buffer)
{
	dma_heap_pool_give_back(buffer->heap, &buffer->extents[0]);
}

static const struct dma_heap_buffer_ops dma_heap_contiguous_ops = {
	.free = dma_heap_contiguous_free,
};

/**
 * dma_heap_allocate_contiguous() - allocate a buffer in one piece
 * @heap: A heap with a &struct dma_heap_source.
 * @len: As for &dma_heap_ops.allocate, which this can be.
 * @fd_flags: Same.
 * @heap_flags: Same.
 *
 * Context: May sleep.
 * Return: The dma-buf, or an ERR_PTR(): what the source's operations return, or
 * -ENOMEM.
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
	ret = dma_heap_pool_take(heap, &buffer->extents[0]);
	if (ret)
		goto destroy;

	dmabuf = dma_heap_buffer_export(buffer, fd_flags);
	if (IS_ERR(dmabuf)) {
		ret = PTR_ERR(dmabuf);
		goto give_back;
	}

	return dmabuf;

give_back:
	dma_heap_pool_give_back(heap, &buffer->extents[0]);
destroy:
	dma_heap_buffer_destroy(buffer);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_allocate_contiguous, "DMA_BUF_HEAP");
