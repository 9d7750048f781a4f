// SPDX-License-Identifier: GPL-2.0
/*
 * Pools of zeroed memory for the next requests.
 *
 * A pool has two kinds of chunks. Pooled chunks were freed by users. A worker
 * clears them; they are reclaimed if a request would fail otherwise, under memory
 * pressure, and after a timeout. Preallocated chunks are reserved for requests of
 * their size, and only the administrator gets them back.
 *
 * A task that takes chunks out of the lists, to clear or to free them, is counted in
 * @nr_in_flight, so that a request can wait for that memory.
 */
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"
#include "pool.h"

/* The worker checks after each piece whether a request waits for the chunk. */
#define PAGES_PER_CHECK (SZ_2M >> PAGE_SHIFT)

/* In milliseconds. */
#define DEFAULT_IDLE 2000

/* The lists of pooled chunks are walked under the lock, by each request. */
#define MAX_POOLED 256

/* Requests come in bursts; the burst is met before memory is preallocated again. */
#define PREPARE_AFTER max(HZ / 50, 1)
#define PREPARE_AGAIN HZ

/**
 * struct dma_heap_chunk - contiguous memory in a pool
 * @extent: Memory of the chunk.
 * @zeroed: Whether it can be allocated as it is.
 * @seen: Count of failed pages when it was looked through, see poison.c.
 * @since: Time when it was put into its list, in jiffies.
 * @owner: Chunks of the pool that it is one of.
 * @link: Place in the list of @owner.
 */
struct dma_heap_chunk {
	struct dma_heap_extent extent;
	bool zeroed;
	unsigned int seen;
	unsigned long since;
	struct dma_heap_chunks *owner;
	struct list_head link;
};

/* All pools, for the shrinker. */
static LIST_HEAD(pools);
static DEFINE_MUTEX(pools_lock);

static struct workqueue_struct *pool_workqueue;

static unsigned long limit_in_pages(const struct dma_heap_pool *pool)
{
	const struct dma_heap_limit *limit = &pool->limit;

	switch (limit->unit) {
	case DMA_HEAP_LIMIT_BYTES:
		return min_t(u64, limit->value >> PAGE_SHIFT, ULONG_MAX);
	case DMA_HEAP_LIMIT_PERCENT:
		return div_u64((u64)READ_ONCE(pool->heap->region.nr_pages) *
			       limit->value, 100);
	default:
		return ULONG_MAX;
	}
}

static bool is_on(const struct dma_heap_pool *pool)
{
	return !pool->stopped && (pool->nr_prepared || limit_in_pages(pool));
}

/*
 * Check whether memory is the region's. A source may have more than that: what it
 * takes from the system must not stay in a pool that the shrinker skips.
 */
static bool is_in_region(const struct dma_heap *heap,
			 const struct dma_heap_extent *extent)
{
	unsigned long first = READ_ONCE(heap->region.pfn);

	return first == DMA_HEAP_PFN_UNKNOWN ||
	       (extent->pfn >= first &&
		extent->pfn - first < READ_ONCE(heap->region.nr_pages));
}

static void init_chunks(struct dma_heap_chunks *chunks)
{
	*chunks = (struct dma_heap_chunks){};
	INIT_LIST_HEAD(&chunks->list);
}

static void remove(struct dma_heap_chunk *chunk)
{
	list_del(&chunk->link);
	chunk->owner->count--;
	chunk->owner->nr_pages -= chunk->extent.nr_pages;
}

static struct dma_heap_prepared *find_prepared(struct dma_heap_pool *pool,
					       unsigned long nr_pages)
{
	unsigned int i;

	for (i = 0; i < pool->nr_prepared; i++)
		if (pool->prepared[i].nr_pages == nr_pages)
			return &pool->prepared[i];

	return NULL;
}

