// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of what needs neither a device nor user space. */
#include <kunit/test.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/string.h>

/* A copy of its own: the core exports nothing for tests. */
#include "../core/access.c"

#define TO	BIT(DMA_TO_DEVICE)
#define FROM	BIT(DMA_FROM_DEVICE)
#define BOTH	BIT(DMA_BIDIRECTIONAL)
#define ALL	(TO | FROM | BOTH)

static const char * const direction_names[] = {
	[DMA_BIDIRECTIONAL] = "bidirectional",
	[DMA_TO_DEVICE] = "to device",
	[DMA_FROM_DEVICE] = "from device",
};

/*
 * When is maintenance due? The sets of directions, of the CPU access and of the
 * device, for which it is; for all others it would change nothing.
 */
static const struct sync_case {
	const char *name;
	enum dma_heap_event event;
	unsigned long cpu;
	unsigned long device;
} sync_cases[] = {
	{ "map: our own clearing is in the cache", DMA_HEAP_MAP, ALL, ALL },
	{ "begin: the device may have written", DMA_HEAP_CPU_BEGIN, ALL,
	  FROM | BOTH },
	{ "end: the CPU may have written", DMA_HEAP_CPU_END, TO | BOTH, ALL },
	{ "unmap: the device may have written", DMA_HEAP_UNMAP, ALL,
	  FROM | BOTH },
};

KUNIT_ARRAY_PARAM_DESC(sync, sync_cases, name);

static void sync_is_done_when_it_is_due(struct kunit *test)
{
	const struct sync_case *c = test->param_value;
	enum dma_data_direction cpu, device;
	bool due;

	for (cpu = DMA_BIDIRECTIONAL; cpu <= DMA_FROM_DEVICE; cpu++)
		for (device = DMA_BIDIRECTIONAL; device <= DMA_FROM_DEVICE;
		     device++) {
			due = c->cpu & BIT(cpu) && c->device & BIT(device);
			KUNIT_EXPECT_EQ_MSG(test, due,
					    dma_heap_needs_sync(c->event, cpu,
								device),
					    "CPU %s, device %s",
					    direction_names[cpu],
					    direction_names[device]);
		}
}

/* Directions of a mapping, by what the device asks for. */
static void direction_is_kept_if_the_cpu_only_reads(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dma_heap_map_direction(false, DMA_TO_DEVICE),
			DMA_TO_DEVICE);
	KUNIT_EXPECT_EQ(test, dma_heap_map_direction(false, DMA_FROM_DEVICE),
			DMA_FROM_DEVICE);
	KUNIT_EXPECT_EQ(test, dma_heap_map_direction(false, DMA_BIDIRECTIONAL),
			DMA_BIDIRECTIONAL);
}

static void direction_keeps_what_the_cpu_writes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dma_heap_map_direction(true, DMA_TO_DEVICE),
			DMA_TO_DEVICE);
	KUNIT_EXPECT_EQ(test, dma_heap_map_direction(true, DMA_FROM_DEVICE),
			DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ(test, dma_heap_map_direction(true, DMA_BIDIRECTIONAL),
			DMA_BIDIRECTIONAL);
}

static struct kunit_case access_cases[] = {
	KUNIT_CASE_PARAM(sync_is_done_when_it_is_due, sync_gen_params),
	KUNIT_CASE(direction_is_kept_if_the_cpu_only_reads),
	KUNIT_CASE(direction_keeps_what_the_cpu_writes),
	{}
};

static struct kunit_suite access_suite = {
	.name = "dmabuf_heaps_access",
	.test_cases = access_cases,
};

static struct dma_buf *no_memory(struct dma_heap *heap, unsigned long len,
				 u32 fd_flags, u64 heap_flags)
{
	return ERR_PTR(-ENOMEM);
}

static const struct dma_heap_ops no_memory_ops = {
	.allocate = no_memory,
};

static struct dma_heap *add(const char *name)
{
	const struct dma_heap_export_info info = {
		.name = name,
		.ops = &no_memory_ops,
	};

	return dma_heap_add(&info);
}

/* A name as long as names can be, or longer. */
static char *long_name(struct kunit *test, size_t len)
{
	char *name = kunit_kzalloc(test, len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, name);
	memset(name, 'n', len);
	return name;
}

static void name_that_no_file_can_have_is_refused(struct kunit *test)
{
	const char * const names[] = {
		"", ".", "..", "/", "a/b", "/a", "a/",
		long_name(test, NAME_MAX + 1),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_EXPECT_PTR_EQ_MSG(test, add(names[i]), ERR_PTR(-EINVAL),
					"'%s'", names[i]);
}

static void name_that_a_file_can_have_is_taken(struct kunit *test)
{
	const char * const names[] = {
		"...", ".hidden", "with space", "linux,cma", "camera@58000000",
		"%s", "\xc3\xa9t\xc3\xa9", long_name(test, NAME_MAX),
	};
	struct dma_heap *heap;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		heap = add(names[i]);
		KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(heap), "'%s': %pe",
				       names[i], heap);
		KUNIT_EXPECT_STREQ(test, dma_heap_get_name(heap), names[i]);
		dma_heap_remove(heap);
	}
}

static void name_in_use_is_refused_and_can_be_had_later(struct kunit *test)
{
	struct dma_heap *heap = add("kunit-a");

	KUNIT_ASSERT_FALSE(test, IS_ERR(heap));
	KUNIT_EXPECT_PTR_EQ(test, add("kunit-a"), ERR_PTR(-EEXIST));
	KUNIT_EXPECT_EQ(test, dma_heap_add_alias(heap, "kunit-a"), -EEXIST);
	KUNIT_EXPECT_EQ(test, dma_heap_add_alias(heap, "kunit-b"), 0);
	KUNIT_EXPECT_PTR_EQ(test, add("kunit-b"), ERR_PTR(-EEXIST));
	dma_heap_remove(heap);

	heap = add("kunit-b");
	KUNIT_ASSERT_FALSE(test, IS_ERR(heap));
	dma_heap_remove(heap);
}

static struct kunit_case name_cases[] = {
	KUNIT_CASE(name_that_no_file_can_have_is_refused),
	KUNIT_CASE(name_that_a_file_can_have_is_taken),
	KUNIT_CASE(name_in_use_is_refused_and_can_be_had_later),
	{}
};

static struct kunit_suite name_suite = {
	.name = "dmabuf_heaps_names",
	.test_cases = name_cases,
};

kunit_test_suites(&access_suite, &name_suite);

MODULE_DESCRIPTION("DMA-BUF heaps: KUnit tests");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
