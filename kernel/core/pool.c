// SPDX-License-Identifier: GPL-2.0
/*
 * Pools: memory that comes back to a heap is cleared in the background and kept
 * for a while, for the next request of its size.
 *
 * To a pool no memory belongs: it gives way to any request that the heap can't
 * meet otherwise, to the kernel when that is short of memory, to the
 * administrator, and to time.
 */
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"
#include "pool.h"

/* How much is cleared between two looks at whether somebody wants it. */
#define PAGES_PER_LOOK (SZ_2M >> PAGE_SHIFT)

/* In milliseconds. */
#define DEFAULT_IDLE 2000

/* More would take long to look through. */
#define MAX_KEPT 256

/*
 * Requests come in bursts, which are met first: then what they took is prepared
 * again. What could not be prepared is tried again later.
 */
#define PREPARE_AFTER max(HZ / 50, 1)
#define PREPARE_AGAIN HZ

/**
 * struct dma_heap_kept - memory in a pool
 * @extent: The memory.
 * @since: In jiffies, when it came here.
 * @link: Place in a list of the pool.
 */
struct dma_heap_kept {
	struct dma_heap_extent extent;
	unsigned long since;
	struct list_head link;
};

/* All pools, for those who want memory back from whichever has it. */
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

static unsigned int count_size(const struct list_head *list,
			       unsigned long nr_pages)
{
	const struct dma_heap_kept *kept;
	unsigned int n = 0;

	list_for_each_entry(kept, list, link)
		n += kept->extent.nr_pages == nr_pages;

	return n;
}

/* How many more buffers of a size are to be prepared; less than 0 for too many. */
static int count_missing(const struct dma_heap_pool *pool,
			 unsigned long nr_pages)
{
	unsigned int i;

	for (i = 0; i < pool->nr_prepared; i++)
		if (pool->prepared[i].nr_pages == nr_pages)
			return pool->prepared[i].count -
			       count_size(&pool->ready, nr_pages) -
			       count_size(&pool->dirty, nr_pages);

	return -1;
}

static void add(struct dma_heap_pool *pool, struct dma_heap_kept *kept,
		struct list_head *list)
{
	lockdep_assert_held(&pool->lock);

	kept->since = jiffies;
	list_add_tail(&kept->link, list);
	pool->pages += kept->extent.nr_pages;
	pool->nr_kept++;
}

static void remove(struct dma_heap_pool *pool, struct dma_heap_kept *kept)
{
	lockdep_assert_held(&pool->lock);

	list_del(&kept->link);
	pool->pages -= kept->extent.nr_pages;
	pool->nr_kept--;
}

/* The newest of a size: its memory is likeliest to be in caches. */
static struct dma_heap_kept *find(struct dma_heap_pool *pool,
				  struct list_head *list,
				  unsigned long nr_pages)
{
	struct dma_heap_kept *kept;

	list_for_each_entry_reverse(kept, list, link)
		if (kept->extent.nr_pages == nr_pages) {
			remove(pool, kept);
			return kept;
		}

	return NULL;
}

/*
 * Moves memory to @out, the oldest first, until @nr_pages are there; all that is
 * not prepared, or all.
 */
static void collect(struct dma_heap_pool *pool, struct list_head *list,
		    unsigned long nr_pages, bool prepared,
		    struct list_head *out)
{
	struct dma_heap_kept *kept, *next;
	unsigned long done = 0;

	list_for_each_entry_safe(kept, next, list, link) {
		if (done >= nr_pages)
			break;
		if (!prepared &&
		    count_missing(pool, kept->extent.nr_pages) >= 0)
			continue;
		done += kept->extent.nr_pages;
		remove(pool, kept);
		list_add_tail(&kept->link, out);
	}
}

/* What somebody had in hands is where it belongs, or was given back. */
static void put_busy(struct dma_heap_pool *pool)
{
	lockdep_assert_held(&pool->lock);

	pool->returned++;
	if (!--pool->busy)
		wake_up_all(&pool->done);
}

/*
 * Gives back what was collected. Lets go of the lock for that; who wants it waits
 * for @busy.
 */
static void give_back_list(struct dma_heap_pool *pool, struct list_head *list)
{
	struct dma_heap_kept *kept, *next;

	lockdep_assert_held(&pool->lock);

	if (list_empty(list))
		return;

	pool->busy++;
	mutex_unlock(&pool->lock);
	list_for_each_entry_safe(kept, next, list, link) {
		pool->heap->source->give_back(pool->heap, &kept->extent);
		kfree(kept);
	}
	mutex_lock(&pool->lock);
	put_busy(pool);
}

