// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of pools, for what two requests do to each other. The memory is
 * numbers of page frames that no machine has, so nothing touches it.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>

#define POOL_HEAP "kunit-pool"
#define NR_PAGES 16

/* Frames behind all memory there can be. */
static const struct dma_heap_extent memory = {
	.pfn = 1UL << (BITS_PER_LONG - PAGE_SHIFT - 2),
	.nr_pages = NR_PAGES,
};

/* The heap's, which all of the tests share. */
static struct dma_heap_region *region;
static struct dma_heap *pool_heap;

/* Called once, when the region could not meet a request that does not know yet. */
static void (*meanwhile)(void);
static struct dma_buf *others;

static int pool_heap_take(struct dma_heap *heap, struct dma_heap_extent *extent)
{
	int ret = dma_heap_region_alloc(region, extent);
	void (*call)(void) = meanwhile;

	if (ret && call) {
		meanwhile = NULL;
		call();
	}

	return ret;
}

/* Called while a chunk is cleared. */
static void (*while_cleared)(void);

static int pool_heap_clear(struct dma_heap *heap,
			   const struct dma_heap_extent *extent)
{
	void (*call)(void) = while_cleared;

	if (call)
		call();

	return 0;
}

static void pool_heap_give_back(struct dma_heap *heap,
				const struct dma_heap_extent *extent)
{
	dma_heap_region_free(region, extent);
}

static const struct dma_heap_source pool_heap_source = {
	.take = pool_heap_take,
	.clear = pool_heap_clear,
	.give_back = pool_heap_give_back,
};

static const struct dma_heap_ops pool_heap_ops = {
	.allocate = dma_heap_allocate_contiguous,
};

/* As an administrator does. */
static int set_pool_limit(const char *text)
{
	struct file *file;
	loff_t pos = 0;
	ssize_t ret;

	file = filp_open("/sys/class/dmabuf_heap/" POOL_HEAP "/pool_limit",
			 O_WRONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);

	ret = kernel_write(file, text, strlen(text), &pos);
	filp_close(file, NULL);

	return ret < 0 ? ret : 0;
}

/* By the process that loads the module: threads of the kernel have no files. */
static int pool_suite_init(struct kunit_suite *suite)
{
	const struct dma_heap_export_info info = {
		.name = POOL_HEAP,
		.type = "test",
		.contiguous = true,
		.region = &memory,
		.source = &pool_heap_source,
		.ops = &pool_heap_ops,
	};
	int ret;

	region = dma_heap_region_create(&memory);
	if (!region)
		return -ENOMEM;

	pool_heap = dma_heap_add(&info);
	if (IS_ERR(pool_heap)) {
		ret = PTR_ERR(pool_heap);
		goto destroy;
	}

	ret = set_pool_limit("max");
	if (ret)
		goto remove;

	return 0;

remove:
	dma_heap_remove(pool_heap);
destroy:
	dma_heap_region_destroy(region);
	region = NULL;
	return ret;
}

/* Called after an error as well. */
static void pool_suite_exit(struct kunit_suite *suite)
{
	if (!region)
		return;

	dma_heap_remove(pool_heap);
	dma_heap_region_destroy(region);
}

static struct dma_buf *ask(unsigned long nr_pages)
{
	return dma_heap_allocate_contiguous(pool_heap, nr_pages << PAGE_SHIFT,
					    O_RDWR, 0);
}

/* At once, which dma_buf_put() is not for a thread of the kernel. */
static void put(struct dma_buf *dmabuf)
{
	__fput_sync(dmabuf->file);
}

/* All of the region is kept, in pages. */
static void fill_pool(struct kunit *test)
{
	struct dma_buf *dmabufs[NR_PAGES];
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++) {
		dmabufs[i] = ask(1);
		KUNIT_ASSERT_FALSE(test, IS_ERR(dmabufs[i]));
	}
	for (i = 0; i < NR_PAGES; i++)
		put(dmabufs[i]);
}

/* It has all that is kept given back, and takes a part of it. */
static void others_ask(void)
{
	others = ask(2);
}

