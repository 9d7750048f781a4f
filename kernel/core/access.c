// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of cache maintenance: which sync a device mapping needs, and when.
 *
 * A sync for the device cleans the CPU caches, or copies into the bounce buffer.
 * A sync for the CPU invalidates the caches, or copies out of the bounce buffer.
 *
 * All functions here are pure. Directions are those of the DMA API: a device
 * reads memory that is mapped TO_DEVICE and writes memory that is mapped
 * FROM_DEVICE; a CPU access FROM_DEVICE is a read, TO_DEVICE a write.
 */
#include <linux/dma-mapping.h>

#include "access.h"

static unsigned int dma_heap_map_maintenance(const struct dma_heap_access *access)
{
	/* Stores of the CPU, and zeroes of the allocation, may still be cached. */
	if (access->cpu_writes)
		return DMA_HEAP_SYNC_FOR_DEVICE;

	/* The CPU fills the bounce buffer: its stores may still be cached. */
	if (!access->coherent && access->bounced)
		return DMA_HEAP_SYNC_FOR_DEVICE;

	return 0;
}

static unsigned int
dma_heap_begin_maintenance(const struct dma_heap_access *access)
{
	/*
	 * An access that only writes replaces all data of the device. A sync
	 * would discard stores of other accesses that have not ended.
	 */
	if (access->device == DMA_TO_DEVICE || access->cpu == DMA_TO_DEVICE)
		return 0;

	return DMA_HEAP_SYNC_FOR_CPU;
}

static unsigned int dma_heap_end_maintenance(const struct dma_heap_access *access)
{
	if (access->cpu == DMA_FROM_DEVICE || !access->cpu_writes)
		return 0;

	/*
	 * Needed even if the device only writes: a dirty line that is evicted
	 * later would overwrite its data, and an unmap would copy the bounce
	 * buffer over the stores of the CPU.
	 */
	return DMA_HEAP_SYNC_FOR_DEVICE;
}

/**
 * dma_heap_maintenance() - get the sync that one mapping needs
 * @event: The event.
 * @access: Properties of the event and of the mapping.
 *
 * Return: DMA_HEAP_SYNC_FOR_DEVICE, DMA_HEAP_SYNC_FOR_CPU, or 0.
 */
unsigned int dma_heap_maintenance(enum dma_heap_event event,
				  const struct dma_heap_access *access)
{
	if (!dma_heap_needs_sync(access))
		return 0;

	switch (event) {
	case DMA_HEAP_MAP:
		return dma_heap_map_maintenance(access);
	case DMA_HEAP_CPU_BEGIN:
		return dma_heap_begin_maintenance(access);
	case DMA_HEAP_CPU_END:
		return dma_heap_end_maintenance(access);
	case DMA_HEAP_UNMAP:
		return access->device == DMA_TO_DEVICE ? 0 :
							 DMA_HEAP_SYNC_FOR_CPU;
	case DMA_HEAP_DIRTIED:
		/* A bounce buffer is refilled when a CPU access ends. */
		return access->bounced ? 0 : DMA_HEAP_SYNC_FOR_DEVICE;
	}

	return 0;
}

/**
 * dma_heap_dirties() - check whether an event leaves device data in CPU caches
 * @event: A begin or an unmap.
 * @access: Properties of the event and of the mapping.
 *
 * Return: Whether the caches must be cleaned for other devices.
 */
bool dma_heap_dirties(enum dma_heap_event event,
		      const struct dma_heap_access *access)
{
	/* The CPU copies the data out of the bounce buffer. */
	if (access->bounced &&
	    dma_heap_maintenance(event, access) & DMA_HEAP_SYNC_FOR_CPU)
		return true;

	/*
	 * A coherent device may write into the caches. Other devices may rely
	 * on its data once the mapping is gone, not before.
	 */
	return access->coherent && access->device != DMA_TO_DEVICE &&
	       event == DMA_HEAP_UNMAP;
}

/**
 * dma_heap_map_direction() - get the direction that is passed to the DMA API
 * @access: Properties of the mapping.
 *
 * A device may write less than it mapped FROM_DEVICE. The remaining bytes must
 * keep what the CPU wrote, or at least the zeroes of the allocation; otherwise
 * the previous owner's data shows. A sync FROM_DEVICE does not copy into a
 * bounce buffer, and it invalidates dirty lines on architectures other than
 * arm64 and RISC-V, which clean them.
 *
 * Return: @access->device, or DMA_BIDIRECTIONAL where that is needed.
 */
enum dma_data_direction
dma_heap_map_direction(const struct dma_heap_access *access)
{
	const bool cleans = IS_ENABLED(CONFIG_ARM64) || IS_ENABLED(CONFIG_RISCV);

	if (access->device != DMA_FROM_DEVICE || !dma_heap_needs_sync(access))
		return access->device;

	return access->bounced || !cleans ? DMA_BIDIRECTIONAL : DMA_FROM_DEVICE;
}
