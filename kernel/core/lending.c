// SPDX-License-Identifier: GPL-2.0
/*
 * What heaps have lent: to whom it is charged, the counts of it, and the list.
 *
 * A buffer is lent when a heap was asked for it by its node. The loan is made
 * before the heap looks for memory, and ends when the memory is free again; in
 * between it is listed and counted for as long as the buffer lives.
 */
#include <linux/bitmap.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <uapi/linux/dma-heap.h>

#include "buffer.h"
#include "core.h"
#include "trace.h"

/**
 * struct dma_heap_loan - memory that somebody has asked for
 * @heap: Which heap.
 * @bytes: How much.
 * @charge: Who pays for it, or NULL for one without limits.
 * @pool: The cgroup's, or NULL.
 * @user: Who.
 * @process: Which process.
 * @comm: What it was called.
 * @number: Number of the buffer, set when it exists, as is @end.
 * @end: Mark in &dma_heap.views behind the views of the buffer.
 */
struct dma_heap_loan {
	struct dma_heap *heap;
	u64 bytes;
	struct dma_heap_charge *charge;
	struct dmem_cgroup_pool_state *pool;
	kuid_t user;
	struct pid *process;
	char comm[TASK_COMM_LEN];
	u64 number;
	struct dma_heap_listed end;
};

static u64 region_bytes(const struct dma_heap *heap)
{
	return (u64)heap->region.nr_pages << PAGE_SHIFT;
}

static int register_dmem(struct dma_heap *heap)
{
	const struct dmem_cgroup_init init = { .size = region_bytes(heap) };

	if (!init.size)
		return 0;

	heap->dmem = dmem_cgroup_register_region(&init, "dma_heap/%s",
						 heap->name);
	return PTR_ERR_OR_ZERO(heap->dmem);
}

/* Of what users leave, there are per cent only where it is known. */
bool dma_heap_limit_fits(const struct dma_heap *heap,
			 const struct dma_heap_limit *limit)
{
	return limit->unit != DMA_HEAP_LIMIT_PERCENT || heap->quota->ordinary ||
	       READ_ONCE(heap->quota->total) || heap->ops->find_region;
}

/* For a heap that is being added, with nothing lent. */
int dma_heap_lending_start(struct dma_heap *heap,
			   const struct dma_heap_export_info *info)
{
	int ret;

	mutex_init(&heap->lock);
	INIT_LIST_HEAD(&heap->views);
	heap->lowest_pfn = ULONG_MAX;
	if (info->region) {
		heap->has_region = true;
		heap->region = *info->region;
	}

	if (info->ordinary) {
		heap->quota = &dma_heap_ordinary_quota;
		heap->highest_zone = gfp_zone(info->zone);
	} else {
		heap->quota = &heap->own_quota;
		dma_heap_quota_init(heap->quota);
		dma_heap_quota_set_total(heap->quota, region_bytes(heap));
		if (dma_heap_limit_fits(heap, &dma_heap_default_limit))
			dma_heap_quota_set_limit(heap->quota,
						 &dma_heap_default_limit);
	}

	ret = register_dmem(heap);
	if (ret)
		return ret;

	heap->source = info->source;
	if (heap->source)
		dma_heap_pool_init(heap);

	return 0;
}

/* For a heap that was removed: loans may be left, but no new ones are made. */
void dma_heap_lending_stop(struct dma_heap *heap)
{
	if (heap->source)
		dma_heap_pool_stop(heap);
	dmem_cgroup_unregister_region(heap->dmem);
}

/**
 * dma_heap_set_region() - tell what a heap lends from
 * @heap: From dma_heap_add().
 * @region: As &dma_heap_export_info.region. Copied.
 *
 * Context: May sleep. Not to be called for a heap that is being removed, but
 * from within its operations.
 */
void dma_heap_set_region(struct dma_heap *heap,
			 const struct dma_heap_extent *region)
{
	bool changed;

	mutex_lock(&heap->lock);
	changed = heap->region.pfn != region->pfn ||
		  heap->region.nr_pages != region->nr_pages;
	heap->has_region = true;
	heap->region = *region;
	mutex_unlock(&heap->lock);

	if (changed) {
		dma_heap_quota_set_total(&heap->own_quota,
					 (u64)region->nr_pages << PAGE_SHIFT);
		dma_heap_update_size(heap);
	}
}
EXPORT_SYMBOL_NS_GPL(dma_heap_set_region, "DMA_BUF_HEAP");

