// SPDX-License-Identifier: GPL-2.0
/*
 * A heap driver under a test's control, for what no real heap does on demand:
 * to come and go while its nodes are open, its buffers live and its
 * allocations run.
 *
 * Files in debugfs, dmabuf_heaps_test/; a write fails as the call does that it
 * makes:
 *
 *   add	name: adds a heap
 *   foreign	name: adds one that exports its buffers itself, as drivers for
 *		mainline's core do; there is nothing in them
 *   source	name: adds one with a region and a source, which has no memory
 *   calls	number of calls of sources
 *   alias	name: gives the heap that was added last one more name
 *   remove	name: removes that heap, with its aliases
 *   incomplete	"name", "ops" or "allocate": adds a heap without that
 *   hold	1: allocations wait; 0: they go on
 *   hold_free	1: memory waits before it is freed, 10 s at most; 0: it goes on
 *   waiting	how many allocations wait
 *   freeing	how many buffers wait to be freed
 *   released	how many heaps were released
 */
#include <linux/debugfs.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

/**
 * struct test_heap - a heap that was added
 * @heap: The heap.
 * @link: Place in test_heaps.
 */
struct test_heap {
	struct dma_heap *heap;
	struct list_head link;
};

/* Those that were not removed; the last was added last. */
static LIST_HEAD(test_heaps);
static DEFINE_MUTEX(test_heaps_lock);

static bool hold, hold_free;
static DECLARE_WAIT_QUEUE_HEAD(hold_ended);
static atomic_t waiting = ATOMIC_INIT(0);
static atomic_t freeing = ATOMIC_INIT(0);
static atomic_t released = ATOMIC_INIT(0);
static atomic_t source_calls = ATOMIC_INIT(0);

static void test_heap_free(struct dma_heap_buffer *buffer)
{
	struct dma_heap_extent *extent = &buffer->extents[0];

	atomic_inc(&freeing);
	wait_event_timeout(hold_ended, !READ_ONCE(hold_free), 10 * HZ);
	atomic_dec(&freeing);

	free_pages_exact(page_address(pfn_to_page(extent->pfn)),
			 extent->nr_pages << PAGE_SHIFT);
}

static const struct dma_heap_buffer_ops test_heap_buffer_ops = {
	.free = test_heap_free,
};

static struct dma_buf *test_heap_allocate(struct dma_heap *heap,
					  unsigned long len, u32 fd_flags,
					  u64 heap_flags)
{
	struct dma_heap_buffer *buffer;
	struct dma_buf *dmabuf;
	void *mem;
	int ret;

	atomic_inc(&waiting);
	ret = wait_event_killable(hold_ended, !READ_ONCE(hold));
	atomic_dec(&waiting);
	if (ret)
		return ERR_PTR(-EINTR);

	mem = alloc_pages_exact(len, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!mem)
		return ERR_PTR(-ENOMEM);

	buffer = dma_heap_buffer_create(heap, &test_heap_buffer_ops,
					len >> PAGE_SHIFT, 1);
	if (!buffer) {
		ret = -ENOMEM;
		goto free;
	}

	buffer->extents[0].pfn = page_to_pfn(virt_to_page(mem));
	buffer->extents[0].nr_pages = len >> PAGE_SHIFT;
	dmabuf = dma_heap_buffer_export(buffer, fd_flags);
	if (IS_ERR(dmabuf)) {
		ret = PTR_ERR(dmabuf);
		goto destroy;
	}

	return dmabuf;

destroy:
	dma_heap_buffer_destroy(buffer);
free:
	free_pages_exact(mem, len);
	return ERR_PTR(ret);
}

static struct sg_table *foreign_map(struct dma_buf_attachment *attachment,
				    enum dma_data_direction direction)
{
	return ERR_PTR(-EIO);
}

static void foreign_unmap(struct dma_buf_attachment *attachment,
			  struct sg_table *table,
			  enum dma_data_direction direction)
{
}

static void foreign_release(struct dma_buf *dmabuf)
{
}

static const struct dma_buf_ops foreign_ops = {
	.map_dma_buf = foreign_map,
	.unmap_dma_buf = foreign_unmap,
	.release = foreign_release,
};

static struct dma_buf *foreign_heap_allocate(struct dma_heap *heap,
					     unsigned long len, u32 fd_flags,
					     u64 heap_flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);

	info.ops = &foreign_ops;
	info.size = len;
	info.flags = fd_flags;
	info.priv = heap;
	return dma_buf_export(&info);
}

static void test_heap_release(struct dma_heap *heap)
{
	kfree(dma_heap_get_drvdata(heap));
	atomic_inc(&released);
}

static const struct dma_heap_ops test_heap_ops = {
	.allocate = test_heap_allocate,
	.release = test_heap_release,
};

static const struct dma_heap_ops foreign_heap_ops = {
	.allocate = foreign_heap_allocate,
	.release = test_heap_release,
};

static int source_take(struct dma_heap *heap, struct dma_heap_extent *extent)
{
	atomic_inc(&source_calls);
	return -ENOMEM;
}

static int source_clear(struct dma_heap *heap,
			const struct dma_heap_extent *extent)
{
	atomic_inc(&source_calls);
	return 0;
}

static void source_give_back(struct dma_heap *heap,
			     const struct dma_heap_extent *extent)
{
	atomic_inc(&source_calls);
}

static const struct dma_heap_source test_source = {
	.take = source_take,
	.clear = source_clear,
	.give_back = source_give_back,
};

