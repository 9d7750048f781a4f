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

/* Preallocated buffers of a heap: number of sizes, and of buffers in all. */
#define DMA_HEAP_MAX_PREPARED_SIZES 8
#define DMA_HEAP_MAX_PREPARED 4096

/**
 * struct dma_heap_chunks - memory of a pool, in contiguous chunks
 * @list: Uncleared chunks, newest first, and then zeroed chunks, oldest first.
 * @count: Number of chunks.
 * @nr_pages: Size of all chunks, in pages.
 */
struct dma_heap_chunks {
	struct list_head list;
	unsigned int count;
	unsigned long nr_pages;
};

/**
 * struct dma_heap_prepared - preallocated buffers of one size
 * @count: Number of buffers that the pool keeps available.
 * @nr_pages: Size of each buffer, in pages.
 * @chunks: Memory of the buffers that are available, at most @count.
 */
struct dma_heap_prepared {
	unsigned int count;
	unsigned long nr_pages;
	struct dma_heap_chunks chunks;
};

/**
 * struct dma_heap_pool - memory that a heap keeps for its next requests
 * @heap: Heap that the pool is a part of.
 * @lock: Protects all members. No memory is allocated, cleared or freed under
 *	it, and no list is walked that can be longer than a few thousand chunks.
 * @pooled: Chunks of any size, within @limit.
 * @nr_in_flight: Number of tasks that hold memory of the pool outside @lock, to
 *	clear it, to free it or to add it.
 * @clearing: Size of the chunk that the worker is clearing, in pages, or 0.
 * @nr_settled: Number of chunks that the worker is done with.
 * @done: Wait queue for @nr_in_flight to become 0, and for @nr_settled to change.
 * @nr_drainers: Number of tasks for which the pool is kept empty.
 * @stopped: Whether the heap has not been added yet, or was removed.
 * @limit: Limit of the size of @pooled.
 * @idle: Time that a zeroed chunk stays in @pooled, in milliseconds.
 * @nr_prepared: Number of sizes in @prepared.
 * @prepared: Preallocated buffers, by their size.
 * @hits: Number of requests that were met with zeroed chunks.
 * @misses: Number of other requests while the pool was on.
 * @work: Worker that clears, preallocates, and frees chunks after @idle.
 * @link: Place in the list of all pools.
 */
struct dma_heap_pool {
	struct dma_heap *heap;
	struct mutex lock;	/* see above */
	struct dma_heap_chunks pooled;
	unsigned int nr_in_flight;
	unsigned long clearing;
	unsigned int nr_settled;
	wait_queue_head_t done;
	unsigned int nr_drainers;
	bool stopped;
	struct dma_heap_limit limit;
	unsigned int idle;
	unsigned int nr_prepared;
	struct dma_heap_prepared prepared[DMA_HEAP_MAX_PREPARED_SIZES];
	u64 hits;
	u64 misses;
	struct delayed_work work;
	struct list_head link;
};

int dma_heap_pools_init(void);
void dma_heap_pools_exit(void);

void dma_heap_pool_init(struct dma_heap *heap);
void dma_heap_pool_start(struct dma_heap *heap);
void dma_heap_pool_stop(struct dma_heap *heap);

int dma_heap_pool_take(struct dma_heap *heap, struct dma_heap_extent *extent);
void dma_heap_pool_give_back(struct dma_heap *heap,
			     const struct dma_heap_extent *extent);

u64 dma_heap_pool_size(struct dma_heap *heap);
void dma_heap_pool_drain(struct dma_heap *heap);
int dma_heap_pool_set_limit(struct dma_heap *heap,
			    const struct dma_heap_limit *limit);
void dma_heap_pool_set_idle(struct dma_heap *heap, unsigned int idle);
int dma_heap_pool_set_prepared(struct dma_heap *heap,
			       const struct dma_heap_prepared *prepared,
			       unsigned int n);

/* pool-prepared.c: preallocated buffers as text */
int dma_heap_pools_check_prepared(void);
void dma_heap_pool_prepare_first(struct dma_heap *heap);
int dma_heap_pool_prepare(struct dma_heap *heap, const char *text);
int dma_heap_pool_print_prepared(struct dma_heap *heap, char *text);

#endif /* _DMABUF_HEAPS_POOL_H */