/* Returns 0, -EDQUOT if there is a limit in the way, or -ENOMEM. */
static int charge(struct dma_heap_loan *loan)
{
	struct dma_heap *heap = loan->heap;
	int ret;

	ret = dma_heap_quota_charge(heap->quota, loan->bytes,
				    heap->highest_zone, &loan->charge);
	if (ret || !heap->dmem)
		return ret;

	ret = dmem_cgroup_try_charge(heap->dmem, loan->bytes, &loan->pool,
				     NULL);
	if (ret)
		dma_heap_quota_uncharge(heap->quota, loan->bytes, loan->charge);

	return ret == -EAGAIN ? -EDQUOT : ret;
}

static void loan_free(struct dma_heap_loan *loan)
{
	dmem_cgroup_uncharge(loan->pool, loan->bytes);
	put_pid(loan->process);
	kfree(loan);
}

/* For a request that came to nothing, or to a buffer that is not ours. */
static void loan_cancel(struct dma_heap_loan *loan)
{
	dma_heap_quota_uncharge(loan->heap->quota, loan->bytes, loan->charge);
	loan_free(loan);
}

static struct dma_heap_loan *loan_create(struct dma_heap *heap, u64 bytes)
{
	struct dma_heap_loan *loan;
	int ret;

	loan = kzalloc_obj(*loan, GFP_KERNEL_ACCOUNT);
	if (!loan)
		return ERR_PTR(-ENOMEM);

	loan->heap = heap;
	loan->bytes = bytes;
	ret = charge(loan);
	if (ret) {
		kfree(loan);
		return ERR_PTR(ret);
	}

	loan->user = current_uid();
	loan->process = get_pid(task_tgid(current));
	get_task_comm(loan->comm, current);

	return loan;
}

/* Attach @loan to the buffer. The dma-buf is not visible to user space yet. */
static void loan_begin(struct dma_heap_loan *loan, struct dma_heap_view *view)
{
	struct dma_heap_counts *counts = &loan->heap->counts;
	struct dma_heap_buffer *buffer = view->buffer;
	struct dma_heap *heap = loan->heap;

	/* Ordinary memory was counted when it was taken. */
	if (!heap->quota->ordinary)
		dma_heap_quota_take(heap->quota, loan->bytes);
	buffer->loan = loan;

	mutex_lock(&heap->lock);
	loan->number = ++heap->last_loan;
	list_add_tail(&view->listed.link, &heap->views);
	list_add_tail(&loan->end.link, &heap->views);
	heap->lowest_pfn = min(heap->lowest_pfn, buffer->extents[0].pfn);
	counts->allocations++;
	counts->buffers++;
	counts->used += loan->bytes;
	counts->peak = max(counts->peak, counts->used);
	counts->largest_success = max(counts->largest_success, loan->bytes);
	mutex_unlock(&heap->lock);
}

/* The last dma-buf over a buffer has gone, its memory is about to. */
void dma_heap_loan_end(struct dma_heap_buffer *buffer)
{
	struct dma_heap_loan *loan = buffer->loan;
	struct dma_heap *heap = buffer->heap;

	if (!loan)
		return;

	mutex_lock(&heap->lock);
	list_del(&loan->end.link);
	heap->counts.buffers--;
	heap->counts.used -= loan->bytes;
	mutex_unlock(&heap->lock);

	trace_dma_heap_free(heap, loan->number, loan->bytes);
}

/* The memory is free: nobody owes anything. */
void dma_heap_loan_settle(struct dma_heap_buffer *buffer)
{
	struct dma_heap_loan *loan = buffer->loan;

	if (!loan)
		return;

	dma_heap_quota_give_back(loan->heap->quota, loan->bytes, loan->charge);
	loan_free(loan);
}

/* The first view is there before its buffer is lent. */
void dma_heap_loan_add_view(struct dma_heap_view *view)
{
	struct dma_heap_loan *loan = view->buffer->loan;

	if (!loan)
		return;

	mutex_lock(&loan->heap->lock);
	list_add_tail(&view->listed.link, &loan->end.link);
	mutex_unlock(&loan->heap->lock);
}

void dma_heap_loan_drop_view(struct dma_heap_view *view)
{
	struct dma_heap_loan *loan = view->buffer->loan;

	if (!loan)
		return;

	mutex_lock(&loan->heap->lock);
	list_del(&view->listed.link);
	mutex_unlock(&loan->heap->lock);
}

/* Count a failed request by its reason. Return the error for the caller. */
static int refuse(struct dma_heap *heap, u64 bytes, int error)
{
	struct dma_heap_counts *counts = &heap->counts;

	mutex_lock(&heap->lock);
	if (error == -EDQUOT)
		counts->failures_limit++;
	else if (error == -ENOMEM)
		counts->failures_memory++;
	else if (error == -EBUSY)
		counts->failures_busy++;
	else
		counts->failures_other++;
	/* Without its address, a region that is busy may as well be fragmented. */
	if (error == -ENOMEM || (error == -EBUSY &&
				 heap->region.pfn == DMA_HEAP_PFN_UNKNOWN))
		counts->smallest_failure =
			min_not_zero(counts->smallest_failure, bytes);
	mutex_unlock(&heap->lock);

	trace_dma_heap_alloc_failed(heap, bytes, error);
	return error == -EDQUOT || error == -EBUSY ? -ENOMEM : error;
}