/* Return where a chunk may stay, or NULL if it has to be freed. */
static struct dma_heap_chunks *find_owner(struct dma_heap_pool *pool,
					  const struct dma_heap_extent *extent)
{
	struct dma_heap_chunks *pooled = &pool->pooled;
	struct dma_heap_prepared *prepared;

	if (pool->nr_drainers || pool->stopped)
		return NULL;

	prepared = find_prepared(pool, extent->nr_pages);
	if (prepared && prepared->chunks.count < prepared->count)
		return &prepared->chunks;

	if (pooled->count + !!pool->clearing >= MAX_POOLED ||
	    pooled->nr_pages + pool->clearing + extent->nr_pages >
	    limit_in_pages(pool) || !is_in_region(pool->heap, extent))
		return NULL;

	return pooled;
}

static bool add(struct dma_heap_pool *pool, struct dma_heap_chunk *chunk)
{
	struct dma_heap_chunks *owner = find_owner(pool, &chunk->extent);

	lockdep_assert_held(&pool->lock);

	if (!owner)
		return false;

	chunk->since = jiffies;
	chunk->owner = owner;
	if (chunk->zeroed)
		list_add_tail(&chunk->link, &owner->list);
	else
		list_add(&chunk->link, &owner->list);
	owner->count++;
	owner->nr_pages += chunk->extent.nr_pages;

	return true;
}

/* Move pooled chunks of @nr_pages to @out: of the zeroed ones, the oldest. */
static unsigned long collect(struct dma_heap_pool *pool, unsigned long nr_pages,
			     bool only_zeroed, struct list_head *out)
{
	struct dma_heap_chunk *chunk, *next;
	unsigned long done = 0;

	list_for_each_entry_safe(chunk, next, &pool->pooled.list, link) {
		if (done >= nr_pages)
			break;
		if (only_zeroed && !chunk->zeroed)
			continue;
		done += chunk->extent.nr_pages;
		remove(chunk);
		list_add_tail(&chunk->link, out);
	}

	return done;
}

static void collect_all(struct dma_heap_chunks *chunks, struct list_head *out)
{
	list_splice_tail(&chunks->list, out);
	init_chunks(chunks);
}

static void put_in_flight(struct dma_heap_pool *pool)
{
	lockdep_assert_held(&pool->lock);

	if (!--pool->nr_in_flight)
		wake_up_all(&pool->done);
}

/* Free chunks that were taken out of the pool. Drops the lock meanwhile. */
static void release(struct dma_heap_pool *pool, struct list_head *list)
{
	struct dma_heap_chunk *chunk, *next;

	lockdep_assert_held(&pool->lock);

	if (list_empty(list))
		return;

	pool->nr_in_flight++;
	mutex_unlock(&pool->lock);
	list_for_each_entry_safe(chunk, next, list, link) {
		pool->heap->source->give_back(pool->heap, &chunk->extent);
		kfree(chunk);
		cond_resched();
	}
	mutex_lock(&pool->lock);
	put_in_flight(pool);
}

/* Queue the worker, unless it is queued for an earlier time. */
static void queue_work_in(struct dma_heap_pool *pool, unsigned long delay)
{
	lockdep_assert_held(&pool->lock);

	if (pool->stopped ||
	    (delayed_work_pending(&pool->work) &&
	     time_before_eq(READ_ONCE(pool->work.timer.expires),
			    jiffies + delay)))
		return;

	mod_delayed_work(pool_workqueue, &pool->work, delay);
}

/* Clear a chunk, unless a page of it has failed or a request waits for it. */
static bool clear(struct dma_heap_pool *pool, struct dma_heap_chunk *chunk)
{
	const struct dma_heap_extent *extent = &chunk->extent;
	struct dma_heap *heap = pool->heap;
	unsigned long done, n;

	if (dma_heap_has_poison(extent, &chunk->seen))
		return false;

	for (done = 0; done < extent->nr_pages; done += n) {
		struct dma_heap_extent part = { .pfn = extent->pfn + done };

		if (READ_ONCE(pool->nr_drainers) || READ_ONCE(pool->stopped))
			return false;
		n = min(PAGES_PER_CHECK, extent->nr_pages - done);
		part.nr_pages = n;
		if (heap->source->clear(heap, &part))
			return false;
	}

	chunk->zeroed = true;
	return true;
}

