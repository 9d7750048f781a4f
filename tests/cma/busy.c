// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: a request waits for pages that cannot be moved just now, for a moment;
 * a failure for that reason is counted as one. A driver holds such a page:
 * kernel/tests/dmabuf_heaps_neighbour.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/sysfs.h"
#include "../uapi/tracing.h"

#define NEIGHBOUR "/sys/module/dmabuf_heaps_neighbour/parameters/"
#define FOR_EVER (-1)

/* Attempts of one request, and the shortest time for their delays. */
#define MOST_ATTEMPTS 4
#define LEAST_MS 35

#define FAILED "dmabuf_heaps/dma_heap_alloc_failed"

/*
 * A first buffer leaves REST of the region, of which boot may have 2 MiB in use for
 * good. The held page is in the way of each other place for LEN.
 */
#define REST MIB(10)
#define LEN MIB(8)

/* Until that attempt begins, or 0 is written. */
static void hold_page(int attempt)
{
	FILE *file = fopen(NEIGHBOUR "hold", "we");

	CHECK(file);
	fprintf(file, "%d", attempt);
	CHECK_EQUAL(fclose(file), 0);
}

static int fill_up(const struct heap *heap)
{
	return alloc(heap, attribute(heap, "total") - REST, O_RDWR);
}

static int count_attempts(void)
{
	return file_number(NEIGHBOUR "attempts");
}

static void check_busy(const struct heap *heap)
{
	int buf;

	CHECK_ERRNO(try_alloc(heap, LEN, O_RDWR, 0, &buf), ENOMEM);
}

TEST(page_released_meanwhile_succeeds)
{
	fill_up(heap);
	hold_page(2);
	close(alloc(heap, LEN, O_RDWR));
	CHECK(count_attempts() > 1);
	CHECK(count_attempts() <= MOST_ATTEMPTS);
	hold_page(0);
}

TEST(page_held_is_enomem_counted_as_busy)
{
	struct counts counts;
	long long start;

	fill_up(heap);
	counts = read_counts(heap);
	hold_page(FOR_EVER);
	start = nanoseconds();
	check_busy(heap);
	CHECK(nanoseconds() - start >= LEAST_MS * 1000000ll);
	CHECK_EQUAL(count_attempts(), MOST_ATTEMPTS);
	counts.failures_busy++;
	check_counts(heap, &counts);

	hold_page(0);
	close(alloc(heap, LEN, O_RDWR));
}

TEST(busy_failure_is_traced_as_busy)
{
	char text[MOST_EVENT];
	FILE *trace;

	fill_up(heap);
	hold_page(FOR_EVER);
	begin_tracing(FAILED);
	check_busy(heap);
	trace = end_tracing(FAILED);
	snprintf(text, sizeof(text),
		 "dma_heap_alloc_failed: heap=%s len=%zu reason=busy error=%d",
		 heap->name, LEN, -ENOMEM);
	check_next_event(trace, text);
	fclose(trace);
	hold_page(0);
}

/* The buffers leave no room, so there is nothing to wait for. */
TEST(full_heap_is_enomem_at_the_first_attempt)
{
	const long long len = REST + MIB(1);
	struct counts counts;
	int buf;

	fill_up(heap);
	counts = read_counts(heap);
	hold_page(FOR_EVER);
	CHECK_ERRNO(try_alloc(heap, len, O_RDWR, 0, &buf), ENOMEM);
	CHECK_EQUAL(count_attempts(), 1);
	hold_page(0);
	counts.failures_memory++;
	if (!counts.smallest_failure || counts.smallest_failure > len)
		counts.smallest_failure = len;
	check_counts(heap, &counts);
}

/* A child that is killed while it allocates, at another moment each time. */
TEST(request_killed_while_it_waits_is_counted)
{
	struct counts before;
	long long killed = 0;
	int status;

	fill_up(heap);
	before = read_counts(heap);
	hold_page(FOR_EVER);
	for (useconds_t after = 1000; after <= 50000 && !killed; after += 1000) {
		pid_t pid = fork_child();

		if (!pid)
			for (;;)
				check_busy(heap);
		usleep(after);
		CHECK_EQUAL(kill(pid, SIGKILL), 0);
		CHECK_EQUAL(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status));
		killed = attribute(heap, "failures_other") - before.failures_other;
	}
	CHECK_EQUAL(killed, 1);
	CHECK_EQUAL(attribute(heap, "used"), before.used);

	hold_page(0);
	close(alloc(heap, LEN, O_RDWR));
}
