/* SPDX-License-Identifier: GPL-2.0 */
/* What a heap has lent of its region, and where. */

#ifndef DMAHEAP_PLACED_H
#define DMAHEAP_PLACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <dmaheap.h>

/* A buffer, and who asked for it. */
struct placed {
	bool in_region;
	uint64_t offset;	/* in the region, bytes */
	uint64_t size;		/* bytes */
	uint64_t id;		/* of its memory, views and all */
	uid_t uid;
	pid_t pid;		/* 0: has ended */
	char comm[16];
	char name[32];		/* which somebody gave it; or empty */
};

struct placed_list {
	struct placed *list;	/* for free(3) */
	size_t count;
	bool relative;		/* offsets do not begin where the region does */
};

/*
 * Returns 0 or -errno, as dmaheap_foreach_buffer() and dmaheap_foreach_use() do.
 * Either way the list is to be freed.
 */
int find_placed(struct dmaheap *heap, struct placed_list *placed);

#endif /* DMAHEAP_PLACED_H */
