// SPDX-License-Identifier: GPL-2.0
/*
 * Pools: memory that comes back to a heap is cleared in the background and kept
 * for a while, for the next request of its size.
 *
 * To a pool no memory belongs: it gives way to any request that the heap can't
 * meet otherwise, to the kernel when that is short of memory, to the
 * administrator, and to time.
 */
#include <linux/ctype.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/page-flags.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core.h"
#include "pool.h"

/* How much is cleared between two looks at whether somebody wants it. */
#define PAGES_PER_LOOK (SZ_2M >> PAGE_SHIFT)

/* In milliseconds. */
#define DEFAULT_IDLE 2000

/* More would take long to look through. */
#define MAX_KEPT 256

/* After this, buffers are prepared that could not be. */
#define PREPARE_AGAIN HZ

static char *prepared = "";
module_param(prepared, charp, 0444);
MODULE_PARM_DESC(prepared, "Buffers that heaps have ready always: NAME=COUNTxBYTES, with spaces between several sizes and semicolons between heaps (default: none)");

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
		return div_u64((u64)pool->heap->region.nr_pages * limit->value,
			       100);
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

static void collect_all(struct dma_heap_pool *pool, struct list_head *out)
{
	collect(pool, &pool->ready, ULONG_MAX, true, out);
	collect(pool, &pool->dirty, ULONG_MAX, true, out);
}

/* Whoever wants it back waits for this: see @busy. */
static void begin(struct dma_heap_pool *pool)
{
	lockdep_assert_held(&pool->lock);

	pool->busy++;
}

static void end(struct dma_heap_pool *pool)
{
	lockdep_assert_held(&pool->lock);

	if (!--pool->busy)
		wake_up_all(&pool->done);
}

/* Not under the lock, but between begin() and end(). */
static void give_back_list(struct dma_heap_pool *pool, struct list_head *list)
{
	struct dma_heap_kept *kept, *next;

	list_for_each_entry_safe(kept, next, list, link) {
		pool->heap->source->give_back(pool->heap, &kept->extent);
		kfree(kept);
	}
}

static void queue_work_in(struct dma_heap_pool *pool, unsigned long delay)
{
	lockdep_assert_held(&pool->lock);

	if (!pool->stopped)
		mod_delayed_work(pool_workqueue, &pool->work, delay);
}

static bool is_poisoned(unsigned long pfn)
{
	/* Of protected memory there may be no struct pages. */
	return pfn_valid(pfn) && PageHWPoison(pfn_to_page(pfn));
}

/*
 * Gives back what can be used, and nothing else: a page that memory has failed
 * in must not be lent again. The kernel takes such a page from what is its own.
 */
static void give_back_sound(struct dma_heap *heap,
			    const struct dma_heap_extent *extent)
{
	struct dma_heap_extent part = { extent->pfn, 0 };
	unsigned long i;

	for (i = 0; i < extent->nr_pages; i++) {
		if (!is_poisoned(extent->pfn + i) ||
		    heap->source->shared) {
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
	unsigned long done, n, i;

	for (done = 0; done < extent->nr_pages; done += n) {
		struct dma_heap_extent part = { .pfn = extent->pfn + done };

		if (READ_ONCE(pool->yielding) || READ_ONCE(pool->stopped))
			return false;
		n = min(PAGES_PER_LOOK, extent->nr_pages - done);
		for (i = 0; i < n; i++)
			if (is_poisoned(part.pfn + i))
				return false;
		part.nr_pages = n;
		if (heap->source->clear(heap, &part))
			return false;
	}

	return true;
}

/* The limit may have been lowered while it was being cleared. */
static bool may_keep(const struct dma_heap_pool *pool, unsigned long nr_pages)
{
	const unsigned long limit = limit_in_pages(pool);

	if (pool->yielding || pool->stopped)
		return false;

	return count_missing(pool, nr_pages) > 0 ||
	       (nr_pages <= limit && pool->pages <= limit - nr_pages);
}

/* Clears what came first; false if there is nothing to clear. */
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
		begin(pool);
	}
	mutex_unlock(&pool->lock);
	if (!kept)
		return false;

	is_clear = clear(pool, &kept->extent);

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
	end(pool);
	mutex_unlock(&pool->lock);
	wake_up_all(&pool->done);

	return true;
}