/* No later than it was due already. */
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

/* Of protected memory there may be no struct pages. */
static bool is_poisoned(unsigned long pfn)
{
	return pfn_valid(pfn) && PageHWPoison(pfn_to_page(pfn));
}

static bool is_sound(const struct dma_heap_extent *extent)
{
	unsigned long i;

	for (i = 0; i < extent->nr_pages; i++)
		if (is_poisoned(extent->pfn + i))
			return false;

	return true;
}

/*
 * Gives back memory that failed in some of its pages. The kernel does not use these
 * again where they are its own; else they are given to nobody.
 */
static void give_back_sound(struct dma_heap *heap,
			    const struct dma_heap_extent *extent)
{
	struct dma_heap_extent part = { extent->pfn, 0 };
	unsigned long i;

	if (heap->source->shared) {
		heap->source->give_back(heap, extent);
		return;
	}

	for (i = 0; i < extent->nr_pages; i++) {
		if (!is_poisoned(extent->pfn + i)) {
			part.nr_pages++;
			continue;
		}
		if (part.nr_pages)
			heap->source->give_back(heap, &part);
		part = (struct dma_heap_extent){ extent->pfn + i + 1, 0 };
	}
	if (part.nr_pages)
		heap->source->give_back(heap, &part);
}

/* False if it was given up: somebody wants it, or it can't be cleared. */
static bool clear(struct dma_heap_pool *pool,
		  const struct dma_heap_extent *extent)
{
	struct dma_heap *heap = pool->heap;
	unsigned long done, n;

	for (done = 0; done < extent->nr_pages; done += n) {
		struct dma_heap_extent part = { .pfn = extent->pfn + done };

		if (READ_ONCE(pool->yielding) || READ_ONCE(pool->stopped))
			return false;
		n = min(PAGES_PER_LOOK, extent->nr_pages - done);
		part.nr_pages = n;
		if (heap->source->clear(heap, &part))
			return false;
	}

	return true;
}

/* May as much be kept beside what is? */
static bool may_keep(const struct dma_heap_pool *pool, unsigned long nr_pages)
{
	const unsigned long limit = limit_in_pages(pool);

	if (pool->yielding || pool->stopped)
		return false;
	if (count_missing(pool, nr_pages) > 0)
		return true;

	return nr_pages <= limit && pool->pages <= limit - nr_pages &&
	       pool->nr_kept < MAX_KEPT;
}

/*
 * Clears the first that is dirty; false if there is none. The limit may have been
 * lowered while it was being cleared.
 */
static bool clear_one(struct dma_heap_pool *pool)
{
	struct dma_heap_kept *kept;
	bool is_clear;

	mutex_lock(&pool->lock);
	kept = list_first_entry_or_null(&pool->dirty, struct dma_heap_kept,
					link);
	if (kept) {
		list_del(&kept->link);
		pool->clearing = kept->extent.nr_pages;
		pool->busy++;
	}
	mutex_unlock(&pool->lock);
	if (!kept)
		return false;

	is_clear = is_sound(&kept->extent) && clear(pool, &kept->extent);

	mutex_lock(&pool->lock);
	pool->clearing = 0;
	pool->pages -= kept->extent.nr_pages;
	pool->nr_kept--;
	if (is_clear && may_keep(pool, kept->extent.nr_pages)) {
		add(pool, kept, &pool->ready);
		kept = NULL;
	}
	mutex_unlock(&pool->lock);

	if (kept) {
		give_back_sound(pool->heap, &kept->extent);
		kfree(kept);
	}

	mutex_lock(&pool->lock);
	put_busy(pool);
	mutex_unlock(&pool->lock);
	/* Some wait for what was being cleared alone. */
	wake_up_all(&pool->done);

	return true;
}

/* Gives back what was kept for long enough. */
static void expire(struct dma_heap_pool *pool)
{
	unsigned long idle = msecs_to_jiffies(READ_ONCE(pool->idle));
	struct dma_heap_kept *kept, *next;
	LIST_HEAD(old);

	mutex_lock(&pool->lock);
	list_for_each_entry_safe(kept, next, &pool->ready, link) {
		if (time_before(jiffies, kept->since + idle))
			break;
		if (count_missing(pool, kept->extent.nr_pages) >= 0)
			continue;
		remove(pool, kept);
		list_add_tail(&kept->link, &old);
	}
	give_back_list(pool, &old);
	mutex_unlock(&pool->lock);
}

