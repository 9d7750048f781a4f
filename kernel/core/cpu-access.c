// SPDX-License-Identifier: GPL-2.0
/*
 * The CPU's access to buffers: the brackets around it, and who has opened one
 * for writing. While that is so, others' brackets must not throw away what was
 * written so far.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-resv.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "buffer.h"

static struct dma_heap_writer *
dma_heap_writer_create(const struct dma_heap_view *view)
{
	struct dma_heap_writer *writer;

	writer = kmalloc_obj(*writer, GFP_KERNEL_ACCOUNT);
	if (!writer)
		return NULL;

	writer->view = view;
	writer->process = get_pid(task_tgid(current));
	writer->count = 1;

	return writer;
}

static void dma_heap_writer_free(struct dma_heap_writer *writer)
{
	put_pid(writer->process);
	kfree(writer);
}

bool dma_heap_process_lives(struct pid *process)
{
	const struct task_struct *task;
	bool lives;

	rcu_read_lock();
	task = pid_task(process, PIDTYPE_TGID);
	lives = task && atomic_read(&task->signal->live);
	rcu_read_unlock();

	return lives;
}

static void dma_heap_drop_writer(struct dma_heap_writer *writer)
{
	list_del(&writer->link);
	dma_heap_writer_free(writer);
}

/* One that ended without ending its access will not end it any more. */
void dma_heap_drop_dead_writers(struct dma_heap_buffer *buffer)
{
	struct dma_heap_writer *writer, *next;

	lockdep_assert_held(&buffer->lock);

	list_for_each_entry_safe(writer, next, &buffer->writers, link)
		if (!dma_heap_process_lives(writer->process))
			dma_heap_drop_writer(writer);
}

/* For a view that ends: nobody can end an access through it any more. */
void dma_heap_drop_writers(const struct dma_heap_view *view)
{
	struct dma_heap_buffer *buffer = view->buffer;
	struct dma_heap_writer *writer, *next;

	mutex_lock(&buffer->lock);
	list_for_each_entry_safe(writer, next, &buffer->writers, link)
		if (writer->view == view)
			dma_heap_drop_writer(writer);
	mutex_unlock(&buffer->lock);
}

static struct dma_heap_writer *
dma_heap_find_writer(const struct dma_heap_view *view)
{
	struct dma_heap_writer *writer;

	list_for_each_entry(writer, &view->buffer->writers, link)
		if (writer->view == view &&
		    writer->process == task_tgid(current))
			return writer;

	return NULL;
}

/*
 * The access that ends: this process's own, or the first, as a driver may begin
 * in a process and end in a worker.
 */
static struct dma_heap_writer *
dma_heap_find_ending_writer(const struct dma_heap_view *view)
{
	struct dma_heap_writer *writer = dma_heap_find_writer(view);

	if (writer)
		return writer;

	list_for_each_entry(writer, &view->buffer->writers, link)
		if (writer->view == view)
			return writer;

	return NULL;
}

/* Behind those that begin at the same page, which came before. */
static void dma_heap_insert_writer(struct dma_heap_writer *writer)
{
	struct list_head *place;

	list_for_each_prev(place, &writer->view->buffer->writers)
		if (list_entry(place, struct dma_heap_writer, link)->view->span.first <=
		    writer->view->span.first)
			break;
	list_add(&writer->link, place);
}

/* Takes over @writer. */
static void dma_heap_add_writer(struct dma_heap_writer *writer)
{
	struct dma_heap_writer *same = dma_heap_find_writer(writer->view);

	if (same) {
		same->count++;
		dma_heap_writer_free(writer);
	} else {
		dma_heap_insert_writer(writer);
	}
}

static void dma_heap_end_writer(const struct dma_heap_view *view)
{
	struct dma_heap_writer *writer = dma_heap_find_ending_writer(view);

	if (writer && !--writer->count)
		dma_heap_drop_writer(writer);
}

/*
 * For the work of devices that drivers have told of. dma-buf waits as well, but
 * after us: what a device writes until then would not be seen, and if a signal
 * ends the wait, nobody tells us that the access has not begun.
 */
static int dma_heap_wait_for_devices(struct dma_buf *dmabuf,
				     enum dma_data_direction direction)
{
	bool write = direction != DMA_FROM_DEVICE;
	long ret;

	ret = dma_resv_wait_timeout(dmabuf->resv, dma_resv_usage_rw(write), true,
				    MAX_SCHEDULE_TIMEOUT);

	return ret < 0 ? ret : 0;
}

int dma_heap_buffer_begin_cpu_access(struct dma_buf *dmabuf,
				     enum dma_data_direction direction)
{
	struct dma_heap_view *view = dmabuf->priv;
	struct dma_heap_buffer *buffer = view->buffer;
	struct dma_heap_writer *writer = NULL;
	int ret;

	ret = dma_heap_wait_for_devices(dmabuf, direction);
	if (ret)
		return ret;

	if (direction != DMA_FROM_DEVICE && READ_ONCE(view->writable)) {
		writer = dma_heap_writer_create(view);
		if (!writer)
			return -ENOMEM;
	}

	mutex_lock(&buffer->lock);
	dma_heap_drop_dead_writers(buffer);
	dma_heap_sync_for_cpu(view, direction);
	if (view->vaddr)
		invalidate_kernel_vmap_range(view->vaddr,
					     view->span.nr_pages << PAGE_SHIFT);
	if (writer)
		dma_heap_add_writer(writer);
	mutex_unlock(&buffer->lock);

	return 0;
}

int dma_heap_buffer_end_cpu_access(struct dma_buf *dmabuf,
				   enum dma_data_direction direction)
{
	struct dma_heap_view *view = dmabuf->priv;
	struct dma_heap_buffer *buffer = view->buffer;

	mutex_lock(&buffer->lock);
	if (view->vaddr)
		flush_kernel_vmap_range(view->vaddr,
					view->span.nr_pages << PAGE_SHIFT);
	dma_heap_sync_for_device(view, direction);
	if (direction != DMA_FROM_DEVICE)
		dma_heap_end_writer(view);
	mutex_unlock(&buffer->lock);

	return 0;
}
