/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMABUF_HEAPS_ACCESS_H
#define _DMABUF_HEAPS_ACCESS_H

#include <linux/dma-direction.h>
#include <linux/types.h>

/**
 * enum dma_heap_event - when cache maintenance may be due
 * @DMA_HEAP_MAP: A device gets the memory.
 * @DMA_HEAP_CPU_BEGIN: The CPU is about to access it while a device has it.
 * @DMA_HEAP_CPU_END: The CPU has accessed it while a device has it.
 * @DMA_HEAP_UNMAP: The device gives it back.
 */
enum dma_heap_event {
	DMA_HEAP_MAP,
	DMA_HEAP_CPU_BEGIN,
	DMA_HEAP_CPU_END,
	DMA_HEAP_UNMAP,
};

bool dma_heap_needs_sync(enum dma_heap_event event,
			 enum dma_data_direction cpu,
			 enum dma_data_direction device);
enum dma_data_direction
dma_heap_map_direction(bool cpu_writes, enum dma_data_direction device);

#endif /* _DMABUF_HEAPS_ACCESS_H */
