// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of regions. They lend numbers of page frames and touch no memory,
 * so any number will do.
 */
#include <kunit/test.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/module.h>
#include <linux/sizes.h>

#define PAGES(bytes) ((unsigned long)(bytes) >> PAGE_SHIFT)

static struct dma_heap_region *create(struct kunit *test, unsigned long pfn,
				      unsigned long nr_pages)
{
	const struct dma_heap_extent memory = {
		.pfn = pfn,
		.nr_pages = nr_pages,
	};
	struct dma_heap_region *region = dma_heap_region_create(&memory);

	KUNIT_ASSERT_NOT_NULL(test, region);
	return region;
}

/* Takes pieces until there are no more, checks each, and gives all back. */
static unsigned long take_all(struct kunit *test,
			      struct dma_heap_region *region,
			      unsigned long nr_pages)
{
	struct dma_heap_extent *extents;
	unsigned long n = 0, i;
	int ret;

	extents = kunit_kcalloc(test, 1024, sizeof(*extents), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, extents);
	do {
		KUNIT_ASSERT_LT(test, n, 1024UL);
		extents[n].nr_pages = nr_pages;
		ret = dma_heap_region_alloc(region, &extents[n]);
		n += !ret;
	} while (!ret);
	KUNIT_EXPECT_EQ(test, ret, -ENOMEM);

	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_TRUE(test, dma_heap_region_has(region, &extents[i]));
		KUNIT_EXPECT_EQ(test, extents[i].nr_pages, nr_pages);
		KUNIT_EXPECT_EQ(test, extents[i].pfn %
				      dma_heap_least_alignment(nr_pages), 0UL);
		/* First fit: each comes after the one before it. */
		if (i)
			KUNIT_EXPECT_GE(test, extents[i].pfn,
					extents[i - 1].pfn + nr_pages);
		dma_heap_region_free(region, &extents[i]);
	}

	return n;
}

/* All of it can be had, again and again, in one piece and in many. */
static void lend_all(struct kunit *test, unsigned long first)
{
	const unsigned long all = PAGES(SZ_8M);
	struct dma_heap_region *region = create(test, first, all);
	int round;

	for (round = 0; round < 2; round++) {
		KUNIT_EXPECT_EQ(test, take_all(test, region, all), 1UL);
		KUNIT_EXPECT_EQ(test, take_all(test, region, PAGES(SZ_1M)), 8UL);
		KUNIT_EXPECT_EQ(test, take_all(test, region, PAGES(SZ_64K)),
				128UL);
		/* More than half a MiB begins where a MiB does. */
		KUNIT_EXPECT_EQ(test, take_all(test, region,
					       PAGES(SZ_512K) + 1), 8UL);
		KUNIT_EXPECT_EQ(test, take_all(test, region, all + 1), 0UL);
	}
	dma_heap_region_destroy(region);
}

static void all_of_a_region_is_lent(struct kunit *test)
{
	lend_all(test, PAGES(SZ_1G));
}

/* Whose number is what genalloc calls none. */
static void frame_zero_is_lent(struct kunit *test)
{
	lend_all(test, 0);
}

static void only_aligned_places_are_lent(struct kunit *test)
{
	/* From half a MiB on: three whole ones, and a half at each end. */
	struct dma_heap_region *region =
		create(test, PAGES(SZ_1G + SZ_512K), PAGES(SZ_4M));

	KUNIT_EXPECT_EQ(test, take_all(test, region, PAGES(SZ_1M)), 3UL);
	KUNIT_EXPECT_EQ(test, take_all(test, region, PAGES(SZ_512K)), 8UL);
	KUNIT_EXPECT_EQ(test, take_all(test, region, PAGES(SZ_4M)), 0UL);
	dma_heap_region_destroy(region);
}

/* 2 MiB are preferred for 8 MiB, where there is such a place. */
static void preferred_alignment_is_no_condition(struct kunit *test)
{
	struct dma_heap_region *region =
		create(test, PAGES(SZ_1G + SZ_1M), PAGES(SZ_1M * 17));
	struct dma_heap_extent first = { .nr_pages = PAGES(SZ_8M) };
	struct dma_heap_extent second = first;

	KUNIT_ASSERT_EQ(test, dma_heap_region_alloc(region, &first), 0);
	KUNIT_EXPECT_EQ(test, first.pfn, PAGES(SZ_1G + SZ_2M));
	KUNIT_ASSERT_EQ(test, dma_heap_region_alloc(region, &second), 0);
	KUNIT_EXPECT_EQ(test, second.pfn, PAGES(SZ_1G + SZ_8M + SZ_2M));
	dma_heap_region_free(region, &first);
	dma_heap_region_free(region, &second);
	dma_heap_region_destroy(region);

	region = create(test, PAGES(SZ_1G + SZ_1M), PAGES(SZ_8M));
	KUNIT_ASSERT_EQ(test, dma_heap_region_alloc(region, &first), 0);
	KUNIT_EXPECT_EQ(test, first.pfn, PAGES(SZ_1G + SZ_1M));
	dma_heap_region_free(region, &first);
	dma_heap_region_destroy(region);
}

static void frames_beside_it_are_not_in_a_region(struct kunit *test)
{
	const unsigned long first = PAGES(SZ_1G), all = PAGES(SZ_1M);
	struct dma_heap_region *region = create(test, first, all);
	struct dma_heap_extent extent = { .nr_pages = 1 };

	extent.pfn = first - 1;
	KUNIT_EXPECT_FALSE(test, dma_heap_region_has(region, &extent));
	extent.pfn = first;
	KUNIT_EXPECT_TRUE(test, dma_heap_region_has(region, &extent));
	extent.pfn = first + all - 1;
	KUNIT_EXPECT_TRUE(test, dma_heap_region_has(region, &extent));
	extent.pfn = first + all;
	KUNIT_EXPECT_FALSE(test, dma_heap_region_has(region, &extent));
	dma_heap_region_destroy(region);
}

static struct kunit_case region_cases[] = {
	KUNIT_CASE(all_of_a_region_is_lent),
	KUNIT_CASE(frame_zero_is_lent),
	KUNIT_CASE(only_aligned_places_are_lent),
	KUNIT_CASE(preferred_alignment_is_no_condition),
	KUNIT_CASE(frames_beside_it_are_not_in_a_region),
	{}
};

static struct kunit_suite region_suite = {
	.name = "dmabuf_heaps_regions",
	.test_cases = region_cases,
};

kunit_test_suite(region_suite);

MODULE_DESCRIPTION("DMA-BUF heaps: KUnit tests of regions");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
