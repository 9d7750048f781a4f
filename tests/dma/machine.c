// SPDX-License-Identifier: GPL-2.0
/* The machine does what this one of them is for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../uapi/tracing.h"
#include "device.h"

/* What is not brought over by a bracket is seen at once, or not at all. */
TEST(device_has_a_copy_if_it_bounces)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	device_writes(&camera, 0, KIB(1), 1);
	CHECK_EQUAL(is_zero(buffer.mem, KIB(1)), bounces());
	check_cpu_reads(&buffer);
}

/* The processors of amd64 need no maintenance. */
#if defined(__aarch64__) || defined(__arm__)

#define PROBE TRACING "events/kprobes/dma_tests_clean/"

/* How often the function was called that cleans the cache. */
static unsigned int count_calls(void)
{
	FILE *file = fopen(TRACING "trace", "re");
	unsigned int n = 0;
	char line[512];

	CHECK(file);
	while (fgets(line, sizeof(line), file))
		n += !!strstr(line, "dma_tests_clean:");
	fclose(file);
	return n;
}

static void end_counting(void)
{
	write_tracing(PROBE "enable", "0");
	write_tracing(TRACING "kprobe_events", "-:dma_tests_clean\n");
}

/* A test that failed has left the probe. */
static void begin_counting(void)
{
	if (!access(PROBE, F_OK))
		end_counting();
	write_tracing(TRACING "kprobe_events",
		      "p:dma_tests_clean arch_sync_dma_for_device\n");
	write_tracing(PROBE "enable", "1");
}

TEST(caches_are_maintained_if_devices_do_not_see_them)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device display = attach(&buffer, READS);
	unsigned int before;

	begin_counting();
	before = count_calls();
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, KIB(1), 1);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	CHECK_EQUAL(count_calls() == before, is_coherent());
	unmap(&display);
	end_counting();
}

/*
 * Of a buffer that no process writes to, which is clean otherwise. Not where each
 * mapping makes a copy.
 */
TEST(caches_are_cleaned_of_what_a_device_left_there)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDONLY);
	struct device display = attach_idle(&buffer, READS), camera;
	unsigned int before;

	unmap(&display);
	begin_counting();
	before = count_calls();
	display = map_again(&display, READS);
	CHECK_EQUAL(count_calls(), before);
	unmap(&display);

	camera = attach(&buffer, WRITES);
	device_writes(&camera, 0, MOST_MOVED, 1);
	unmap(&camera);
	before = count_calls();
	display = map_again(&display, READS);
	CHECK_EQUAL(count_calls() > before, is_coherent());
	unmap(&display);
	end_counting();
}

/* Map a page first: only a map of all pages can leave the buffer clean. */
TEST(map_of_a_part_leaves_the_rest_to_be_cleaned)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDONLY);
	const struct buffer view = new_view(heap, &buffer, 0, page_size(),
					    O_RDONLY);
	struct device part = attach_idle(&view, READS), all;
	unsigned int before;

	begin_counting();
	before = count_calls();
	all = attach_idle(&buffer, READS);
	CHECK(count_calls() > before);
	before = count_calls();
	unmap(&all);
	all = map_again(&all, READS);
	/* Each map of a bounced device fills a bounce buffer. */
	CHECK(bounces() || count_calls() == before);
	unmap(&all);
	unmap(&part);
	end_counting();
}

/* A driver may write to a buffer that no process can write to. */
TEST(map_after_vmap_cleans_what_the_kernel_wrote)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDONLY);
	struct device display = attach_idle(&buffer, READS);
	unsigned int before;

	unmap(&display);
	map_in_kernel(&display);
	kernel_draws(&display, 0, KIB(1), 0xa5);
	begin_counting();
	before = count_calls();
	display = map_again(&display, READS);
	CHECK(count_calls() > before);
	unmap(&display);
	end_counting();
}

/*
 * The same, for a device that has the buffer all the time. The device that is idle is
 * never coherent.
 */
TEST(end_after_vmap_cleans_what_the_kernel_wrote)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDONLY);
	struct device display = attach_idle(&buffer, READS);
	unsigned int before;

	map_in_kernel(&display);
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	kernel_draws(&display, 0, KIB(1), 0xa5);
	begin_counting();
	before = count_calls();
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	CHECK(count_calls() > before);
	end_counting();
	unmap(&display);
}

TEST(cache_is_cleaned_for_devices_mapped_before)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device display = attach_idle(&buffer, READS);
	struct device camera = attach(&buffer, WRITES);
	bool cleaned = false;
	char line[MOST_EVENT];
	FILE *trace;

	device_writes(&camera, 0, MOST_MOVED, 1);
	begin_tracing("dmabuf_heaps/dma_heap_sync");
	unmap(&camera);
	trace = end_tracing("dmabuf_heaps/dma_heap_sync");
	while (next_event(trace, line))
		cleaned |= strstr(line, " dev=dmabuf_heaps_importer ") &&
			   strstr(line, " for=device");
	CHECK_EQUAL(cleaned, is_coherent());
	fclose(trace);
	unmap(&display);
}

#endif