/**
 * dma_heap_lend() - have a heap allocate for whoever calls
 * @heap: The heap. &dma_heap.removal is held for reading.
 * @len: As for &dma_heap_ops.allocate.
 * @fd_flags: Same.
 * @heap_flags: Same.
 *
 * What is charged, counted and listed are buffers that the heap has made with
 * our exporter: of another dma-buf nobody tells when it ends.
 *
 * Return: The dma-buf or an ERR_PTR().
 */
struct dma_buf *dma_heap_lend(struct dma_heap *heap, unsigned long len,
			      u32 fd_flags, u64 heap_flags)
{
	struct dma_heap_loan *loan;
	struct dma_heap_view *view;
	struct dma_buf *dmabuf;

	loan = loan_create(heap, len);
	/* The limit may be a part of a region that is not known, or not all of it. */
	if (loan == ERR_PTR(-EDQUOT) && heap->ops->find_region &&
	    heap->ops->find_region(heap))
		loan = loan_create(heap, len);
	if (IS_ERR(loan))
		return ERR_PTR(refuse(heap, len, PTR_ERR(loan)));

	dmabuf = heap->ops->allocate(heap, len, fd_flags, heap_flags);
	if (IS_ERR(dmabuf)) {
		loan_cancel(loan);
		return ERR_PTR(refuse(heap, len, PTR_ERR(dmabuf)));
	}

	view = dma_heap_view_of(dmabuf);
	if (view && view->buffer->heap == heap && !view->buffer->loan) {
		loan_begin(loan, view);
		trace_dma_heap_alloc(heap, loan->number, len);
	} else {
		loan_cancel(loan);
	}

	return dmabuf;
}

/* Entries of &dma_heap.views that are visited while &dma_heap.lock is held. */
#define LIST_BATCH 32

/**
 * struct dma_heap_list_cursor - a position in &dma_heap.views
 * @heap: Heap whose views are listed.
 * @mark: Mark behind the last entry that was visited.
 * @all: True if the caller may see the buffers of all users.
 * @last_loan: Number of the youngest buffer that is listed.
 * @region: Region of the heap when the list began; its first page frame is the
 *	lowest allocated one if the kernel does not report it.
 * @entries: Entries of the last batch.
 */
struct dma_heap_list_cursor {
	struct dma_heap *heap;
	struct dma_heap_listed mark;
	bool all;
	u64 last_loan;
	struct dma_heap_extent region;
	struct dma_heap_list_entry entries[LIST_BATCH];
};

/* The offset of a buffer in the region, in bytes. */
static u64 place(const struct dma_heap_extent *region,
		 const struct dma_heap_buffer *buffer)
{
	const struct dma_heap_extent *extent = &buffer->extents[0];

	if (buffer->nr_extents > 1 || extent->pfn < region->pfn ||
	    extent->pfn - region->pfn >= region->nr_pages)
		return DMA_HEAP_NOWHERE;

	return (u64)(extent->pfn - region->pfn) << PAGE_SHIFT;
}

/* Check whether any thread of the process is left. */
static bool process_lives(struct pid *process)
{
	const struct task_struct *task;
	bool lives;

	rcu_read_lock();
	task = pid_task(process, PIDTYPE_TGID);
	lives = task && atomic_read(&task->signal->live);
	rcu_read_unlock();

	return lives;
}

static void fill_entry(struct dma_heap_list_entry *entry,
		       const struct dma_heap_list_cursor *cursor,
		       const struct dma_heap_view *view)
{
	const struct dma_heap_loan *loan = view->buffer->loan;

	*entry = (struct dma_heap_list_entry){
		.inode = view->inode,
		.buffer = loan->number,
		.buffer_len = loan->bytes,
		.region_offset = cursor->all ?
			place(&cursor->region, view->buffer) : DMA_HEAP_NOWHERE,
		.offset = (u64)view->span.first << PAGE_SHIFT,
		.len = (u64)view->span.nr_pages << PAGE_SHIFT,
		.uid = from_kuid_munged(current_user_ns(), loan->user),
	};
	if (process_lives(loan->process))
		entry->pid = pid_vnr(loan->process);
	strscpy(entry->comm, loan->comm, sizeof(entry->comm));
}