/* Takes memory for a prepared buffer; false if there is none. */
static bool prepare_one(struct dma_heap_pool *pool, unsigned long nr_pages)
{
	struct dma_heap *heap = pool->heap;
	struct dma_heap_kept *kept;
	bool is_kept = false;

	kept = kzalloc_obj(*kept, GFP_KERNEL);
	if (!kept)
		return false;

	kept->extent.nr_pages = nr_pages;
	if (heap->source->take(heap, &kept->extent)) {
		kfree(kept);
		return false;
	}

	mutex_lock(&pool->lock);
	if (!pool->yielding && !pool->stopped) {
		add(pool, kept, &pool->ready);
		is_kept = true;
	}
	mutex_unlock(&pool->lock);

	if (!is_kept) {
		heap->source->give_back(heap, &kept->extent);
		kfree(kept);
	}

	return is_kept;
}

/* The size of a buffer that is to be prepared, from the @i-th on; or 0. */
static unsigned long next_missing(struct dma_heap_pool *pool, unsigned int *i)
{
	unsigned long nr_pages = 0;

	mutex_lock(&pool->lock);
	for (; *i < pool->nr_prepared && !pool->yielding && !pool->stopped; ++*i) {
		nr_pages = pool->prepared[*i].nr_pages;
		if (count_missing(pool, nr_pages) > 0) {
			pool->busy++;
			break;
		}
		nr_pages = 0;
	}
	mutex_unlock(&pool->lock);

	return nr_pages;
}

/* False if some could not be. */
static bool prepare(struct dma_heap_pool *pool)
{
	unsigned long nr_pages;
	bool all = true;
	unsigned int i = 0;

	while ((nr_pages = next_missing(pool, &i))) {
		bool done = prepare_one(pool, nr_pages);

		mutex_lock(&pool->lock);
		put_busy(pool);
		mutex_unlock(&pool->lock);
		if (!done) {
			all = false;
			i++;
		}
	}

	return all;
}

/* When there is something to do again, if nothing happens before. */
static void plan(struct dma_heap_pool *pool, bool is_prepared)
{
	const struct dma_heap_kept *kept;
	unsigned long due, delay = ULONG_MAX;

	mutex_lock(&pool->lock);
	list_for_each_entry(kept, &pool->ready, link)
		if (count_missing(pool, kept->extent.nr_pages) < 0) {
			due = kept->since + msecs_to_jiffies(pool->idle);
			delay = time_after(due, jiffies) ? due - jiffies : 1;
			break;
		}
	if (!is_prepared)
		delay = min_t(unsigned long, delay, PREPARE_AGAIN);
	if (delay != ULONG_MAX)
		queue_work_in(pool, delay);
	mutex_unlock(&pool->lock);
}

static void work(struct work_struct *work)
{
	struct dma_heap_pool *pool = container_of(to_delayed_work(work),
						  struct dma_heap_pool, work);

	while (clear_one(pool))
		;
	expire(pool);
	plan(pool, prepare(pool));
}

/*
 * Gives all of it back, and lets nothing be kept until stop_yielding(). Memory may
 * be in others' hands still, as long as there is @busy.
 */
static void yield_all(struct dma_heap_pool *pool)
{
	LIST_HEAD(all);

	lockdep_assert_held(&pool->lock);

	pool->yielding++;
	collect(pool, &pool->ready, ULONG_MAX, true, &all);
	collect(pool, &pool->dirty, ULONG_MAX, true, &all);
	give_back_list(pool, &all);
}

static void stop_yielding(struct dma_heap_pool *pool)
{
	mutex_lock(&pool->lock);
	pool->yielding--;
	if (pool->nr_prepared)
		queue_work_in(pool, PREPARE_AGAIN);
	mutex_unlock(&pool->lock);
}

/*
 * For a request that the heap can't meet but with what is in the pool, or was there
 * when the heap was asked, which returned @ret: @returned is
 * &dma_heap_pool.returned from before that. Another request may have had all of it
 * given back since.
 */
static int take_with_all(struct dma_heap_pool *pool,
			 struct dma_heap_extent *extent, unsigned int returned,
			 int ret)
{
	bool had_any;

	mutex_lock(&pool->lock);
	had_any = pool->pages || pool->busy || pool->returned != returned;
	yield_all(pool);
	mutex_unlock(&pool->lock);

	if (had_any)
		ret = wait_event_killable(pool->done, !READ_ONCE(pool->busy)) ?
		      -EINTR : pool->heap->source->take(pool->heap, extent);
	stop_yielding(pool);

	return ret;
}

