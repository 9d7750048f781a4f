// SPDX-License-Identifier: GPL-2.0
/*
 * The access rules: which cache maintenance a mapping needs, and when.
 *
 * Pure functions of what is known about the access. The exporter carries out
 * what they say and decides nothing itself.
 *
 * Directions are the DMA API's, seen from memory: a device reads what it is
 * given TO_DEVICE and writes what comes FROM_DEVICE. The CPU access that
 * dma-buf calls FROM_DEVICE is a read, TO_DEVICE is a write.
 */
#include <linux/dma-mapping.h>

#include "access.h"

/**
 * dma_heap_needs_sync() - is maintenance due for one mapping?
 * @event: What happens.
 * @cpu: Direction of the CPU access for the two CPU events; otherwise
 *	DMA_BIDIRECTIONAL, as nobody knows what the CPU did in between.
 * @device: Direction in which the device asked for the mapping.
 */
bool dma_heap_needs_sync(enum dma_heap_event event,
			 enum dma_data_direction cpu,
			 enum dma_data_direction device)
{
	switch (event) {
	case DMA_HEAP_MAP:
		/* Our own clearing may still be in the cache. */
		return true;
	case DMA_HEAP_CPU_BEGIN:
	case DMA_HEAP_UNMAP:
		/*
		 * A device that only reads leaves the CPU's view as it is. A
		 * device that writes makes it stale, for a write too: written
		 * in part, a stale line would take its neighbours along.
		 */
		return device != DMA_TO_DEVICE;
	case DMA_HEAP_CPU_END:
		/* Nothing to clean after an access declared a read. */
		return cpu != DMA_FROM_DEVICE;
	}

	return true;
}

/**
 * dma_heap_map_direction() - in which direction to map for a device
 * @cpu_writes: May the CPU write to the buffer?
 * @device: Direction that the device asks for.
 *
 * Where both the CPU and the device write, a mapping FROM_DEVICE would lose
 * what the CPU wrote: 32-bit Arm invalidates the dirty lines, and a bounce
 * buffer never sees them.
 */
enum dma_data_direction
dma_heap_map_direction(bool cpu_writes, enum dma_data_direction device)
{
	if (cpu_writes && device == DMA_FROM_DEVICE)
		return DMA_BIDIRECTIONAL;
	return device;
}
