// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/sysfs-class-dmabuf_heap: what a heap tells of itself, and each count
 * against one of our own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness.h"
#include "sysfs.h"
#include "views.h"

#define PAGES(n) ((n) * page_size())

TEST(what_is_lent_is_counted)
{
	const size_t lengths[] = { 1, KIB(64), 3110400, KIB(64) + 1, MIB(1) };
	struct counts counts = read_counts(heap);
	int bufs[ARRAY_SIZE(lengths)];

	CHECK_EQUAL(counts.used, 0);
	CHECK_EQUAL(counts.buffers, 0);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		long long pages = (long long)((lengths[i] + page_size() - 1) /
					      page_size());
		long long len = pages * (long long)page_size();

		bufs[i] = alloc(heap, lengths[i], O_RDWR);
		counts.used += len;
		counts.buffers++;
		counts.allocations++;
		if (counts.peak < counts.used)
			counts.peak = counts.used;
		if (counts.largest_success < len)
			counts.largest_success = len;
		check_counts(heap, &counts);
	}
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		counts.used -= lseek(bufs[i], 0, SEEK_END);
		counts.buffers--;
		close(bufs[i]);
		check_counts(heap, &counts);
	}
}

TEST(memory_is_used_until_the_last_reference)
{
	int buf = alloc(heap, PAGES(4), O_RDWR);
	int view = make_view(heap, buf, PAGES(1), PAGES(1), O_RDONLY);
	void *mem = map(buf, PAGES(1), PROT_READ);
	int copy = dup(buf);

	close(buf);
	close(copy);
	CHECK_EQUAL(attribute(heap, "used"), (long long)PAGES(4));
	munmap(mem, PAGES(1));
	CHECK_EQUAL(attribute(heap, "used"), (long long)PAGES(4));
	CHECK_EQUAL(attribute(heap, "buffers"), 1);
	close(view);
	CHECK_EQUAL(attribute(heap, "used"), 0);
	CHECK_EQUAL(attribute(heap, "buffers"), 0);
}

TEST(views_are_no_buffers)
{
	int buf = alloc(heap, PAGES(2), O_RDWR);
	const struct counts counts = read_counts(heap);

	for (int i = 0; i < 8; i++)
		make_view(heap, buf, 0, PAGES(2), O_RDONLY);
	check_counts(heap, &counts);
}

TEST(failures_are_counted)
{
	struct counts counts = read_counts(heap);
	int buf;

	/* A smaller one may have failed before. */
	counts.failures_memory++;
	CHECK_ERRNO(try_alloc(heap, 1ULL << 40, O_RDWR, 0, &buf), ENOMEM);
	if (!counts.smallest_failure || counts.smallest_failure > 1LL << 40)
		counts.smallest_failure = 1LL << 40;
	if (sizeof(long) > 4)
		check_counts(heap, &counts);
}

TEST(bad_request_is_not_counted)
{
	struct dma_heap_allocation_data data = { .len = 1 };
	struct counts counts = read_counts(heap);
	struct rlimit most, none;
	int buf;

	CHECK_ERRNO(try_alloc(heap, 0, O_RDWR, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, UINT64_MAX, O_RDWR, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, 1, O_ACCMODE, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, 1, O_RDWR, 1, &buf), EINVAL);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, NULL), EFAULT);
	check_counts(heap, &counts);

	CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &most), 0);
	none = most;
	none.rlim_cur = 0;
	CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, &data), EMFILE);
	CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &most), 0);
	check_counts(heap, &counts);
}

TEST(attributes_tell_the_region)
{
	const bool in_pieces = may_be_in_pieces(heap);

	CHECK_EQUAL(attribute(heap, "contiguous"), !in_pieces);

	/* One that has to be searched for is known with the first request. */
	close(alloc(heap, 1, O_RDWR));
	if (has_region(heap)) {
		int bufs[MOST_BUFFERS];
		int n = take_all(heap, MIB(1), bufs);

		CHECK(attribute(heap, "total") >= (long long)MIB(n));
		CHECK(attribute(heap, "total") < (long long)MIB(n + 5));
		CHECK_EQUAL(attribute(heap, "used"), (long long)MIB(n));
		give_back(bufs, n);
	} else if (in_pieces) {
		CHECK(!has_attribute(heap, "total"));
	}
}

TEST(limit_is_read_as_it_was_written)
{
	const struct {
		const char *written, *read;
	} limits[] = {
		{ "max", "max" },
		{ "max\n", "max" },
		{ "0", "0" },
		{ "4096", "4096" },
		{ "1048576", "1048576" },
		{ "4194304\n", "4194304" },
		{ "1M", "1048576" },
		{ "3g\n", "3221225472" },
		{ "68k", "69632" },
		{ "8191", "4096" },
		{ "4198399", "4194304" },
		{ "1%", "1%" },
		{ "100%\n", "100%" },
		{ "70%\n", "70%" },
		{ "70%", "70%" },
	};

	check_attribute(heap, "limit", "70%");
	/* The last one is what it was. */
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		set_attribute(heap, "limit", limits[i].written);
		check_attribute(heap, "limit", limits[i].read);
	}
}

TEST(limit_refuses_what_is_none)
{
	const char *const texts[] = {
		"\n", " ", " 1", "1 ", "-1", "+1", "0x10", "1T", "1KB", "5x",
		"5KK", "K", "M", "%", "0%", "101%", "1000%", "-1%", "70 %",
		"70%%", "70%x", "1.5%", "maximum", "MAX", "none", "1\n2",
		"18446744073709551616", "18014398509481984K", "17179869184G",
		"99999999999G", "99999999999999999999%",
		"0000000000000000000000000000000001",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CHECK_ERRNO(try_set_attribute(heap, "limit", texts[i]), EINVAL);
		check_attribute(heap, "limit", "70%");
	}
}