/* Put a chunk of the worker into the pool; if it cannot stay, free it. */
static bool settle(struct dma_heap_pool *pool, struct dma_heap_chunk *chunk,
		   bool is_usable)
{
	LIST_HEAD(freed);

	mutex_lock(&pool->lock);
	pool->clearing = 0;
	WRITE_ONCE(pool->nr_settled, pool->nr_settled + 1);
	is_usable = is_usable && add(pool, chunk);
	if (!is_usable && chunk)
		list_add(&chunk->link, &freed);
	wake_up_all(&pool->done);
	release(pool, &freed);
	put_in_flight(pool);
	mutex_unlock(&pool->lock);

	return is_usable;
}

static struct dma_heap_chunk *first(struct dma_heap_chunks *chunks)
{
	return list_first_entry_or_null(&chunks->list, struct dma_heap_chunk,
					link);
}

/* Take an uncleared chunk out of the pool, for the worker. */
static struct dma_heap_chunk *get_uncleared(struct dma_heap_pool *pool)
{
	struct dma_heap_chunk *chunk;
	unsigned int i;

	mutex_lock(&pool->lock);
	chunk = first(&pool->pooled);
	for (i = 0; (!chunk || chunk->zeroed) && i < pool->nr_prepared; i++)
		chunk = first(&pool->prepared[i].chunks);
	if (chunk && chunk->zeroed)
		chunk = NULL;
	if (chunk) {
		remove(chunk);
		pool->clearing = chunk->extent.nr_pages;
		pool->nr_in_flight++;
	}
	mutex_unlock(&pool->lock);

	return chunk;
}

/* Free the pooled chunks that are due, and queue the worker for the next one. */
static void expire(struct dma_heap_pool *pool)
{
	const unsigned long now = jiffies;
	struct dma_heap_chunk *chunk, *next;
	unsigned long due;
	LIST_HEAD(old);

	mutex_lock(&pool->lock);
	list_for_each_entry_safe(chunk, next, &pool->pooled.list, link) {
		if (!chunk->zeroed)
			continue;
		due = chunk->since + msecs_to_jiffies(pool->idle);
		if (time_before(now, due)) {
			queue_work_in(pool, due - now);
			break;
		}
		remove(chunk);
		list_add_tail(&chunk->link, &old);
	}
	release(pool, &old);
	mutex_unlock(&pool->lock);
}

/* Return the first size from @i on of which a buffer is missing, or 0. */
static unsigned long get_missing(struct dma_heap_pool *pool, unsigned int *i)
{
	unsigned long nr_pages = 0;

	mutex_lock(&pool->lock);
	for (; *i < pool->nr_prepared && !pool->nr_drainers && !pool->stopped;
	     ++*i) {
		const struct dma_heap_prepared *prepared = &pool->prepared[*i];

		if (prepared->chunks.count < prepared->count) {
			nr_pages = prepared->nr_pages;
			pool->nr_in_flight++;
			break;
		}
	}
	mutex_unlock(&pool->lock);

	return nr_pages;
}

/* Take memory for a chunk, or return NULL. */
static struct dma_heap_chunk *create_zeroed(struct dma_heap *heap,
					    unsigned long nr_pages)
{
	struct dma_heap_chunk *chunk;

	chunk = kzalloc_obj(*chunk, GFP_KERNEL);
	if (!chunk)
		return NULL;

	chunk->extent.nr_pages = nr_pages;
	chunk->zeroed = true;
	if (heap->source->take(heap, &chunk->extent)) {
		kfree(chunk);
		return NULL;
	}

	return chunk;
}

