// SPDX-License-Identifier: GPL-2.0
/*
 * CPU access to buffers: begin and end, as DMA_BUF_IOCTL_SYNC and importers
 * declare them. Nothing is recorded about an access: maintenance depends on its
 * direction, on the access mode and on the device mappings alone.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-resv.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "buffer.h"

/*
 * Wait for fences. The dma-buf core waits too, but after this callback: data
 * that a device writes until then would be missed.
 */
static int dma_heap_wait_for_devices(struct dma_buf *dmabuf,
				     enum dma_data_direction direction)
{
	bool write = direction != DMA_FROM_DEVICE;
	long ret;

	ret = dma_resv_wait_timeout(dmabuf->resv, dma_resv_usage_rw(write), true,
				    MAX_SCHEDULE_TIMEOUT);

	return ret < 0 ? ret : 0;
}

int dma_heap_buffer_begin_cpu_access(struct dma_buf *dmabuf,
				     enum dma_data_direction direction)
{
	const struct dma_heap_view *view = dmabuf->priv;
	struct dma_heap_buffer *buffer = view->buffer;
	int ret;

	ret = dma_heap_wait_for_devices(dmabuf, direction);
	if (ret)
		return ret;

	mutex_lock(&buffer->lock);
	dma_heap_sync_for_cpu(view, direction);
	if (view->vaddr)
		invalidate_kernel_vmap_range(view->vaddr,
					     view->span.nr_pages << PAGE_SHIFT);
	mutex_unlock(&buffer->lock);

	return 0;
}

int dma_heap_buffer_end_cpu_access(struct dma_buf *dmabuf,
				   enum dma_data_direction direction)
{
	const struct dma_heap_view *view = dmabuf->priv;
	struct dma_heap_buffer *buffer = view->buffer;

	mutex_lock(&buffer->lock);
	if (view->vaddr)
		flush_kernel_vmap_range(view->vaddr,
					view->span.nr_pages << PAGE_SHIFT);
	dma_heap_sync_for_device(view, direction);
	mutex_unlock(&buffer->lock);

	return 0;
}