/* Gives back what was kept for long enough. */
static void expire(struct dma_heap_pool *pool)
{
	unsigned long idle = msecs_to_jiffies(pool->idle);
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
	begin(pool);
	mutex_unlock(&pool->lock);

	give_back_list(pool, &old);

	mutex_lock(&pool->lock);
	end(pool);
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
			begin(pool);
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
		end(pool);
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
	if (delay != ULONG_MAX && !delayed_work_pending(&pool->work))
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

/* Waits until nobody has memory of the pool in his hands. */
static int wait_for_others(struct dma_heap_pool *pool)
{
	return wait_event_killable(pool->done, !READ_ONCE(pool->busy));
}

/* All of it goes back, and nothing is kept until the request has been met. */
static int take_with_all(struct dma_heap_pool *pool,
			 struct dma_heap_extent *extent)
{
	struct dma_heap *heap = pool->heap;
	LIST_HEAD(all);
	bool had_any;
	int ret;

	mutex_lock(&pool->lock);
	pool->yielding++;
	had_any = pool->pages || pool->busy;
	collect_all(pool, &all);
	begin(pool);
	mutex_unlock(&pool->lock);

	give_back_list(pool, &all);

	mutex_lock(&pool->lock);
	end(pool);
	mutex_unlock(&pool->lock);

	ret = had_any ? wait_for_others(pool) : -ENOMEM;
	if (!ret)
		ret = heap->source->take(heap, extent);

	mutex_lock(&pool->lock);
	pool->yielding--;
	if (pool->nr_prepared)
		queue_work_in(pool, PREPARE_AGAIN);
	mutex_unlock(&pool->lock);

	return ret == -ERESTARTSYS ? -EINTR : ret;
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
 * Return: 0, -ENOMEM if neither the pool nor the heap has as much, not even
 * together, or -EINTR for a killed caller.
 */
int dma_heap_pool_take(struct dma_heap *heap, struct dma_heap_extent *extent)
{
	struct dma_heap_pool *pool = &heap->pool;
	struct dma_heap_kept *kept;
	bool is_ready;
	int ret;

	kept = take_kept(pool, extent->nr_pages, &is_ready);
	if (kept) {
		*extent = kept->extent;
		kfree(kept);
		ret = is_ready ? 0 : heap->source->clear(heap, extent);
		if (ret)
			heap->source->give_back(heap, extent);
	} else {
		ret = heap->source->take(heap, extent);
		if (ret == -ENOMEM)
			ret = take_with_all(pool, extent);
	}

	mutex_lock(&pool->lock);
	if (pool->nr_prepared)
		queue_work_in(pool, 0);
	mutex_unlock(&pool->lock);

	return ret;
}

/* Makes room for @nr_pages by moving what is older to @out, if that helps. */
static bool make_room(struct dma_heap_pool *pool, unsigned long nr_pages,
		      struct list_head *out)
{
	unsigned long limit = limit_in_pages(pool);
	unsigned long excess;

	if (pool->stopped || pool->yielding)
		return false;
	if (count_missing(pool, nr_pages) > 0)
		return true;
	if (nr_pages > limit)
		return false;

	if (pool->nr_kept >= MAX_KEPT)
		collect(pool, &pool->ready, 1, false, out);
	if (pool->pages > limit - nr_pages) {
		excess = pool->pages - (limit - nr_pages);
		collect(pool, &pool->ready, excess, false, out);
	}

	return pool->pages <= limit - nr_pages && pool->nr_kept < MAX_KEPT;
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
	struct dma_heap_kept *kept;
	LIST_HEAD(old);

	/* May be called to make memory free: takes none that is short. */
	kept = kmalloc_obj(*kept, GFP_NOWAIT | __GFP_NOWARN);

	mutex_lock(&pool->lock);
	begin(pool);
	if (kept && make_room(pool, extent->nr_pages, &old)) {
		kept->extent = *extent;
		add(pool, kept, &pool->dirty);
		kept = NULL;
		extent = NULL;
		queue_work_in(pool, 0);
	}
	mutex_unlock(&pool->lock);

	give_back_list(pool, &old);
	if (extent)
		heap->source->give_back(heap, extent);
	kfree(kept);

	mutex_lock(&pool->lock);
	end(pool);
	mutex_unlock(&pool->lock);
}

/* Gives all of it back, prepared buffers too. */
void dma_heap_pool_drain(struct dma_heap *heap)
{
	struct dma_heap_pool *pool = &heap->pool;
	LIST_HEAD(all);

	mutex_lock(&pool->lock);
	pool->yielding++;
	collect_all(pool, &all);
	begin(pool);
	mutex_unlock(&pool->lock);

	give_back_list(pool, &all);

	mutex_lock(&pool->lock);
	end(pool);
	mutex_unlock(&pool->lock);
	wait_event(pool->done, !READ_ONCE(pool->busy));

	mutex_lock(&pool->lock);
	pool->yielding--;
	mutex_unlock(&pool->lock);
}

/* Returns 0, or -EOPNOTSUPP for per cent of what is not known. */
int dma_heap_pool_set_limit(struct dma_heap *heap,
			    const struct dma_heap_limit *limit)
{
	struct dma_heap_pool *pool = &heap->pool;
	LIST_HEAD(excess);
	unsigned long most;

	if (limit->unit == DMA_HEAP_LIMIT_PERCENT && !heap->region.nr_pages)
		return -EOPNOTSUPP;

	mutex_lock(&pool->lock);
	pool->limit = *limit;
	most = limit_in_pages(pool);
	if (pool->pages > most)
		collect(pool, &pool->ready, pool->pages - most, false, &excess);
	if (pool->pages > most)
		collect(pool, &pool->dirty, pool->pages - most, false, &excess);
	begin(pool);
	mutex_unlock(&pool->lock);

	give_back_list(pool, &excess);

	mutex_lock(&pool->lock);
	end(pool);
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

/* Reads "COUNTxBYTES" and what follows; returns its length, or -EINVAL. */
static int parse_prepared(const char *text, struct dma_heap_prepared *prepared)
{
	unsigned long long bytes;
	int len = 0;
	char *end;

	if (!isdigit(*text) ||
	    sscanf(text, "%5ux%n", &prepared->count, &len) != 1 || !len)
		return -EINVAL;
	if (!isdigit(text[len]) || !prepared->count ||
	    prepared->count > USHRT_MAX)
		return -EINVAL;

	bytes = memparse(text + len, &end);
	if (!bytes || bytes > LONG_MAX - PAGE_SIZE ||
	    (*end && !isspace(*end)))
		return -EINVAL;
	prepared->nr_pages = DIV_ROUND_UP_ULL(bytes, PAGE_SIZE);

	return end - text;
}

/* Reads what was written for one heap; how many sizes there are, or -EINVAL. */
static int parse_all_prepared(const char *text,
			      struct dma_heap_prepared *prepared)
{
	int n = 0, len, i;

	for (text = skip_spaces(text); *text; text = skip_spaces(text + len)) {
		if (n == DMA_HEAP_MAX_PREPARED)
			return -EINVAL;
		len = parse_prepared(text, &prepared[n]);
		if (len < 0)
			return len;
		for (i = 0; i < n; i++)
			if (prepared[i].nr_pages == prepared[n].nr_pages)
				return -EINVAL;
		n++;
	}

	return n;
}

/**
 * dma_heap_pool_prepare() - say which buffers are to be ready always
 * @heap: The heap.
 * @text: "COUNTxBYTES", or several with spaces between, or nothing.
 *
 * Return: 0, or -EINVAL if @text is anything else, or has a size twice.
 */
int dma_heap_pool_prepare(struct dma_heap *heap, const char *text)
{
	struct dma_heap_prepared prepared[DMA_HEAP_MAX_PREPARED];
	struct dma_heap_pool *pool = &heap->pool;
	int n;

	n = parse_all_prepared(text, prepared);
	if (n < 0)
		return n;

	mutex_lock(&pool->lock);
	memcpy(pool->prepared, prepared, n * sizeof(prepared[0]));
	pool->nr_prepared = n;
	queue_work_in(pool, 0);
	mutex_unlock(&pool->lock);

	return 0;
}

/* What the parameter says about one heap after the other; NULL at its end. */
static char *next_in_parameter(char **rest, char **name)
{
	char *text;

	*name = strsep(rest, ";");
	if (!*name)
		return NULL;

	text = strchr(*name, '=');
	if (text)
		*text++ = 0;
	return text ?: "none";
}

static int check_parameter(void)
{
	struct dma_heap_prepared some[DMA_HEAP_MAX_PREPARED];
	char *copy, *rest, *name, *text;
	int ret = 0;

	if (!*prepared)
		return 0;

	copy = kstrdup(prepared, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (ret >= 0 && (text = next_in_parameter(&rest, &name)))
		ret = parse_all_prepared(text, some);
	kfree(copy);
	if (ret < 0)
		pr_err("prepared=%s: is not NAME=COUNTxBYTES, with a semicolon before the next heap\n",
		       prepared);

	return min(ret, 0);
}

static void apply_parameter(struct dma_heap *heap)
{
	char *copy, *rest, *name, *text;

	copy = kstrdup(prepared, GFP_KERNEL);
	if (!copy)
		return;
	rest = copy;
	while ((text = next_in_parameter(&rest, &name)))
		if (!strcmp(name, heap->name))
			dma_heap_pool_prepare(heap, text);
	kfree(copy);
}

int dma_heap_pool_print_prepared(struct dma_heap *heap, char *text)
{
	struct dma_heap_pool *pool = &heap->pool;
	unsigned int i;
	int len = 0;

	mutex_lock(&pool->lock);
	for (i = 0; i < pool->nr_prepared; i++)
		len += sysfs_emit_at(text, len, "%s%ux%llu", i ? " " : "",
				     pool->prepared[i].count,
				     (u64)pool->prepared[i].nr_pages <<
				     PAGE_SHIFT);
	mutex_unlock(&pool->lock);

	return len + sysfs_emit_at(text, len, "\n");
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
	unsigned long before, done;
	LIST_HEAD(list);

	if (!mutex_trylock(&pool->lock))
		return 0;
	before = pool->pages;
	collect(pool, &pool->dirty, nr_pages, false, &list);
	if (before - pool->pages < nr_pages)
		collect(pool, &pool->ready, nr_pages - (before - pool->pages),
			false, &list);
	done = before - pool->pages;
	begin(pool);
	mutex_unlock(&pool->lock);

	give_back_list(pool, &list);

	mutex_lock(&pool->lock);
	end(pool);
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
		apply_parameter(heap);
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

	ret = check_parameter();
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

	return 0;
}

void dma_heap_pools_exit(void)
{
	shrinker_free(pool_shrinker);
	destroy_workqueue(pool_workqueue);
}