static const struct dma_heap_ops source_heap_ops = {
	.allocate = dma_heap_allocate_contiguous,
	.release = test_heap_release,
};

static int add(const char *name, const struct dma_heap_ops *ops)
{
	static const struct dma_heap_extent region = {
		.pfn = DMA_HEAP_PFN_UNKNOWN,
		.nr_pages = 16,
	};
	struct dma_heap_export_info info = {
		.name = name,
		.type = "test",
		.ops = ops,
	};
	struct test_heap *test_heap;

	test_heap = kzalloc_obj(*test_heap, GFP_KERNEL);
	if (!test_heap)
		return -ENOMEM;

	info.priv = test_heap;
	if (ops == &source_heap_ops) {
		info.contiguous = true;
		info.region = &region;
		info.source = &test_source;
	}
	test_heap->heap = dma_heap_add(&info);
	if (IS_ERR(test_heap->heap)) {
		int ret = PTR_ERR(test_heap->heap);

		kfree(test_heap);
		return ret;
	}

	mutex_lock(&test_heaps_lock);
	list_add_tail(&test_heap->link, &test_heaps);
	mutex_unlock(&test_heaps_lock);
	return 0;
}

static int add_heap(const char *name)
{
	return add(name, &test_heap_ops);
}

static int add_foreign(const char *name)
{
	return add(name, &foreign_heap_ops);
}

static int add_source(const char *name)
{
	return add(name, &source_heap_ops);
}

static int add_alias(const char *name)
{
	int ret = -ENOENT;

	mutex_lock(&test_heaps_lock);
	if (!list_empty(&test_heaps))
		ret = dma_heap_add_alias(list_last_entry(&test_heaps,
							 struct test_heap,
							 link)->heap, name);
	mutex_unlock(&test_heaps_lock);
	return ret;
}

/* Not under the lock, as it waits for allocations. */
static int remove_heap(const char *name)
{
	struct test_heap *test_heap;
	bool found = false;

	mutex_lock(&test_heaps_lock);
	list_for_each_entry(test_heap, &test_heaps, link)
		if (!strcmp(dma_heap_get_name(test_heap->heap), name)) {
			list_del(&test_heap->link);
			found = true;
			break;
		}
	mutex_unlock(&test_heaps_lock);
	if (!found)
		return -ENOENT;

	/* Frees @test_heap, now or with its last buffer. */
	dma_heap_remove(test_heap->heap);
	return 0;
}

static int add_incomplete(const char *without)
{
	static const struct dma_heap_ops no_allocate;
	struct dma_heap_export_info info = {
		.name = "incomplete",
		.ops = &test_heap_ops,
	};

	if (!strcmp(without, "name"))
		info.name = NULL;
	else if (!strcmp(without, "ops"))
		info.ops = NULL;
	else if (!strcmp(without, "allocate"))
		info.ops = &no_allocate;
	else
		return -ENOENT;

	return PTR_ERR_OR_ZERO(dma_heap_add(&info));
}

static int set(bool *flag, const char *value)
{
	bool on;
	int ret = kstrtobool(value, &on);

	if (ret)
		return ret;

	WRITE_ONCE(*flag, on);
	wake_up_all(&hold_ended);
	return 0;
}

static int set_hold(const char *value)
{
	return set(&hold, value);
}

static int set_hold_free(const char *value)
{
	return set(&hold_free, value);
}

static ssize_t write_file(struct file *file, const char __user *data,
			  size_t size, loff_t *pos)
{
	int (*call)(const char *text) = file->private_data;
	char *text;
	int ret;

	/* A name that is too long has to come further than this. */
	if (size > PAGE_SIZE)
		return -E2BIG;
	text = memdup_user_nul(data, size);
	if (IS_ERR(text))
		return PTR_ERR(text);

	ret = call(text);
	kfree(text);
	return ret ?: size;
}

static const struct file_operations write_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = write_file,
};

static struct dentry *folder;

static int __init dmabuf_heaps_test_init(void)
{
	folder = debugfs_create_dir("dmabuf_heaps_test", NULL);
	debugfs_create_file("add", 0200, folder, add_heap, &write_fops);
	debugfs_create_file("foreign", 0200, folder, add_foreign, &write_fops);
	debugfs_create_file("source", 0200, folder, add_source, &write_fops);
	debugfs_create_file("alias", 0200, folder, add_alias, &write_fops);
	debugfs_create_file("remove", 0200, folder, remove_heap, &write_fops);
	debugfs_create_file("incomplete", 0200, folder, add_incomplete,
			    &write_fops);
	debugfs_create_file("hold", 0200, folder, set_hold, &write_fops);
	debugfs_create_file("hold_free", 0200, folder, set_hold_free,
			    &write_fops);
	debugfs_create_atomic_t("waiting", 0400, folder, &waiting);
	debugfs_create_atomic_t("freeing", 0400, folder, &freeing);
	debugfs_create_atomic_t("released", 0400, folder, &released);
	debugfs_create_atomic_t("calls", 0400, folder, &source_calls);
	return 0;
}
module_init(dmabuf_heaps_test_init);

static void __exit dmabuf_heaps_test_exit(void)
{
	struct test_heap *test_heap, *next;

	debugfs_remove(folder);
	list_for_each_entry_safe(test_heap, next, &test_heaps, link) {
		list_del(&test_heap->link);
		dma_heap_remove(test_heap->heap);
	}
}
module_exit(dmabuf_heaps_test_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: a heap under a test's control");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