/*
 * What is kept of a size: ready, or else to be cleared. What is just being cleared
 * is waited for, once: that takes less time than to find and clear other memory.
 * NULL if there is nothing, or for a killed caller.
 */
static struct dma_heap_kept *take_kept(struct dma_heap_pool *pool,
				       unsigned long nr_pages, bool *is_ready)
{
	struct dma_heap_kept *kept;
	bool wait;

	mutex_lock(&pool->lock);
	kept = find(pool, &pool->ready, nr_pages);
	*is_ready = kept;
	if (is_on(pool)) {
		pool->hits += *is_ready;
		pool->misses += !*is_ready;
	}
	if (!kept)
		kept = find(pool, &pool->dirty, nr_pages);
	wait = !kept && pool->clearing == nr_pages;
	mutex_unlock(&pool->lock);
	if (!wait)
		return kept;

	if (wait_event_killable(pool->done,
				READ_ONCE(pool->clearing) != nr_pages))
		return NULL;

	mutex_lock(&pool->lock);
	kept = find(pool, &pool->ready, nr_pages);
	*is_ready = kept;
	mutex_unlock(&pool->lock);

	return kept;
}

/**
 * dma_heap_pool_take() - take cleared memory, from the pool if it has some
 * @heap: Whose.
 * @extent: Its length, to be filled with its place.
 *
 * Context: May sleep.
 * Return: 0, -ENOMEM or -EBUSY if neither the pool nor the heap has as much, not
 * even together, or -EINTR for a killed caller.
 */
int dma_heap_pool_take(struct dma_heap *heap, struct dma_heap_extent *extent)
{
	struct dma_heap_pool *pool = &heap->pool;
	const unsigned int returned = READ_ONCE(pool->returned);
	struct dma_heap_kept *kept;
	bool is_ready;
	int ret;

	kept = take_kept(pool, extent->nr_pages, &is_ready);
	if (kept && !is_ready && !is_sound(&kept->extent)) {
		give_back_sound(heap, &kept->extent);
		kfree(kept);
		kept = NULL;
	}

	if (kept) {
		*extent = kept->extent;
		kfree(kept);
		ret = is_ready ? 0 : heap->source->clear(heap, extent);
		if (ret)
			heap->source->give_back(heap, extent);
	} else {
		ret = heap->source->take(heap, extent);
		if (ret == -ENOMEM || ret == -EBUSY)
			ret = take_with_all(pool, extent, returned, ret);
	}

	mutex_lock(&pool->lock);
	if (pool->nr_prepared)
		queue_work_in(pool, PREPARE_AFTER);
	mutex_unlock(&pool->lock);

	return ret;
}

/* Keeps memory, unless it may not be; what is older goes for it. */
static bool keep(struct dma_heap_pool *pool, struct dma_heap_kept *kept)
{
	const unsigned long nr_pages = kept->extent.nr_pages;
	unsigned long limit;
	LIST_HEAD(old);
	bool is_kept;

	mutex_lock(&pool->lock);
	is_kept = may_keep(pool, nr_pages);
	limit = limit_in_pages(pool);
	if (!is_kept && nr_pages <= limit) {
		if (pool->nr_kept >= MAX_KEPT)
			collect(pool, &pool->ready, 1, false, &old);
		if (pool->pages > limit - nr_pages)
			collect(pool, &pool->ready,
				pool->pages - (limit - nr_pages), false, &old);
		is_kept = may_keep(pool, nr_pages);
	}
	if (is_kept) {
		add(pool, kept, &pool->dirty);
		queue_work_in(pool, 0);
	}
	give_back_list(pool, &old);
	mutex_unlock(&pool->lock);

	return is_kept;
}

/**
 * dma_heap_pool_give_back() - give memory back, to the pool if that may keep it
 * @heap: Whose.
 * @extent: As dma_heap_pool_take() has filled it in.
 *
 * Context: May sleep.
 */
void dma_heap_pool_give_back(struct dma_heap *heap,
			     const struct dma_heap_extent *extent)
{
	struct dma_heap_pool *pool = &heap->pool;
	struct dma_heap_kept *kept = NULL;

	/* Without the lock: under it there is another look. */
	if (data_race(is_on(pool)))
		/* May be called to make memory free: takes none that is short. */
		kept = kmalloc_obj(*kept, GFP_NOWAIT | __GFP_NOWARN);
	if (kept) {
		kept->extent = *extent;
		if (keep(pool, kept))
			return;
	}

	kfree(kept);
	heap->source->give_back(heap, extent);
}

