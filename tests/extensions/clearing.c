// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Lifetime: whoever is killed does not finish a request first.
 * docs/ABI/tracepoints-dmabuf_heaps: the clearing of memory is traced.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "sysfs.h"
#include "tracing.h"

/* Clearing takes most of the time, so most of them are in the middle of that. */
#define KILLS 30
#define LEN MIB(16)

/*
 * Does the heap clear memory for sure, and not the page allocator? That of a
 * carveout does not come from there, and that of system is asked for cleared.
 */
static bool clears(const struct heap *heap)
{
	char type[MOST_TEXT], text[4096] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	attribute_text(heap, "type", type);
	return !strcmp(type, "carveout") ||
	       (strcmp(type, "system") && strstr(text, "init_on_alloc=0"));
}

/* Who is told EINTR nobody sees, but it is counted. */
TEST(killed_caller_stops_early)
{
	const long long before = attribute(heap, "failures_other");
	long long stopped;
	char type[MOST_TEXT];

	for (useconds_t i = 0; i < KILLS; i++)
		kill_while_it_allocates(heap, LEN, 5000 + i * 1000);
	stopped = attribute(heap, "failures_other") - before;
	printf("# %lld of %d were stopped\n", stopped, KILLS);
	wait_for_attribute(heap, "used", 0);

	/* Ordinary memory is looked for piece by piece. */
	attribute_text(heap, "type", type);
	if (clears(heap) || !strcmp(type, "system"))
		CHECK(stopped >= KILLS / 3);
}

TEST(clearing_is_traced)
{
	unsigned long long len, ns, sum = 0;
	char line[MOST_EVENT];
	const char *event;
	FILE *trace;

	begin_tracing("dmabuf_heaps/dma_heap_clear_extent");
	alloc(heap, LEN, O_RDWR);
	trace = end_tracing("dmabuf_heaps/dma_heap_clear_extent");
	while ((event = next_event(trace, line))) {
		int fields = sscanf(event,
				    "dma_heap_clear_extent: len=%llu ns=%llu",
				    &len, &ns);

		CHECK_EQUAL(fields, 2);
		CHECK(ns > 0 && ns < 10000000000ull);
		sum += len;
	}
	if (clears(heap) || sum)
		CHECK_EQUAL(sum, LEN);
}
