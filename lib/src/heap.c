// SPDX-License-Identifier: LGPL-2.1-or-later
/* An open heap, and what it makes: buffers, and views of them. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/dma-heap.h>

#include "dmaheap.h"
#include "internal.h"

/* Nothing but a node of DMAHEAP_DIR itself may be reached through a name. */
bool dmaheap__valid_name(const char *name)
{
	return *name && strcmp(name, ".") && strcmp(name, "..") &&
	       !strchr(name, '/');
}

int dmaheap_open(const char *name, struct dmaheap **heap)
{
	const bool udmabuf = !strcmp(name, DMAHEAP_UDMABUF);
	const char *dir = udmabuf ? "" : DMAHEAP_DIR "/";
	const size_t path_size = strlen(dir) + strlen(name) + 1;
	struct dmaheap *new;
	int ret;

	if (!udmabuf && !dmaheap__valid_name(name))
		return -EINVAL;

	new = malloc(sizeof(*new) + path_size);
	if (!new)
		return -ENOMEM;
	snprintf(new->path, path_size, "%s%s", dir, name);
	new->name = new->path + strlen(dir);
	new->udmabuf = udmabuf;

	new->fd = open(new->path, O_RDONLY | O_CLOEXEC);
	if (new->fd < 0) {
		ret = -errno;
		free(new);
		return ret;
	}
	new->unlimited = dmaheap__is_unlimited(new);

	*heap = new;
	return 0;
}

void dmaheap_close(struct dmaheap *heap)
{
	if (!heap)
		return;
	close(heap->fd);
	free(heap);
}

const char *dmaheap_name(const struct dmaheap *heap)
{
	return heap->name;
}

static int alloc_from_heap(int fd, uint64_t size, int fd_flags)
{
	struct dma_heap_allocation_data request = {
		.len = size,
		.fd_flags = fd_flags,
	};
	int ret;

	ret = dmaheap__ioctl(fd, DMA_HEAP_IOCTL_ALLOC, &request);
	return ret ? ret : (int)request.fd;
}

int dmaheap_alloc(struct dmaheap *heap, uint64_t size, int fd_flags)
{
	int ret = 0;

	if (heap->udmabuf)
		ret = dmaheap__udmabuf_check(size, fd_flags);
	if (!ret && heap->unlimited)
		ret = dmaheap__check_memory(heap, size);
	if (ret)
		return ret;

	return heap->udmabuf ?
	       dmaheap__udmabuf_alloc(heap->fd, size, fd_flags) :
	       alloc_from_heap(heap->fd, size, fd_flags);
}

/*
 * A heap answers EINVAL to bad values and to ioctls that it does not know
 * alike. One that knows views looks for the values before it judges them.
 */
static bool knows_views(const struct dmaheap *heap)
{
	return dmaheap__ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, NULL) == -EFAULT;
}

int dmaheap_view(struct dmaheap *heap, int buf, uint64_t offset, uint64_t size,
		 int fd_flags)
{
	struct dma_heap_view_data request = {
		.offset = offset,
		.len = size,
		.buffer_fd = buf,
		.fd_flags = fd_flags,
	};
	int ret;

	ret = dmaheap__ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, &request);
	if (ret == -ENOTTY || (ret == -EINVAL && !knows_views(heap)))
		return -EOPNOTSUPP;
	return ret ? ret : (int)request.fd;
}
