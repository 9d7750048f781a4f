/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DMAHEAP_STATS_H
#define DMAHEAP_STATS_H

#include "heaps.h"
#include "table.h"

/* The table of what sysfs tells about heaps. Both return 0 or -errno. */
int make_stats(struct table *table);
int add_stats(const struct table *table, const struct heap *heap);

#endif /* DMAHEAP_STATS_H */
