// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of sizes and limits. */
#include <kunit/test.h>
#include <linux/dma-heap-buffer.h>
#include <linux/limits.h>
#include <linux/module.h>

/* A copy of its own: the core exports nothing for tests. */
#include "../core/limit.c"

static bool allows(struct kunit *test, const char *text, u64 own, u64 more,
		   u64 left)
{
	struct dma_heap_limit limit;

	KUNIT_ASSERT_EQ(test, dma_heap_limit_parse(text, &limit), 0);
	return dma_heap_limit_allows(&limit, own, more, left);
}

#define EXPECT_ALLOWED(text, own, more, left)				\
	KUNIT_EXPECT_TRUE(test, allows(test, text, own, more, left))
#define EXPECT_REFUSED(text, own, more, left)				\
	KUNIT_EXPECT_FALSE(test, allows(test, text, own, more, left))

static void none_allows_everything(struct kunit *test)
{
	EXPECT_ALLOWED("max", 0, LONG_MAX, 0);
	EXPECT_ALLOWED("max", U64_MAX, U64_MAX, 0);
}

static void bytes_are_a_sum(struct kunit *test)
{
	EXPECT_ALLOWED("8192", 0, 8192, 0);
	EXPECT_REFUSED("8192", 0, 8193, U64_MAX);
	EXPECT_ALLOWED("8192", 4096, 4096, 0);
	EXPECT_REFUSED("8192", 4097, 4096, U64_MAX);
	/* After it was lowered. */
	EXPECT_REFUSED("8192", 16384, 1, U64_MAX);
	EXPECT_REFUSED("8192", 1, U64_MAX, U64_MAX);
	EXPECT_REFUSED("0", 0, 1, U64_MAX);
}

static void per_cent_are_of_what_others_leave(struct kunit *test)
{
	EXPECT_ALLOWED("70%", 0, 700, 1000);
	EXPECT_REFUSED("70%", 0, 701, 1000);
	/* The same, half of it taken before. */
	EXPECT_ALLOWED("70%", 350, 350, 650);
	EXPECT_REFUSED("70%", 350, 351, 650);
	EXPECT_REFUSED("70%", 700, 1, 300);
	/* The next user. */
	EXPECT_ALLOWED("70%", 0, 210, 300);
	EXPECT_REFUSED("70%", 0, 211, 300);
	/* What is not there can't be had, whatever the share. */
	EXPECT_ALLOWED("100%", 0, 1000, 1000);
	EXPECT_REFUSED("100%", 0, 1001, 1000);
	EXPECT_REFUSED("100%", 5000, 1, 0);
	EXPECT_REFUSED("1%", 0, 1, 99);
	EXPECT_ALLOWED("1%", 0, 1, 100);
}

static void per_cent_do_not_overflow(struct kunit *test)
{
	const u64 petabyte = 1ULL << 50;

	EXPECT_REFUSED("70%", 0, U64_MAX, petabyte);
	EXPECT_REFUSED("100%", 4096, U64_MAX - 4095, petabyte);
	EXPECT_REFUSED("1%", 0, LONG_MAX, petabyte);
	EXPECT_ALLOWED("50%", 0, petabyte / 2, petabyte);
	EXPECT_REFUSED("50%", 0, petabyte / 2 + 1, petabyte);
}

/* However many there are, a share of what is left is something. */
static void each_user_leaves_something(struct kunit *test)
{
	u64 left = 64ULL << 20;
	unsigned int user;

	for (user = 0; user < 3; user++) {
		u64 own = 0;

		while (allows(test, "70%", own, PAGE_SIZE, left)) {
			own += PAGE_SIZE;
			left -= PAGE_SIZE;
		}
		/* A frame of 1920 x 1080 in YUV 4:2:0. */
		KUNIT_EXPECT_GE(test, own, 3110400ULL);
	}
	KUNIT_EXPECT_GT(test, left, 0ULL);
}

static void size_decimal_is_parsed(struct kunit *test)
{
	static const struct {
		const char *text;
		int len;
		u64 bytes;
	} sizes[] = {
		{ "0", 1, 0 },
		{ "4096", 4, 4096 },
		{ "4096 1x1", 4, 4096 },
		{ "2x", 1, 2 },
		{ "70%", 2, 70 },
		{ "3k", 2, 3072 },
		{ "3M\n", 2, 3 << 20 },
		{ "3G", 2, 3ULL << 30 },
		{ "18446744073709551615", 20, U64_MAX },
		{ "17179869183G", 12, 17179869183ULL << 30 },
		/* The caller refuses what follows. */
		{ "1T", 1, 1 },
		{ "0x1000", 1, 0 },
	};
	u64 bytes;

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_EXPECT_EQ(test, dma_heap_parse_size(sizes[i].text, &bytes),
				sizes[i].len);
		KUNIT_EXPECT_EQ(test, bytes, sizes[i].bytes);
	}
}

static void size_malformed_or_wrapping_einval(struct kunit *test)
{
	static const char *const texts[] = {
		"", "K", " 1", "+1", "-1", "x", "01", "010000", "00",
		"18446744073709551616", "18446744073709555712",
		"99999999999999999999", "17179869184G", "18014398509481988K",
	};
	u64 bytes;

	for (int i = 0; i < ARRAY_SIZE(texts); i++)
		KUNIT_EXPECT_EQ(test, dma_heap_parse_size(texts[i], &bytes),
				-EINVAL);
}

static struct kunit_case limit_cases[] = {
	KUNIT_CASE(size_decimal_is_parsed),
	KUNIT_CASE(size_malformed_or_wrapping_einval),
	KUNIT_CASE(none_allows_everything),
	KUNIT_CASE(bytes_are_a_sum),
	KUNIT_CASE(per_cent_are_of_what_others_leave),
	KUNIT_CASE(per_cent_do_not_overflow),
	KUNIT_CASE(each_user_leaves_something),
	{}
};

static struct kunit_suite limit_suite = {
	.name = "dmabuf_heaps_limits",
	.test_cases = limit_cases,
};

kunit_test_suites(&limit_suite);

MODULE_DESCRIPTION("DMA-BUF heaps: KUnit tests of sizes and limits");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
