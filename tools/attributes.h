/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DMAHEAP_ATTRIBUTES_H
#define DMAHEAP_ATTRIBUTES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <dmaheap.h>

/*
 * What is a number. All but the second are attributes of the heap, documented in
 * docs/ABI/sysfs-class-dmabuf_heap.
 */
enum figure {
	FIGURE_TOTAL,
	FIGURE_FREE,		/* bytes of the region that nobody has */
	FIGURE_USED,
	FIGURE_PEAK,
	FIGURE_BUFFERS,
	FIGURE_ALLOCATIONS,
	FIGURE_LARGEST_SUCCESS,
	FIGURE_SMALLEST_FAILURE,
	FIGURE_FAILURES_LIMIT,
	FIGURE_FAILURES_MEMORY,
	FIGURE_FAILURES_BUSY,
	FIGURE_FAILURES_OTHER,
	FIGURE_POOLED,
	FIGURE_POOL_HITS,
	FIGURE_POOL_MISSES,
	FIGURE_CONTIGUOUS,
	FIGURE_CPU_ACCESS,
	N_FIGURES,
};

/* What sysfs tells about a heap; text is empty where it tells nothing. */
struct attributes {
	char type[64];
	char region[64];	/* that the memory comes from */
	char limit[32];
	struct {
		bool known;
		uint64_t value;
	} figures[N_FIGURES];
};

void read_attributes(dev_t heap, struct attributes *attributes);

#endif /* DMAHEAP_ATTRIBUTES_H */