/* Preallocate what is missing. What fails is tried again later. */
static void prepare(struct dma_heap_pool *pool)
{
	struct dma_heap_chunk *chunk;
	unsigned long nr_pages;
	bool has_failed = false;
	unsigned int i = 0;

	while ((nr_pages = get_missing(pool, &i))) {
		chunk = create_zeroed(pool->heap, nr_pages);
		if (!settle(pool, chunk,
			    chunk && !dma_heap_has_poison(&chunk->extent,
							  &chunk->seen))) {
			has_failed = true;
			i++;
		}
	}

	mutex_lock(&pool->lock);
	if (has_failed)
		queue_work_in(pool, PREPARE_AGAIN);
	mutex_unlock(&pool->lock);
}

static void work(struct work_struct *work)
{
	struct dma_heap_pool *pool = container_of(to_delayed_work(work),
						  struct dma_heap_pool, work);
	struct dma_heap_chunk *chunk;

	while ((chunk = get_uncleared(pool)))
		settle(pool, chunk, clear(pool, chunk));
	expire(pool);
	prepare(pool);
}

/*
 * Free all pooled memory and wait for what is in flight. Nothing is pooled until
 * the source has been asked for @extent again, if there is one. Preallocated memory
 * is freed only if there is none.
 */
static int drain(struct dma_heap_pool *pool, struct dma_heap_extent *extent)
{
	LIST_HEAD(all);
	unsigned int i;
	int ret = 0;

	mutex_lock(&pool->lock);
	pool->nr_drainers++;
	collect_all(&pool->pooled, &all);
	for (i = 0; !extent && i < pool->nr_prepared; i++)
		collect_all(&pool->prepared[i].chunks, &all);
	release(pool, &all);
	mutex_unlock(&pool->lock);

	if (!extent)
		wait_event(pool->done, !READ_ONCE(pool->nr_in_flight));
	else if (wait_event_killable(pool->done,
				     !READ_ONCE(pool->nr_in_flight)))
		ret = -EINTR;
	else
		ret = pool->heap->source->take(pool->heap, extent);

	mutex_lock(&pool->lock);
	pool->nr_drainers--;
	if (pool->nr_prepared)
		queue_work_in(pool, PREPARE_AGAIN);
	mutex_unlock(&pool->lock);

	return ret;
}

/* Find the newest chunk of a size: its memory is most likely in caches. */
static struct dma_heap_chunk *find(const struct dma_heap_chunks *chunks,
				   unsigned long nr_pages)
{
	struct dma_heap_chunk *chunk;

	list_for_each_entry_reverse(chunk, &chunks->list, link)
		if (chunk->extent.nr_pages == nr_pages)
			return chunk;

	return NULL;
}

/* Take a chunk of a size, zeroed if there is one, and pooled before preallocated. */
static struct dma_heap_chunk *get(struct dma_heap_pool *pool,
				  unsigned long nr_pages)
{
	struct dma_heap_prepared *prepared = find_prepared(pool, nr_pages);
	struct dma_heap_chunk *chunk, *other;

	lockdep_assert_held(&pool->lock);

	chunk = find(&pool->pooled, nr_pages);
	if (prepared && !(chunk && chunk->zeroed)) {
		other = find(&prepared->chunks, nr_pages);
		if (!chunk || (other && other->zeroed))
			chunk = other;
	}
	if (chunk)
		remove(chunk);

	return chunk;
}

/*
 * The same, but wait for a chunk that is being cleared, once: that takes less time
 * than to find and clear other memory. NULL if there is none, or for a killed task.
 */
static struct dma_heap_chunk *get_or_wait(struct dma_heap_pool *pool,
					  unsigned long nr_pages)
{
	struct dma_heap_chunk *chunk;
	unsigned int settled;

	mutex_lock(&pool->lock);
	chunk = get(pool, nr_pages);
	if (!chunk && pool->clearing == nr_pages) {
		/* @clearing would be set for the next chunk of this size already. */
		settled = pool->nr_settled;
		mutex_unlock(&pool->lock);
		if (wait_event_killable(pool->done,
					READ_ONCE(pool->nr_settled) != settled))
			return NULL;
		mutex_lock(&pool->lock);
		chunk = get(pool, nr_pages);
	}
	mutex_unlock(&pool->lock);

	return chunk;
}

