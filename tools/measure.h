/* SPDX-License-Identifier: GPL-2.0 */
/* How long a heap takes. */

#ifndef DMAHEAP_MEASURE_H
#define DMAHEAP_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include <dmaheap.h>

/* What is done with each buffer, in this order. */
enum step {
	STEP_ALLOCATE,
	STEP_TOUCH,		/* map it, and write to each page */
	STEP_ACCESS,		/* begin and end an access of the CPU */
	STEP_FREE,
	N_STEPS,
};

struct round {
	uint64_t nanoseconds[N_STEPS];
	bool done[N_STEPS];	/* else the memory is closed to the CPU */
};

/*
 * Allocate a buffer, use it and free it. Returns 0 or -errno; nothing is left
 * either way.
 */
int measure_round(struct dmaheap *heap, uint64_t size, struct round *round);

/* The median of some numbers, which are put in order. There is at least one. */
uint64_t median(uint64_t *numbers, size_t count);

#endif /* DMAHEAP_MEASURE_H */
