// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/sysfs-class-dmabuf_heap: each count against one of our own. These
 * tests come first, while peak and the like are small.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "attributes.h"
#include "users.h"

/* More than any heap here has, and not more than a file can be long. */
#define TOO_MUCH (1ull << 40)

struct counts {
	long long used;
	long long peak;
	long long buffers;
	long long allocations;
	long long largest_success;
	long long smallest_failure;
	long long failures_limit;
	long long failures_memory;
	long long failures_other;
};

static struct counts counts_of(const struct heap *heap)
{
	return (struct counts){
		.used = attribute(heap, "used"),
		.peak = attribute(heap, "peak"),
		.buffers = attribute(heap, "buffers"),
		.allocations = attribute(heap, "allocations"),
		.largest_success = attribute(heap, "largest_success"),
		.smallest_failure = attribute(heap, "smallest_failure"),
		.failures_limit = attribute(heap, "failures_limit"),
		.failures_memory = attribute(heap, "failures_memory"),
		.failures_other = attribute(heap, "failures_other"),
	};
}

static void check_counts(const struct heap *heap, const struct counts *expected)
{
	const struct counts seen = counts_of(heap);

	CHECK_EQUAL(seen.used, expected->used);
	CHECK_EQUAL(seen.peak, expected->peak);
	CHECK_EQUAL(seen.buffers, expected->buffers);
	CHECK_EQUAL(seen.allocations, expected->allocations);
	CHECK_EQUAL(seen.largest_success, expected->largest_success);
	CHECK_EQUAL(seen.smallest_failure, expected->smallest_failure);
	CHECK_EQUAL(seen.failures_limit, expected->failures_limit);
	CHECK_EQUAL(seen.failures_memory, expected->failures_memory);
	CHECK_EQUAL(seen.failures_other, expected->failures_other);
}

TEST(what_is_lent_is_counted)
{
	const size_t lengths[] = { 1, KIB(64), 3110400, KIB(64) + 1, MIB(1) };
	struct counts counts = counts_of(heap);
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
	give_back(bufs, ARRAY_SIZE(lengths));
	counts.used = 0;
	counts.buffers = 0;
	check_counts(heap, &counts);
}

/* Exactly one for each request, and the smallest that memory was short for. */
TEST(what_is_refused_is_counted_by_reason)
{
	struct counts counts;
	int buf;

	begin_with_units(heap);
	counts = counts_of(heap);
	for (uint64_t len = 4 * TOO_MUCH; len >= TOO_MUCH / 2; len /= 2) {
		CHECK_ERRNO(try_alloc(heap, len, O_RDWR, 0, &buf), ENOMEM);
		counts.failures_memory++;
		if (!counts.smallest_failure ||
		    (uint64_t)counts.smallest_failure > len)
			counts.smallest_failure = (long long)len;
		check_counts(heap, &counts);
	}
	CHECK_ERRNO(try_alloc(heap, TOO_MUCH, O_RDWR, 0, &buf), ENOMEM);
	counts.failures_memory++;
	check_counts(heap, &counts);

	/* A limit says nothing about what there is. */
	become(ALICE);
	for (int i = 0; i < 5; i++) {
		CHECK_ERRNO(try_alloc(heap, UNITS * UNIT + 1, O_RDWR, 0, &buf),
			    ENOMEM);
		counts.failures_limit++;
		check_counts(heap, &counts);
	}
}

#define TRACING "/sys/kernel/tracing"
#define EVENT TRACING "/events/dmabuf_heaps/dma_heap_alloc_failed"

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_EQUAL(write(fd, text, strlen(text)), (long long)strlen(text));
	close(fd);
}

/* The next event has this text. */
static void check_traced(FILE *trace, const char *name, uint64_t len,
			 const char *reason)
{
	char line[512], text[256];

	snprintf(text, sizeof(text),
		 "dma_heap_alloc_failed: heap=%s len=%llu reason=%s error=%d\n",
		 name, (unsigned long long)len, reason, -ENOMEM);
	do {
		CHECK(fgets(line, sizeof(line), trace));
	} while (line[0] == '#');
	if (!strstr(line, text))
		fail(__FILE__, __LINE__, "%.*s is traced, not %s",
		     (int)strcspn(line, "\n"), line, text);
}

TEST(refusal_is_traced_with_its_reason)
{
	char line[512];
	FILE *trace;
	int buf;

	begin_with_units(heap);
	write_file(TRACING "/trace", "");
	write_file(EVENT "/enable", "1");
	CHECK_ERRNO(try_alloc(heap, TOO_MUCH, O_RDWR, 0, &buf), ENOMEM);
	become(ALICE);
	CHECK_ERRNO(try_alloc(heap, UNITS * UNIT + 1, O_RDWR, 0, &buf), ENOMEM);
	CHECK_ERRNO(try_alloc(heap, 0, O_RDWR, 0, &buf), EINVAL);
	become(0);
	write_file(EVENT "/enable", "0");

	trace = fopen(TRACING "/trace", "re");
	CHECK(trace);
	check_traced(trace, heap->name, TOO_MUCH, "memory");
	check_traced(trace, heap->name, UNITS * UNIT + page_size(), "limit");
	CHECK(!fgets(line, sizeof(line), trace));
}

TEST(bad_request_is_not_counted)
{
	struct dma_heap_allocation_data data = { .len = UNIT };
	struct counts counts = counts_of(heap);
	struct rlimit most, none;
	int buf;

	CHECK_ERRNO(try_alloc(heap, 0, O_RDWR, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, UINT64_MAX, O_RDWR, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, UNIT, O_ACCMODE, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, UNIT, O_RDWR, 1, &buf), EINVAL);
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

/* It was lent, and is given back: nobody could be told of it. */
TEST(buffer_that_nobody_was_told_of_is_not_charged)
{
	struct dma_heap_allocation_data *data = mmap(NULL, page_size(),
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	begin_with_units(heap);
	CHECK(data != MAP_FAILED);
	*data = (struct dma_heap_allocation_data){
		.len = UNIT,
		.fd_flags = O_RDWR,
	};
	CHECK_EQUAL(mprotect(data, page_size(), PROT_READ), 0);
	become(ALICE);
	for (int i = 0; i < 2 * UNITS; i++)
		CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, data), EFAULT);
	CHECK_EQUAL(attribute(heap, "used"), 0);
	check_full_share(heap);
}
