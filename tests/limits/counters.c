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
#include "../uapi/sysfs.h"
#include "../uapi/tracing.h"
#include "units.h"
#include "users.h"

/* More than any heap here has, and not more than a file can be long. */
#define TOO_MUCH (1ull << 40)

/* Exactly one for each request, and the smallest that memory was short for. */
TEST(what_is_refused_is_counted_by_reason)
{
	struct counts counts;
	int buf;

	begin_with_units(heap);
	counts = read_counts(heap);
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
	/* Longer than a file can be. */
	CHECK_ERRNO(try_alloc(heap, 1ull << 63, O_RDWR, 0, &buf), ENOMEM);
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

#define EVENT "dmabuf_heaps/dma_heap_alloc_failed"

static void check_refusal(FILE *trace, const struct heap *heap, uint64_t len,
			  const char *reason)
{
	char text[MOST_EVENT];

	snprintf(text, sizeof(text),
		 "dma_heap_alloc_failed: heap=%s len=%llu reason=%s error=%d",
		 heap->name, (unsigned long long)len, reason, -ENOMEM);
	check_next_event(trace, text);
}

TEST(refusal_is_traced_with_its_reason)
{
	char line[MOST_EVENT];
	FILE *trace;
	int buf;

	begin_with_units(heap);
	begin_tracing(EVENT);
	CHECK_ERRNO(try_alloc(heap, TOO_MUCH, O_RDWR, 0, &buf), ENOMEM);
	become(ALICE);
	CHECK_ERRNO(try_alloc(heap, UNITS * UNIT + 1, O_RDWR, 0, &buf), ENOMEM);
	CHECK_ERRNO(try_alloc(heap, 0, O_RDWR, 0, &buf), EINVAL);
	become(0);

	trace = end_tracing(EVENT);
	check_refusal(trace, heap, TOO_MUCH, "memory");
	check_refusal(trace, heap, UNITS * UNIT + page_size(), "limit");
	CHECK(!next_event(trace, line));
}

#define FILE_MAX "/proc/sys/fs/file-max"

/* Root is not bound by it, and restores it. */
static void set_file_max(long long n)
{
	FILE *file = fopen(FILE_MAX, "we");

	CHECK(file);
	CHECK(fprintf(file, "%lld", n) > 0);
	CHECK_EQUAL(fclose(file), 0);
}

TEST(full_file_table_is_traced_as_other)
{
	const long long files = file_number(FILE_MAX);
	struct counts counts;
	int ret, error, buf;
	char text[MOST_EVENT];

	begin_with_units(heap);
	counts = read_counts(heap);
	begin_tracing(EVENT);
	set_file_max(0);
	become(ALICE);
	ret = try_alloc(heap, UNIT, O_RDWR, 0, &buf);
	error = errno;
	become(0);
	set_file_max(files);
	CHECK_EQUAL(ret, -1);
	CHECK_EQUAL(error, ENFILE);

	snprintf(text, sizeof(text),
		 "dma_heap_alloc_failed: heap=%s len=%zu reason=other error=%d",
		 heap->name, UNIT, -ENFILE);
	check_next_event(end_tracing(EVENT), text);
	counts.failures_other++;
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