/*
 * A request that finds nothing in the region, as all is kept, and nothing in the
 * pool, as another one was faster to have that given back.
 */
static void kept_memory_is_in_the_way_of_none_of_two(struct kunit *test)
{
	struct dma_buf *dmabuf;

	fill_pool(test);
	meanwhile = others_ask;
	dmabuf = ask(4);
	KUNIT_EXPECT_NULL(test, meanwhile);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(others), 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(dmabuf), 0);

	if (!IS_ERR(others))
		put(others);
	if (!IS_ERR(dmabuf))
		put(dmabuf);
}

/* If there is no more, there is none, whatever was given back meanwhile. */
static void what_is_lent_is_not_waited_for(struct kunit *test)
{
	struct dma_buf *dmabuf;

	fill_pool(test);
	meanwhile = others_ask;
	dmabuf = ask(NR_PAGES);
	KUNIT_EXPECT_NULL(test, meanwhile);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(others), 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(dmabuf), -ENOMEM);

	if (!IS_ERR(others))
		put(others);
	if (!IS_ERR(dmabuf))
		put(dmabuf);
}

/* Chunks whose clearing has begun, and the thread and buffer of a request. */
static atomic_t nr_begun;
static DECLARE_COMPLETION(first_may_end);
static DECLARE_COMPLETION(request_done);
static struct task_struct *requester;
static struct dma_buf *waited_for;

/*
 * Clearing the first chunk waits for the test. After that, the worker keeps the
 * request from running until it begins to clear the second chunk. Clearing that
 * waits for the request, for two seconds at most.
 */
static void clear_slowly(void)
{
	if (atomic_inc_return(&nr_begun) == 1) {
		wait_for_completion_timeout(&first_may_end, 10 * HZ);
		sched_set_fifo_low(current);
		set_cpus_allowed_ptr(requester,
				     cpumask_of(raw_smp_processor_id()));
	} else {
		sched_set_normal(current, 0);
		wait_for_completion_timeout(&request_done, 2 * HZ);
	}
}

static int request_cleared(void *unused)
{
	waited_for = ask(4);
	complete_all(&request_done);

	return 0;
}

static bool is_begun(int n)
{
	int i;

	for (i = 0; i < 1000 && atomic_read(&nr_begun) < n; i++)
		msleep(20);

	return atomic_read(&nr_begun) >= n;
}

/*
 * A request waits for a chunk of its size that is being cleared. The worker clears
 * the next one of that size at once: it must not wait for that as well.
 */
static void request_waits_for_one_chunk_only(struct kunit *test)
{
	struct dma_buf *one = ask(4), *two = ask(4);

	KUNIT_ASSERT_FALSE(test, IS_ERR(one));
	KUNIT_ASSERT_FALSE(test, IS_ERR(two));
	while_cleared = clear_slowly;
	put(one);
	KUNIT_EXPECT_TRUE(test, is_begun(1));

	requester = kthread_run(request_cleared, NULL, "kunit-request");
	KUNIT_ASSERT_FALSE(test, IS_ERR(requester));
	msleep(100);
	put(two);
	complete(&first_may_end);
	KUNIT_EXPECT_TRUE(test, is_begun(2));
	/* Less than the second chunk takes by itself. */
	KUNIT_EXPECT_NE(test, 0UL,
			wait_for_completion_timeout(&request_done, HZ));

	wait_for_completion(&request_done);
	while_cleared = NULL;
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(waited_for), 0);
	if (!IS_ERR(waited_for))
		put(waited_for);
}

static struct kunit_case pool_cases[] = {
	KUNIT_CASE(request_waits_for_one_chunk_only),
	KUNIT_CASE(kept_memory_is_in_the_way_of_none_of_two),
	KUNIT_CASE(what_is_lent_is_not_waited_for),
	{}
};

static struct kunit_suite pool_suite = {
	.name = "dmabuf_heaps_pool",
	.suite_init = pool_suite_init,
	.suite_exit = pool_suite_exit,
	.test_cases = pool_cases,
};

kunit_test_suites(&pool_suite);

MODULE_DESCRIPTION("DMA-BUF heaps: KUnit tests of pools");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