/* Gives all of it back, prepared buffers too, which will be made again. */
void dma_heap_pool_drain(struct dma_heap *heap)
{
	struct dma_heap_pool *pool = &heap->pool;

	mutex_lock(&pool->lock);
	yield_all(pool);
	mutex_unlock(&pool->lock);

	wait_event(pool->done, !READ_ONCE(pool->busy));
	stop_yielding(pool);
}

/* Gives back up to @nr_pages of what is not prepared, the dirty first. */
static unsigned long reduce(struct dma_heap_pool *pool, unsigned long nr_pages)
{
	const unsigned long before = pool->pages;
	unsigned long done;
	LIST_HEAD(list);

	lockdep_assert_held(&pool->lock);

	collect(pool, &pool->dirty, nr_pages, false, &list);
	done = before - pool->pages;
	if (done < nr_pages)
		collect(pool, &pool->ready, nr_pages - done, false, &list);
	done = before - pool->pages;
	give_back_list(pool, &list);

	return done;
}

/* What may be kept has become less, or what is to be kept in any case. */
static void keep_to_limit(struct dma_heap_pool *pool)
{
	const unsigned long limit = limit_in_pages(pool);

	if (pool->pages > limit)
		reduce(pool, pool->pages - limit);
}

/* Returns 0, or -EOPNOTSUPP for per cent of what is not known. */
int dma_heap_pool_set_limit(struct dma_heap *heap,
			    const struct dma_heap_limit *limit)
{
	struct dma_heap_pool *pool = &heap->pool;

	if (limit->unit == DMA_HEAP_LIMIT_PERCENT &&
	    !READ_ONCE(heap->region.nr_pages))
		return -EOPNOTSUPP;

	mutex_lock(&pool->lock);
	pool->limit = *limit;
	keep_to_limit(pool);
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

/* Buffers of @n sizes, each once, are to be ready from now on. */
void dma_heap_pool_set_prepared(struct dma_heap *heap,
				const struct dma_heap_prepared *prepared,
				unsigned int n)
{
	struct dma_heap_pool *pool = &heap->pool;

	mutex_lock(&pool->lock);
	memcpy(pool->prepared, prepared, n * sizeof(prepared[0]));
	pool->nr_prepared = n;
	keep_to_limit(pool);
	queue_work_in(pool, 0);
	mutex_unlock(&pool->lock);
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
			nr_pages += READ_ONCE(pool->pages);
	mutex_unlock(&pools_lock);

	return nr_pages;
}

/* Under pressure nobody is waited for. */
static unsigned long shrink(struct dma_heap_pool *pool, unsigned long nr_pages)
{
	unsigned long done;

	if (!mutex_trylock(&pool->lock))
		return 0;
	done = reduce(pool, nr_pages);
	mutex_unlock(&pool->lock);

	return done;
}

static unsigned long scan_shrinkable(struct shrinker *shrinker,
				     struct shrink_control *control)
{
	struct dma_heap_pool *pool;
	unsigned long done = 0;

	if (!mutex_trylock(&pools_lock))
		return SHRINK_STOP;
	list_for_each_entry(pool, &pools, link)
		if (pool->heap->source->shared && done < control->nr_to_scan)
			done += shrink(pool, control->nr_to_scan - done);
	mutex_unlock(&pools_lock);

	return done ?: SHRINK_STOP;
}

static struct shrinker *pool_shrinker;

/*
 * For a heap that is being added, with its region. The pool is off until an
 * administrator says otherwise: drivers that share a region have no way to ask for
 * what is kept of it, and buffers that are lent again stay where they were, which
 * may divide a region otherwise than if each was put to the first place.
 */
void dma_heap_pool_start(struct dma_heap *heap)
{
	struct dma_heap_pool *pool = &heap->pool;

	pool->heap = heap;
	mutex_init(&pool->lock);
	INIT_LIST_HEAD(&pool->ready);
	INIT_LIST_HEAD(&pool->dirty);
	init_waitqueue_head(&pool->done);
	INIT_DELAYED_WORK(&pool->work, work);
	pool->idle = DEFAULT_IDLE;
	pool->limit = (struct dma_heap_limit){ DMA_HEAP_LIMIT_BYTES, 0 };

	mutex_lock(&pools_lock);
	list_add_tail(&pool->link, &pools);
	mutex_unlock(&pools_lock);

	if (heap->has_region)
		dma_heap_pool_prepare_first(heap);
}

/* For a heap that was removed: what comes back later is not kept. */
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
