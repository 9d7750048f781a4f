// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is known of a heap: from itself, or by the name that the kernel has for it. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/dma-heap.h>

#include "dmaheap.h"
#include "internal.h"

/* Of heaps that do not tell: the kernel's own, and those of older modules. */
static const struct known {
	const char *name;
	const char *type;
	bool contiguous;
} known_heaps[] = {
	{ "default_cma_region", "cma", true },
	{ "linux,cma", "cma", true },
	{ "reserved", "cma", true },
	{ "system", "system", false },
	{ "system-contiguous", "contiguous", true },
	{ "system-dma32", "system", false },
	{ "system-ext", "system", false },
	{ "system-uncached", "system", false },
	{ "system-uncached-dma32", "system", false },
	{ "system_cc_shared", "system", false },
	{ DMAHEAP_UDMABUF, "udmabuf", false },
};

int dmaheap__look_up(const char *name, uint64_t size,
		     struct dma_heap_query_data *data)
{
	for (size_t i = 0; i < sizeof(known_heaps) / sizeof(*known_heaps); i++) {
		const struct known *known = &known_heaps[i];

		if (strcmp(known->name, name))
			continue;
		*data = (struct dma_heap_query_data) {
			.len = size,
			.flags = DMA_HEAP_QUERY_CPU_ACCESS,
		};
		if (known->contiguous)
			data->flags |= DMA_HEAP_QUERY_CONTIGUOUS;
		else
			data->alignment = sysconf(_SC_PAGESIZE);
		snprintf(data->type, sizeof(data->type), "%s", known->type);
		return 0;
	}
	return -ENODATA;
}

/* A link tells nothing: what it leads to is up to whoever has made it. */
static int query_by_name(const struct dmaheap *heap, uint64_t size,
			 struct dma_heap_query_data *data)
{
	char own[NAME_MAX + 1];
	struct stat st;

	if (fstat(heap->fd, &st))
		return -errno;
	return dmaheap__look_up(dmaheap__own_name(heap->name, st.st_rdev,
						  own), size, data);
}

int dmaheap__query(const struct dmaheap *heap, uint64_t size,
		   struct dma_heap_query_data *data)
{
	int ret;

	*data = (struct dma_heap_query_data) { .len = size };
	ret = dmaheap__ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY, data);
	/* As the request is valid, it is the ioctl that is unknown. */
	if (ret == -EINVAL || ret == -ENOTTY)
		return query_by_name(heap, size, data);
	return ret;
}

static int has_flag(const struct dmaheap *heap, uint32_t flag)
{
	struct dma_heap_query_data data;
	int ret;

	ret = dmaheap__query(heap, 0, &data);
	return ret ? ret : !!(data.flags & flag);
}

int dmaheap_contiguous(const struct dmaheap *heap)
{
	return has_flag(heap, DMA_HEAP_QUERY_CONTIGUOUS);
}

int dmaheap_cpu_access(const struct dmaheap *heap)
{
	return has_flag(heap, DMA_HEAP_QUERY_CPU_ACCESS);
}

/* No heap has a region without any memory, nor such an alignment. */
static int store(uint64_t *to, uint64_t value)
{
	if (!value)
		return -ENODATA;
	*to = value;
	return 0;
}

int dmaheap_region_size(const struct dmaheap *heap, uint64_t *size)
{
	struct dma_heap_query_data data;
	int ret;

	ret = dmaheap__query(heap, 0, &data);
	return ret ? ret : store(size, data.region_len);
}

int dmaheap_alignment(const struct dmaheap *heap, uint64_t size,
		      uint64_t *alignment)
{
	struct dma_heap_query_data data;
	int ret;

	ret = dmaheap__query(heap, size, &data);
	return ret ? ret : store(alignment, data.alignment);
}
