/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMABUF_HEAPS_ACCESS_H
#define _DMABUF_HEAPS_ACCESS_H

#include <linux/bits.h>
#include <linux/dma-direction.h>
#include <linux/types.h>

/* Cache maintenance that a device mapping may need. */
#define DMA_HEAP_SYNC_FOR_DEVICE	BIT(0)
#define DMA_HEAP_SYNC_FOR_CPU		BIT(1)

/**
 * enum dma_heap_event - points at which a device mapping may need maintenance
 * @DMA_HEAP_MAP: The memory is being mapped for the device.
 * @DMA_HEAP_CPU_BEGIN: A CPU access begins while the device has the mapping.
 * @DMA_HEAP_CPU_END: A CPU access ends while the device has the mapping.
 * @DMA_HEAP_UNMAP: The mapping is being removed.
 * @DMA_HEAP_DIRTIED: Data of another device was left in the CPU caches.
 */
enum dma_heap_event {
	DMA_HEAP_MAP,
	DMA_HEAP_CPU_BEGIN,
	DMA_HEAP_CPU_END,
	DMA_HEAP_UNMAP,
	DMA_HEAP_DIRTIED,
};

/**
 * struct dma_heap_access - properties of an event and of one device mapping
 * @cpu_writes: For an end: whether the accessed view is writable. For a map:
 *	whether the CPU may have written since the caches were last cleaned.
 *	Other events ignore it.
 * @cpu: Direction of the CPU access, for a begin and an end.
 * @device: Direction that the importer asked for.
 * @coherent: Whether the device snoops the CPU caches.
 * @bounced: Whether the device has a copy of the memory (swiotlb). Before the
 *	mapping is made: whether it may get one.
 */
struct dma_heap_access {
	bool cpu_writes;
	enum dma_data_direction cpu;
	enum dma_data_direction device;
	bool coherent;
	bool bounced;
};

unsigned int dma_heap_maintenance(enum dma_heap_event event,
				  const struct dma_heap_access *access);
bool dma_heap_dirties(enum dma_heap_event event,
		      const struct dma_heap_access *access);
enum dma_data_direction
dma_heap_map_direction(const struct dma_heap_access *access);

/* Both sides see the same memory through the same caches. */
static inline bool dma_heap_needs_sync(const struct dma_heap_access *access)
{
	return !access->coherent || access->bounced;
}

#endif /* _DMABUF_HEAPS_ACCESS_H */
