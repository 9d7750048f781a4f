// SPDX-License-Identifier: GPL-2.0
/*
 * A program that knows the kernel's header and ours, in either order, in C and in
 * C++. Without a heap all it can find is that there is none.
 */
#ifdef KERNELS_FIRST
#include <linux/dma-heap.h>
#endif
#include <dmabuf-heaps/dma-heap.h>
#include <linux/dma-heap.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

static struct dma_heap_allocation_data allocation;
static struct dma_heap_view_data view;
static struct dma_heap_list_data list;
static struct dma_heap_query_data query;
static struct dma_heap_query_buffer_data buffer;

static int finds_no_heap(unsigned long request, void *data)
{
	return ioctl(-1, request, data) == -1 && errno == EBADF;
}

int main(void)
{
	allocation.fd_flags = O_RDWR & DMA_HEAP_VALID_FD_FLAGS;
	allocation.heap_flags = DMA_HEAP_VALID_HEAP_FLAGS;
	list.entry_size = sizeof(struct dma_heap_list_entry);
	return !(finds_no_heap(DMA_HEAP_IOCTL_ALLOC, &allocation) &&
		 finds_no_heap(DMA_HEAP_IOCTL_VIEW, &view) &&
		 finds_no_heap(DMA_HEAP_IOCTL_LIST, &list) &&
		 finds_no_heap(DMA_HEAP_IOCTL_QUERY, &query) &&
		 finds_no_heap(DMA_HEAP_IOCTL_QUERY_BUFFER, &buffer));
}
