// SPDX-License-Identifier: LGPL-2.1-or-later
/* Buffers in the caller's memory, where large pages can be used for them. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-heap.h>

#include "dmaheap.h"
#include "internal.h"

#define LARGE_PAGE ((size_t)DMA_HEAP_PHASES)

/* A whole large page is in this much, however it begins: worth a question. */
#define WORTH_ASKING (2 * LARGE_PAGE)

/* What comes before a name in the text, for its exporter. */
#define EXPORTER "\nexp_name:\t"

/* The node of the heap that made a buffer, if it is one. */
static int open_heap_of(int buf)
{
	char path[sizeof(DMAHEAP_DIR "/") + NAME_MAX] = DMAHEAP_DIR "/";
	char *name = path + strlen(path);
	char info[64], text[1024];
	const char *exporter;

	snprintf(info, sizeof(info), "/proc/self/fdinfo/%d", buf);
	if (dmaheap__read_text(AT_FDCWD, info, text, sizeof(text)))
		return -1;
	exporter = strstr(text, EXPORTER);
	if (!exporter)
		return -1;
	dmaheap__copy_line(name, NAME_MAX + 1, exporter + strlen(EXPORTER));
	if (!dmaheap__valid_name(name))
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC);
}

/*
 * How far a buffer begins from where a large page could; 0, as it is for large
 * buffers, if nobody tells.
 */
static size_t phase_of(int buf)
{
	struct dma_heap_query_buffer_data request = { .buffer_fd = buf };
	int heap, ret;

	heap = open_heap_of(buf);
	if (heap < 0)
		return 0;
	ret = dmaheap__ioctl(heap, DMA_HEAP_IOCTL_QUERY_BUFFER, &request);
	close(heap);
	return ret ? 0 : request.phase % LARGE_PAGE;
}

/*
 * An address in phase with the buffer, with @size bytes free from there on; or
 * NULL, which leaves it to the kernel. Another thread may take the place before
 * it is asked for, and then the kernel finds another one.
 */
static void *find_place(int buf, size_t size)
{
	const size_t room = size + LARGE_PAGE;
	uintptr_t place;
	size_t phase;
	void *free;

	if (size < LARGE_PAGE || room < size)
		return NULL;
	phase = size < WORTH_ASKING ? 0 : phase_of(buf);
	free = mmap(NULL, room, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (free == MAP_FAILED)
		return NULL;
	munmap(free, room);

	place = (uintptr_t)free + LARGE_PAGE - 1 - phase;
	return (void *)((place & ~(uintptr_t)(LARGE_PAGE - 1)) + phase);
}

int dmaheap_map(int buf, size_t size, int prot, void **addr)
{
	void *mapped = mmap(find_place(buf, size), size, prot, MAP_SHARED, buf,
			    0);

	if (mapped == MAP_FAILED)
		return -errno;
	*addr = mapped;
	return 0;
}

int dmaheap_unmap(void *addr, size_t size)
{
	return munmap(addr, size) ? -errno : 0;
}