/* Take memory from the source, and all that is pooled if that is too little. */
static int take_from_source(struct dma_heap_pool *pool,
			    struct dma_heap_extent *extent)
{
	struct dma_heap *heap = pool->heap;
	const unsigned long total = READ_ONCE(heap->region.nr_pages);
	bool may_help;
	int ret;

	/* Before: the pool may be emptied for others as soon as the source fails. */
	mutex_lock(&pool->lock);
	may_help = (is_on(pool) || pool->nr_in_flight) &&
		   (!total || extent->nr_pages <= total);
	mutex_unlock(&pool->lock);

	ret = heap->source->take(heap, extent);
	if (may_help && (ret == -ENOMEM || ret == -EBUSY))
		ret = drain(pool, extent);

	return ret;
}

/**
 * dma_heap_pool_take() - take zeroed memory, from the pool if it has some
 * @heap: Heap with a source.
 * @extent: Memory with its length set. Its place is filled in.
 *
 * Context: May sleep.
 * Return: 0, -ENOMEM or -EBUSY if neither the source nor the pool has a place for it,
 * -EINTR if the caller was killed, or another error of the source.
 */
int dma_heap_pool_take(struct dma_heap *heap, struct dma_heap_extent *extent)
{
	struct dma_heap_pool *pool = &heap->pool;
	struct dma_heap_chunk *chunk;
	bool is_hit = false;
	int ret = 0;

	while ((chunk = get_or_wait(pool, extent->nr_pages)) &&
	       dma_heap_has_poison(&chunk->extent, &chunk->seen)) {
		heap->source->give_back(heap, &chunk->extent);
		kfree(chunk);
	}

	if (chunk) {
		*extent = chunk->extent;
		is_hit = chunk->zeroed;
		kfree(chunk);
		if (!is_hit)
			ret = heap->source->clear(heap, extent);
		if (ret)
			heap->source->give_back(heap, extent);
	} else {
		ret = take_from_source(pool, extent);
	}

	mutex_lock(&pool->lock);
	if (is_on(pool)) {
		pool->hits += is_hit;
		pool->misses += !is_hit;
	}
	if (pool->nr_prepared)
		queue_work_in(pool, PREPARE_AFTER);
	mutex_unlock(&pool->lock);

	return ret;
}

/* Put a freed chunk into the pool, in place of older ones if it is full. */
static bool keep(struct dma_heap_pool *pool, struct dma_heap_chunk *chunk)
{
	unsigned long limit, sum;
	LIST_HEAD(old);
	bool is_kept;

	mutex_lock(&pool->lock);
	is_kept = add(pool, chunk);
	limit = limit_in_pages(pool);
	if (!is_kept && chunk->extent.nr_pages <= limit) {
		sum = pool->pooled.nr_pages + pool->clearing +
		      chunk->extent.nr_pages;
		collect(pool, sum > limit ? sum - limit : 1, true, &old);
		is_kept = add(pool, chunk);
	}
	if (is_kept)
		queue_work_in(pool, 0);
	release(pool, &old);
	mutex_unlock(&pool->lock);

	return is_kept;
}

/**
 * dma_heap_pool_give_back() - free memory, to the pool if there is room
 * @heap: Heap with a source.
 * @extent: Memory that dma_heap_pool_take() has filled in.
 *
 * Context: May sleep.
 */
void dma_heap_pool_give_back(struct dma_heap *heap,
			     const struct dma_heap_extent *extent)
{
	struct dma_heap_pool *pool = &heap->pool;
	struct dma_heap_chunk *chunk = NULL;

	/* keep() checks again, under the lock. */
	if (data_race(is_on(pool)) && is_in_region(heap, extent))
		/* May be called to make memory free: no reserves, no reclaim. */
		chunk = kzalloc_obj(*chunk, GFP_NOWAIT | __GFP_NOWARN);
	if (chunk) {
		chunk->extent = *extent;
		if (keep(pool, chunk))
			return;
	}

	kfree(chunk);
	heap->source->give_back(heap, extent);
}

