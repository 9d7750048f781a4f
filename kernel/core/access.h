/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMABUF_HEAPS_ACCESS_H
#define _DMABUF_HEAPS_ACCESS_H

#include <linux/bits.h>
#include <linux/dma-direction.h>
#include <linux/types.h>

/* What maintenance is due: none, one, or both in this order. */
#define DMA_HEAP_SYNC_FOR_DEVICE	BIT(0)
#define DMA_HEAP_SYNC_FOR_CPU		BIT(1)
#define DMA_HEAP_SYNC_BOTH		(DMA_HEAP_SYNC_FOR_DEVICE | \
					 DMA_HEAP_SYNC_FOR_CPU)

/**
 * enum dma_heap_event - when cache maintenance may be due
 * @DMA_HEAP_MAP: A device gets the memory.
 * @DMA_HEAP_CPU_BEGIN: The CPU is about to access it while a device has it.
 * @DMA_HEAP_CPU_END: The CPU has accessed it while a device has it.
 * @DMA_HEAP_UNMAP: The device gives it back.
 * @DMA_HEAP_DIRTIED: What another device wrote is in the CPU's caches.
 */
enum dma_heap_event {
	DMA_HEAP_MAP,
	DMA_HEAP_CPU_BEGIN,
	DMA_HEAP_CPU_END,
	DMA_HEAP_UNMAP,
	DMA_HEAP_DIRTIED,
};

/**
 * struct dma_heap_access - what is known about an event and one mapping
 * @cpu_writes: For an end: may the CPU write through what was accessed? For a
 *	map: may it have written since the memory was last cleaned? The other
 *	events do not depend on it.
 * @cpu: For a begin and an end: direction of the CPU access.
 * @device: Direction in which the device asked for the mapping.
 * @coherent: The device sees the CPU's caches.
 * @bounced: The device may get a copy of the memory instead of the memory.
 * @writer: For a begin and an unmap, which go part by part: what is synced is
 *	being written to, in a CPU access that is open.
 */
struct dma_heap_access {
	bool cpu_writes;
	enum dma_data_direction cpu;
	enum dma_data_direction device;
	bool coherent;
	bool bounced;
	bool writer;
};

unsigned int dma_heap_maintenance(enum dma_heap_event event,
				  const struct dma_heap_access *access);
bool dma_heap_dirties(enum dma_heap_event event,
		      const struct dma_heap_access *access);
enum dma_data_direction dma_heap_map_direction(enum dma_data_direction device);

#endif /* _DMABUF_HEAPS_ACCESS_H */
