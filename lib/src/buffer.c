// SPDX-License-Identifier: LGPL-2.1-or-later
/* What can be done with a buffer, a dma-buf from wherever it may be. */

#include <errno.h>
#include <unistd.h>

/* Not every <linux/dma-buf.h> includes what it needs. */
#include <linux/ioctl.h>
#include <linux/dma-buf.h>

#include "dmaheap.h"
#include "internal.h"

_Static_assert(DMAHEAP_READ == DMA_BUF_SYNC_READ, "passed on unchanged");
_Static_assert(DMAHEAP_WRITE == DMA_BUF_SYNC_WRITE, "passed on unchanged");

int dmaheap_size(int buf, uint64_t *size)
{
	off_t end = lseek(buf, 0, SEEK_END);

	if (end < 0)
		return -errno;
	*size = end;
	return 0;
}

int dmaheap_set_name(int buf, const char *name)
{
	return dmaheap__ioctl(buf, DMA_BUF_SET_NAME, (void *)(uintptr_t)name);
}

static int sync_access(int buf, unsigned int access, unsigned int edge)
{
	struct dma_buf_sync request = { .flags = access | edge };
	int ret;

	/* Other bits would turn a begin into an end. */
	if (!access || access & ~(DMAHEAP_READ | DMAHEAP_WRITE))
		return -EINVAL;

	/* The kernel asks for both of EINTR and EAGAIN to be tried again. */
	do {
		ret = dmaheap__ioctl(buf, DMA_BUF_IOCTL_SYNC, &request);
	} while (ret == -EAGAIN);

	return ret;
}

int dmaheap_begin(int buf, unsigned int access)
{
	return sync_access(buf, access, DMA_BUF_SYNC_START);
}

int dmaheap_end(int buf, unsigned int access)
{
	return sync_access(buf, access, DMA_BUF_SYNC_END);
}