/* Return the size of all the memory in a pool, in bytes. */
u64 dma_heap_pool_size(struct dma_heap *heap)
{
	struct dma_heap_pool *pool = &heap->pool;
	u64 nr_pages;
	unsigned int i;

	mutex_lock(&pool->lock);
	nr_pages = pool->pooled.nr_pages + pool->clearing;
	for (i = 0; i < pool->nr_prepared; i++)
		nr_pages += pool->prepared[i].chunks.nr_pages;
	mutex_unlock(&pool->lock);

	return nr_pages << PAGE_SHIFT;
}

/* Free all the memory of a pool. Buffers are preallocated again after a second. */
void dma_heap_pool_drain(struct dma_heap *heap)
{
	drain(&heap->pool, NULL);
}

/* Free pooled chunks of @nr_pages, the uncleared first. */
static unsigned long reduce(struct dma_heap_pool *pool, unsigned long nr_pages)
{
	unsigned long done;
	LIST_HEAD(list);

	lockdep_assert_held(&pool->lock);

	done = collect(pool, nr_pages, false, &list);
	release(pool, &list);

	return done;
}

/* Return 0, or -EOPNOTSUPP for a percentage of a size that is not known. */
int dma_heap_pool_set_limit(struct dma_heap *heap,
			    const struct dma_heap_limit *limit)
{
	struct dma_heap_pool *pool = &heap->pool;
	unsigned long nr_pages, sum;

	if (limit->unit == DMA_HEAP_LIMIT_PERCENT &&
	    !READ_ONCE(heap->region.nr_pages))
		return -EOPNOTSUPP;

	mutex_lock(&pool->lock);
	pool->limit = *limit;
	nr_pages = limit_in_pages(pool);
	/* settle() frees the chunk that is being cleared if it exceeds that alone. */
	sum = pool->pooled.nr_pages + pool->clearing;
	if (sum > nr_pages)
		reduce(pool, sum - nr_pages);
	mutex_unlock(&pool->lock);

	return 0;
}

void dma_heap_pool_set_idle(struct dma_heap *heap, unsigned int idle)
{
	struct dma_heap_pool *pool = &heap->pool;

	mutex_lock(&pool->lock);
	pool->idle = idle;
	queue_work_in(pool, 0);
	mutex_unlock(&pool->lock);
}

/**
 * dma_heap_pool_set_prepared() - set which buffers are preallocated
 * @heap: Heap with a source.
 * @prepared: Count and size of the buffers, each size once.
 * @n: Number of sizes.
 *
 * Memory that was preallocated before is used where it fits.
 *
 * Return: 0, or -EINVAL if the buffers are larger than the region together.
 */
int dma_heap_pool_set_prepared(struct dma_heap *heap,
			       const struct dma_heap_prepared *prepared,
			       unsigned int n)
{
	const unsigned long total = READ_ONCE(heap->region.nr_pages);
	struct dma_heap_pool *pool = &heap->pool;
	struct dma_heap_chunk *chunk, *next;
	LIST_HEAD(chunks);
	LIST_HEAD(freed);
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		sum += (u64)prepared[i].count * prepared[i].nr_pages;
	if (total && sum > total)
		return -EINVAL;

	mutex_lock(&pool->lock);
	for (i = 0; i < pool->nr_prepared; i++)
		collect_all(&pool->prepared[i].chunks, &chunks);
	for (i = 0; i < n; i++) {
		pool->prepared[i] = prepared[i];
		init_chunks(&pool->prepared[i].chunks);
	}
	pool->nr_prepared = n;
	list_for_each_entry_safe(chunk, next, &chunks, link) {
		list_del(&chunk->link);
		if (!add(pool, chunk))
			list_add_tail(&chunk->link, &freed);
	}
	queue_work_in(pool, 0);
	release(pool, &freed);
	mutex_unlock(&pool->lock);

	return 0;
}

