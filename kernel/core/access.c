// SPDX-License-Identifier: GPL-2.0
/*
 * The access rules: which maintenance a device's mapping of a buffer needs,
 * and when. For a device that does not see the CPU's caches that is cleaning
 * (for the device) and invalidating them (for the CPU); where DMA is bounced,
 * copying to and from the bounce buffer.
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

static unsigned int dma_heap_map_maintenance(const struct dma_heap_access *access)
{
	/* What the CPU wrote is in its caches, our own clearing as well. */
	if (access->cpu_writes)
		return DMA_HEAP_SYNC_FOR_DEVICE;

	/* The copy was filled by the CPU just now, whoever wrote before. */
	if (!access->coherent && access->bounced)
		return DMA_HEAP_SYNC_FOR_DEVICE;

	return 0;
}

static unsigned int
dma_heap_give_back_maintenance(const struct dma_heap_access *access)
{
	/* A device that only reads leaves the CPU's view as it is. */
	if (access->device == DMA_TO_DEVICE)
		return 0;

	/*
	 * One that writes makes it stale, for a CPU that writes, too: written
	 * in part, a stale line would take its neighbours along.
	 */
	if (!access->writer)
		return DMA_HEAP_SYNC_FOR_CPU;

	/*
	 * A copy has nothing new where an access for writing is open, as the
	 * device is not to write there: to bring it here would take away what
	 * is written.
	 */
	if (access->coherent)
		return 0;

	/*
	 * What another access has written so far would be thrown away with the
	 * stale lines, so it goes to memory first. This is also for what may
	 * be bounced, but need not: stale lines have to go.
	 */
	return DMA_HEAP_SYNC_BOTH;
}

static unsigned int dma_heap_end_maintenance(const struct dma_heap_access *access)
{
	/* Nothing was written, so there is nothing to clean. */
	if (access->cpu == DMA_FROM_DEVICE || !access->cpu_writes)
		return 0;

	/*
	 * For a device that only writes, too: a dirty line that is evicted
	 * later would overwrite what the device put there, and a bounce buffer
	 * that knows nothing of the CPU's part would.
	 */
	return DMA_HEAP_SYNC_FOR_DEVICE;
}

static unsigned int
dma_heap_dirtied_maintenance(const struct dma_heap_access *access)
{
	/* A copy gets it when a process brings it there. */
	if (access->bounced)
		return 0;

	/*
	 * For a device that writes, too: its data will be made visible by
	 * throwing away what the caches have.
	 */
	return DMA_HEAP_SYNC_FOR_DEVICE;
}

/**
 * dma_heap_maintenance() - what has to be done for one mapping?
 * @event: What happens.
 * @access: What is known about it.
 *
 * Return: DMA_HEAP_SYNC_FOR_DEVICE, DMA_HEAP_SYNC_FOR_CPU, both (to be done in
 * this order, a little at a time), or 0.
 */
unsigned int dma_heap_maintenance(enum dma_heap_event event,
				  const struct dma_heap_access *access)
{
	/* The same memory, seen through the same caches. */
	if (access->coherent && !access->bounced)
		return 0;

	switch (event) {
	case DMA_HEAP_MAP:
		return dma_heap_map_maintenance(access);
	case DMA_HEAP_CPU_BEGIN:
	case DMA_HEAP_UNMAP:
		return dma_heap_give_back_maintenance(access);
	case DMA_HEAP_CPU_END:
		return dma_heap_end_maintenance(access);
	case DMA_HEAP_DIRTIED:
		return dma_heap_dirtied_maintenance(access);
	}

	return DMA_HEAP_SYNC_BOTH;
}

/**
 * dma_heap_dirties() - has what a device wrote come into the CPU's caches?
 * @event: What happens, a begin or an unmap.
 * @access: What is known about it and the device's mapping.
 *
 * Return: Whether the others that have it, or get it, need to be thought of.
 */
bool dma_heap_dirties(enum dma_heap_event event,
		      const struct dma_heap_access *access)
{
	/* It is the CPU that copies. */
	if (access->bounced &&
	    dma_heap_maintenance(event, access) & DMA_HEAP_SYNC_FOR_CPU)
		return true;

	/*
	 * What a device writes that sees the caches may be put there. The next
	 * device has been promised it when the mapping is gone, not before.
	 */
	return access->coherent && access->device != DMA_TO_DEVICE &&
	       event == DMA_HEAP_UNMAP;
}

/**
 * dma_heap_map_direction() - in which direction to map for a device
 * @device: Direction that the device asks for.
 *
 * A mapping FROM_DEVICE says that nothing of what the CPU wrote will be
 * wanted: 32-bit Arm invalidates the dirty lines, and a sync copies nothing
 * into a bounce buffer. But a device may write less than all of it, and the
 * rest is an overlay that the CPU drew, or our own clearing, without which the
 * memory is its last owner's.
 */
enum dma_data_direction dma_heap_map_direction(enum dma_data_direction device)
{
	return device == DMA_FROM_DEVICE ? DMA_BIDIRECTIONAL : device;
}
