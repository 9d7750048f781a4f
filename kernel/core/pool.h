/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMABUF_HEAPS_POOL_H
#define _DMABUF_HEAPS_POOL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "limit.h"

struct dma_heap;
struct dma_heap_extent;

/* How many sizes can have prepared buffers. */
#define DMA_HEAP_MAX_PREPARED 8

/**
 * struct dma_heap_prepared - buffers that are to be ready
 * @count: How many.
 * @nr_pages: Of what size.
 */
struct dma_heap_prepared {
	unsigned int count;
	unsigned long nr_pages;
};

/**
 * struct dma_heap_pool - memory that a heap has got back, and keeps for a while
 * @heap: Whose. The pool is a part of it.
 * @lock: Protects all of it. Nothing is allocated, cleared or given back under
 *	it.
 * @ready: What is clear, the oldest first.
 * @dirty: What is to be cleared, the oldest first.
 * @busy: How many have some of its memory in their hands: clear it, give it
 *	back, or have just taken it for the pool.
 * @clearing: The size of what the work is clearing, in pages, or 0.
 * @done: Woken when @busy has become 0, and when @clearing ends.
 * @returned: How often one of the @busy has come to an end.
 * @yielding: How many requests could not be met: nothing is kept meanwhile.
 * @stopped: Nothing is kept any more.
 * @pages: What is kept in the two lists, and what is being cleared.
 * @nr_kept: In how many pieces.
 * @limit: How much may be, apart from prepared buffers.
 * @idle: For how long, in milliseconds.
 * @nr_prepared: Length of @prepared.
 * @prepared: What is to be kept in any case.
 * @hits: Requests that were met by what was ready.
 * @misses: Those that were not.
 * @work: Clears, prepares, and gives back what was kept for long enough.
 * @link: Place in the list of all pools.
 */
struct dma_heap_pool {
	struct dma_heap *heap;
	struct mutex lock;	/* see above */
	struct list_head ready;
	struct list_head dirty;
	unsigned int busy;
	unsigned long clearing;
	wait_queue_head_t done;
	unsigned int returned;
	unsigned int yielding;
	bool stopped;
	unsigned long pages;
	unsigned int nr_kept;
	struct dma_heap_limit limit;
	unsigned int idle;
	unsigned int nr_prepared;
	struct dma_heap_prepared prepared[DMA_HEAP_MAX_PREPARED];
	u64 hits;
	u64 misses;
	struct delayed_work work;
	struct list_head link;
};

int dma_heap_pools_init(void);
void dma_heap_pools_exit(void);

void dma_heap_pool_start(struct dma_heap *heap);
void dma_heap_pool_stop(struct dma_heap *heap);

int dma_heap_pool_take(struct dma_heap *heap, struct dma_heap_extent *extent);
void dma_heap_pool_give_back(struct dma_heap *heap,
			     const struct dma_heap_extent *extent);

void dma_heap_pool_drain(struct dma_heap *heap);
int dma_heap_pool_set_limit(struct dma_heap *heap,
			    const struct dma_heap_limit *limit);
void dma_heap_pool_set_idle(struct dma_heap *heap, unsigned int idle);
void dma_heap_pool_set_prepared(struct dma_heap *heap,
				const struct dma_heap_prepared *prepared,
				unsigned int n);

/* prepared.c: which buffers these are */
int dma_heap_pools_check_prepared(void);
void dma_heap_pool_prepare_first(struct dma_heap *heap);
int dma_heap_pool_prepare(struct dma_heap *heap, const char *text);
int dma_heap_pool_print_prepared(struct dma_heap *heap, char *text);

#endif /* _DMABUF_HEAPS_POOL_H */
