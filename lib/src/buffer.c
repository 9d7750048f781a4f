// SPDX-License-Identifier: LGPL-2.1-or-later
/* What can be done with a buffer, a dma-buf from wherever it may be. */

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* Not every <linux/dma-buf.h> includes what it needs. */
#include <linux/ioctl.h>
#include <linux/dma-buf.h>

#include "dmaheap.h"
#include "internal.h"

_Static_assert(DMAHEAP_READ == DMA_BUF_SYNC_READ, "passed on unchanged");
_Static_assert(DMAHEAP_WRITE == DMA_BUF_SYNC_WRITE, "passed on unchanged");

/* Large buffers begin with one, so that such a place is in phase with them. */
#define LARGE_PAGE ((size_t)2 << 20)

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

/*
 * An address that a large page can have, with @size bytes free from there on; or
 * NULL, which leaves it to the kernel. Another thread may take the place before
 * it is asked for, and then the kernel finds another one.
 */
static void *find_place(size_t size)
{
	const size_t room = size + LARGE_PAGE;
	uintptr_t place;
	void *free;

	if (size < LARGE_PAGE || room < size)
		return NULL;
	free = mmap(NULL, room, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (free == MAP_FAILED)
		return NULL;
	munmap(free, room);

	place = (uintptr_t)free + LARGE_PAGE - 1;
	return (void *)(place & ~(uintptr_t)(LARGE_PAGE - 1));
}

int dmaheap_map(int buf, size_t size, int prot, void **addr)
{
	void *mapped = mmap(find_place(size), size, prot, MAP_SHARED, buf, 0);

	if (mapped == MAP_FAILED)
		return -errno;
	*addr = mapped;
	return 0;
}

int dmaheap_unmap(void *addr, size_t size)
{
	return munmap(addr, size) ? -errno : 0;
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
