// SPDX-License-Identifier: GPL-2.0
/* What programs can ask about a heap, and about a buffer of it. */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <uapi/linux/dma-heap.h>

#include "buffer.h"
#include "core.h"

/* Where the memory of a buffer of @len bytes begins at a multiple of. */
static u64 alignment_of(const struct dma_heap *heap, u64 len)
{
	if (!heap->source || !len)
		return PAGE_SIZE;

	/* From there on it is the same for all. */
	len = min_t(u64, len, DMA_HEAP_LARGE);
	return (u64)dma_heap_alignment(PFN_UP(len)) << PAGE_SHIFT;
}

/**
 * dma_heap_query() - tell what a heap is
 * @heap: The heap.
 * @data: The request, checked. Gets the answer.
 */
void dma_heap_query(struct dma_heap *heap, struct dma_heap_query_data *data)
{
	data->flags = 0;
	if (heap->contiguous)
		data->flags |= DMA_HEAP_QUERY_CONTIGUOUS;
	if (!heap->protected)
		data->flags |= DMA_HEAP_QUERY_CPU_ACCESS;
	data->id = heap->id;
	data->alignment = alignment_of(heap, data->len);
	strscpy_pad(data->type, heap->type ?: "", sizeof(data->type));

	mutex_lock(&heap->lock);
	data->region_len = (u64)heap->region.nr_pages << PAGE_SHIFT;
	mutex_unlock(&heap->lock);
}

/**
 * dma_heap_query_buffer() - tell where a buffer is, as far as mapping it matters
 * @heap: The heap that was asked.
 * @data: The request, checked but for the buffer. Gets the answer.
 *
 * Return: 0 or a negative error number as documented for the ioctl.
 */
int dma_heap_query_buffer(struct dma_heap *heap,
			  struct dma_heap_query_buffer_data *data)
{
	const struct dma_heap_view *view;
	struct dma_heap_walk walk;
	struct dma_buf *dmabuf;

	dmabuf = dma_buf_get(data->buffer_fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	view = dma_heap_view_in(heap, dmabuf);
	if (!IS_ERR(view)) {
		dma_heap_walk_start(&walk, view->buffer, view->span);
		data->phase = PFN_PHYS(walk.pfn) & (DMA_HEAP_PHASES - 1);
	}
	dma_buf_put(dmabuf);

	return PTR_ERR_OR_ZERO(view);
}
