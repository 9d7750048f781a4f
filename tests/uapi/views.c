// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-heap.h>
#include <sys/ioctl.h>

#include "harness.h"
#include "views.h"

int try_view(const struct heap *heap, int buf, uint64_t offset,
	     uint64_t len, uint32_t fd_flags, int *view)
{
	struct dma_heap_view_data data = {
		.offset = offset,
		.len = len,
		.buffer_fd = (uint32_t)buf,
		.fd_flags = fd_flags,
	};

	if (ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, &data))
		return -1;
	*view = (int)data.fd;
	return 0;
}

int make_view(const struct heap *heap, int buf, size_t offset,
	      size_t len, uint32_t fd_flags)
{
	int view;

	CHECK_EQUAL(try_view(heap, buf, offset, len, fd_flags, &view), 0);
	return view;
}