static unsigned long count_shrinkable(struct shrinker *shrinker,
				      struct shrink_control *control)
{
	const struct dma_heap_pool *pool;
	unsigned long nr_pages = 0;

	if (!mutex_trylock(&pools_lock))
		return 0;
	list_for_each_entry(pool, &pools, link)
		if (pool->heap->source->shared)
			nr_pages += READ_ONCE(pool->pooled.nr_pages);
	mutex_unlock(&pools_lock);

	return nr_pages;
}

/* Reclaim must not wait: whoever holds a lock may wait for memory. */
static unsigned long scan_shrinkable(struct shrinker *shrinker,
				     struct shrink_control *control)
{
	struct dma_heap_pool *pool;
	unsigned long done = 0;

	if (!mutex_trylock(&pools_lock))
		return SHRINK_STOP;
	list_for_each_entry(pool, &pools, link) {
		if (!pool->heap->source->shared || done >= control->nr_to_scan ||
		    !mutex_trylock(&pool->lock))
			continue;
		done += reduce(pool, control->nr_to_scan - done);
		mutex_unlock(&pool->lock);
	}
	mutex_unlock(&pools_lock);

	return done ?: SHRINK_STOP;
}

static struct shrinker *pool_shrinker;

/*
 * Initialize the pool of a heap that is not visible yet: it makes no use of the
 * source before dma_heap_pool_start(). The limit is 0 until an administrator sets
 * it: drivers that share a region cannot reclaim what is pooled, and pooled memory
 * stays where it was, which may fragment a region more than first fit does.
 */
void dma_heap_pool_init(struct dma_heap *heap)
{
	struct dma_heap_pool *pool = &heap->pool;

	pool->heap = heap;
	mutex_init(&pool->lock);
	init_chunks(&pool->pooled);
	init_waitqueue_head(&pool->done);
	INIT_DELAYED_WORK(&pool->work, work);
	pool->stopped = true;
	pool->idle = DEFAULT_IDLE;
	pool->limit = (struct dma_heap_limit){ DMA_HEAP_LIMIT_BYTES, 0 };

	mutex_lock(&pools_lock);
	list_add_tail(&pool->link, &pools);
	mutex_unlock(&pools_lock);

	if (heap->has_region)
		dma_heap_pool_prepare_first(heap);
}

/* Start the pool of a heap that was added. */
void dma_heap_pool_start(struct dma_heap *heap)
{
	struct dma_heap_pool *pool = &heap->pool;

	mutex_lock(&pool->lock);
	pool->stopped = false;
	if (pool->nr_prepared)
		queue_work_in(pool, 0);
	mutex_unlock(&pool->lock);
}

/* Empty the pool of a heap that was removed, for good. */
void dma_heap_pool_stop(struct dma_heap *heap)
{
	struct dma_heap_pool *pool = &heap->pool;

	mutex_lock(&pools_lock);
	list_del(&pool->link);
	mutex_unlock(&pools_lock);

	mutex_lock(&pool->lock);
	pool->stopped = true;
	mutex_unlock(&pool->lock);
	cancel_delayed_work_sync(&pool->work);
	dma_heap_pool_drain(heap);
}

int __init dma_heap_pools_init(void)
{
	int ret;

	ret = dma_heap_pools_check_prepared();
	if (ret)
		return ret;

	pool_workqueue = alloc_workqueue("dmabuf_heaps",
					 WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (!pool_workqueue)
		return -ENOMEM;

	pool_shrinker = shrinker_alloc(0, "dmabuf-heaps");
	if (!pool_shrinker) {
		destroy_workqueue(pool_workqueue);
		return -ENOMEM;
	}
	pool_shrinker->count_objects = count_shrinkable;
	pool_shrinker->scan_objects = scan_shrinkable;
	shrinker_register(pool_shrinker);
	dma_heap_poison_init();

	return 0;
}

void dma_heap_pools_exit(void)
{
	dma_heap_poison_exit();
	shrinker_free(pool_shrinker);
	destroy_workqueue(pool_workqueue);
}