/**
 * dma_heap_list_begin() - begin to list the dma-bufs over memory of a heap
 * @heap: The heap.
 * @flags: Set to DMA_HEAP_LIST_RELATIVE or 0.
 *
 * Return: A cursor, to be freed by dma_heap_list_end(); or NULL if there is no
 * memory for it.
 */
struct dma_heap_list_cursor *dma_heap_list_begin(struct dma_heap *heap,
						 u32 *flags)
{
	struct dma_heap_list_cursor *cursor;

	cursor = kzalloc_obj(*cursor, GFP_KERNEL_ACCOUNT);
	if (!cursor)
		return NULL;

	cursor->heap = heap;
	cursor->all = ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
	*flags = 0;

	mutex_lock(&heap->lock);
	list_add(&cursor->mark.link, &heap->views);
	cursor->last_loan = heap->last_loan;
	cursor->region = heap->region;
	if (heap->has_region && heap->region.pfn == DMA_HEAP_PFN_UNKNOWN) {
		cursor->region.pfn = heap->lowest_pfn;
		cursor->region.nr_pages = ULONG_MAX;
		*flags = DMA_HEAP_LIST_RELATIVE;
	}
	mutex_unlock(&heap->lock);

	return cursor;
}

/**
 * dma_heap_list_next() - get the next entries of a list
 * @cursor: From dma_heap_list_begin().
 * @entries: Set to an array that is valid until the next call.
 *
 * A list can be long, and any user who may open the heap can ask for it. So
 * &dma_heap.lock is held for a batch at a time.
 *
 * Return: The number of entries, which may be 0; or -ENOENT at the end.
 */
int dma_heap_list_next(struct dma_heap_list_cursor *cursor,
		       const struct dma_heap_list_entry **entries)
{
	struct dma_heap_listed *listed = &cursor->mark;
	struct dma_heap *heap = cursor->heap;
	unsigned int visited;
	int n = 0;

	mutex_lock(&heap->lock);
	for (visited = 0; visited < LIST_BATCH; visited++) {
		const struct dma_heap_loan *loan;

		if (list_is_last(&listed->link, &heap->views))
			break;
		listed = list_next_entry(listed, link);
		if (!listed->view)
			continue;
		loan = listed->view->buffer->loan;
		if (loan->number > cursor->last_loan)
			break;
		if (cursor->all || uid_eq(loan->user, current_uid()))
			fill_entry(&cursor->entries[n++], cursor, listed->view);
	}
	if (listed != &cursor->mark)
		list_move(&cursor->mark.link, &listed->link);
	mutex_unlock(&heap->lock);
	cond_resched();

	*entries = cursor->entries;
	return n || visited == LIST_BATCH ? n : -ENOENT;
}

void dma_heap_list_end(struct dma_heap_list_cursor *cursor)
{
	mutex_lock(&cursor->heap->lock);
	list_del(&cursor->mark.link);
	mutex_unlock(&cursor->heap->lock);
	kfree(cursor);
}

/**
 * dma_heap_has_room() - check whether the buffers of a heap leave room for one more
 * @heap: The heap.
 * @nr_pages: Size of that buffer in pages.
 *
 * Other users of the region are not known, nor is memory that a task is just
 * allocating or freeing.
 *
 * Context: May sleep.
 * Return: False if there is no room; true if there is, or it cannot be decided.
 */
bool dma_heap_has_room(struct dma_heap *heap, unsigned long nr_pages)
{
	const unsigned long mask = dma_heap_least_alignment(nr_pages) - 1;
	const unsigned long total = READ_ONCE(heap->region.nr_pages);
	const struct dma_heap_list_entry *entries;
	struct dma_heap_list_cursor *cursor = NULL;
	unsigned long *used, first = 0;
	u32 flags;
	int i, n;

	if (!total)
		return true;
	used = kvcalloc(BITS_TO_LONGS(total), sizeof(*used), GFP_KERNEL);
	if (used)
		cursor = dma_heap_list_begin(heap, &flags);
	if (!cursor) {
		kvfree(used);
		return true;
	}

	cursor->all = true;
	while ((n = dma_heap_list_next(cursor, &entries)) >= 0) {
		for (i = 0; i < n; i++) {
			u64 page = entries[i].region_offset >> PAGE_SHIFT;
			u64 len = entries[i].buffer_len >> PAGE_SHIFT;

			if (page >= total)
				continue;
			bitmap_set(used, page, min_t(u64, len, total - page));
			first = cursor->region.pfn;
		}
	}
	dma_heap_list_end(cursor);
	first = bitmap_find_next_zero_area_off(used, total, 0, nr_pages, mask,
					       first & mask);
	kvfree(used);

	return first < total;
}
