/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DMAHEAP_ATTRIBUTES_H
#define DMAHEAP_ATTRIBUTES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <dmaheap.h>

/* What sysfs tells about a heap; text is empty where it tells nothing. */
struct attributes {
	char type[64];
	char region[64];	/* the CMA area that the memory comes from */
	bool has_total;
	bool has_free;
	uint64_t total;		/* bytes of the region */
	uint64_t free;		/* bytes of them that are not in use */
};

void read_attributes(dev_t heap, struct attributes *attributes);

#endif /* DMAHEAP_ATTRIBUTES_H */
