// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a heap says of itself, and what is known of one that says nothing. */

#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/dma-heap.h>

#include <dmaheap.h>

#define HEAP_FD 40

/* What is said when it is opened is forgotten. */
#define OPENED(node)							\
	{ .call = CALL_OPEN, .path = (node),				\
	  .flags = O_RDONLY | O_CLOEXEC, .answer = HEAP_FD },		\
	{ .call = CALL_IOCTL, .fd = HEAP_FD,				\
	  .request = DMA_HEAP_IOCTL_QUERY, .error = ENODEV }

#define CLOSED { .call = CALL_CLOSE, .fd = HEAP_FD }

/* A query about a buffer of that size. */
#define QUERY(size_of_it, ...)						\
	{ .call = CALL_IOCTL, .fd = HEAP_FD,				\
	  .request = DMA_HEAP_IOCTL_QUERY,				\
	  .in = &(const struct dma_heap_query_data) { .len = (size_of_it) }, \
	  .size = sizeof(struct dma_heap_query_data), __VA_ARGS__ }

#define ITS_DEVICE							\
	{ .call = CALL_FSTAT, .fd = HEAP_FD, .device = makedev(251, 3) }

/* A query that the heap does not know; then the device is asked for its name. */
#define NO_QUERY(size_of_it, code, ...)					\
	QUERY(size_of_it, .error = (code)), ITS_DEVICE,			\
	{ .call = CALL_READLINK, .path = "/sys/dev/char/251:3", __VA_ARGS__ }

static struct dmaheap *open_heap(const char *name)
{
	struct dmaheap *heap;

	assert_int_equal(dmaheap_open(name, &heap), 0);
	return heap;
}

static void passes_on_what_the_heap_says(void **state)
{
	static const struct dma_heap_query_data frames = {
		.flags = DMA_HEAP_QUERY_CONTIGUOUS,
		.id = 3,
		.region_len = UINT64_C(5) << 30,
		.alignment = 4096,
		.type = "cma",
	};
	static const struct dma_heap_query_data pieces = {
		.flags = DMA_HEAP_QUERY_CPU_ACCESS | 1U << 31,
		.id = 4,
		.alignment = 4096,
		.type = "of 16 characters",
	};
	static const struct dma_heap_query_data large = { .alignment = 65536 };
	struct dmaheap *heap;
	uint64_t value;

	SCRIPT(OPENED("/dev/dma_heap/system"),
	       QUERY(0, .out = &frames), QUERY(0, .out = &frames),
	       QUERY(0, .out = &frames), QUERY(9, .error = EINTR),
	       QUERY(9, .out = &large), QUERY(0, .out = &pieces),
	       QUERY(0, .out = &pieces), CLOSED);
	heap = open_heap("system");
	assert_int_equal(dmaheap_contiguous(heap), 1);
	assert_int_equal(dmaheap_cpu_access(heap), 0);
	assert_int_equal(dmaheap_region_size(heap, &value), 0);
	assert_int_equal(value, UINT64_C(5) << 30);
	assert_int_equal(dmaheap_alignment(heap, 9, &value), 0);
	assert_int_equal(value, 65536);
	assert_int_equal(dmaheap_contiguous(heap), 0);
	assert_int_equal(dmaheap_cpu_access(heap), 1);
	dmaheap_close(heap);
	script_end();
}

static void tells_that_there_is_no_region(void **state)
{
	static const struct dma_heap_query_data none = { .alignment = 4096 };
	struct dmaheap *heap;
	uint64_t size = 7;

	SCRIPT(OPENED("/dev/dma_heap/system"), QUERY(0, .out = &none), CLOSED);
	heap = open_heap("system");
	assert_int_equal(dmaheap_region_size(heap, &size), -ENODATA);
	assert_int_equal(size, 7);
	dmaheap_close(heap);
	script_end();
}

static void reports_why_it_cant_be_told(void **state)
{
	struct dmaheap *heap;
	uint64_t value = 7;

	SCRIPT(OPENED("/dev/dma_heap/system"), QUERY(0, .error = ENODEV),
	       QUERY(0, .error = ENODEV), QUERY(0, .error = ENODEV),
	       QUERY(1, .error = EFAULT), CLOSED);
	heap = open_heap("system");
	assert_int_equal(dmaheap_contiguous(heap), -ENODEV);
	assert_int_equal(dmaheap_cpu_access(heap), -ENODEV);
	assert_int_equal(dmaheap_region_size(heap, &value), -ENODEV);
	assert_int_equal(dmaheap_alignment(heap, 1, &value), -EFAULT);
	assert_int_equal(value, 7);
	dmaheap_close(heap);
	script_end();
}

static void knows_usual_names(void **state)
{
	static const struct {
		const char *name;
		int contiguous;
	} known[] = {
		{ "default_cma_region", 1 }, { "reserved", 1 },
		{ "linux,cma", 1 }, { "system-contiguous", 1 }, { "system", 0 },
		{ "system-ext", 0 }, { "system-dma32", 0 },
		{ "system-uncached", 0 }, { "system-uncached-dma32", 0 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint64_t value = 7;
		struct dmaheap *heap;
		char device[64];

		snprintf(device, sizeof(device),
			 "../../devices/virtual/dma_heap/%s", known[i].name);
		SCRIPT(OPENED("/dev/dma_heap/frames"),
		       NO_QUERY(0, EINVAL, .out = device),
		       NO_QUERY(0, ENOTTY, .out = device),
		       NO_QUERY(0, EINVAL, .out = device),
		       NO_QUERY(5, EINVAL, .out = device), CLOSED);
		heap = open_heap("frames");
		assert_int_equal(dmaheap_contiguous(heap), known[i].contiguous);
		assert_int_equal(dmaheap_cpu_access(heap), 1);
		assert_int_equal(dmaheap_region_size(heap, &value), -ENODATA);
		if (known[i].contiguous) {
			assert_int_equal(dmaheap_alignment(heap, 5, &value),
					 -ENODATA);
			assert_int_equal(value, 7);
		} else {
			assert_int_equal(dmaheap_alignment(heap, 5, &value), 0);
			assert_int_equal(value, sysconf(_SC_PAGESIZE));
		}
		dmaheap_close(heap);
		script_end();
	}
}

/* A link may be called whatever its maker likes. */
static void goes_by_the_name_of_the_node(void **state)
{
	static const struct {
		const char *name, *own_name;
		int contiguous;
	} heaps[] = {
		{ "vidbuf_cached", "../../virtual/dma_heap/system", 0 },
		{ "vidbuf_cached", "../../virtual/dma_heap/linux,cma", 1 },
		{ "vidbuf_cached", "../../virtual/dma_heap/vidbuf_cached",
		  -ENODATA },
		{ "linux,cma", "../../virtual/dma_heap/system", 0 },
		{ "linux,cma", "../../virtual/dma_heap/camera", -ENODATA },
	};

	for (size_t i = 0; i < sizeof(heaps) / sizeof(heaps[0]); i++) {
		struct dmaheap *heap;
		char path[64];

		snprintf(path, sizeof(path), "/dev/dma_heap/%s", heaps[i].name);
		SCRIPT(OPENED(path),
		       NO_QUERY(0, EINVAL, .out = heaps[i].own_name), CLOSED);
		heap = open_heap(heaps[i].name);
		assert_int_equal(dmaheap_contiguous(heap),
				 heaps[i].contiguous);
		dmaheap_close(heap);
		script_end();
	}
}

static void goes_by_the_name_that_was_opened_without_sysfs(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED("/dev/dma_heap/linux,cma"),
	       NO_QUERY(0, EINVAL, .error = ENOENT), CLOSED);
	heap = open_heap("linux,cma");
	assert_int_equal(dmaheap_contiguous(heap), 1);
	dmaheap_close(heap);
	script_end();
}

static void guesses_nothing_from_other_names(void **state)
{
	static const char device[] = "../../devices/virtual/dma_heap/camera";
	struct dmaheap *heap;
	uint64_t value;

	SCRIPT(OPENED("/dev/dma_heap/camera"),
	       NO_QUERY(0, EINVAL, .out = device),
	       NO_QUERY(0, EINVAL, .out = device),
	       NO_QUERY(0, EINVAL, .out = device),
	       NO_QUERY(0, EINVAL, .out = device), CLOSED);
	heap = open_heap("camera");
	assert_int_equal(dmaheap_contiguous(heap), -ENODATA);
	assert_int_equal(dmaheap_cpu_access(heap), -ENODATA);
	assert_int_equal(dmaheap_region_size(heap, &value), -ENODATA);
	assert_int_equal(dmaheap_alignment(heap, 0, &value), -ENODATA);
	dmaheap_close(heap);
	script_end();
}

static void knows_udmabuf(void **state)
{
	struct dmaheap *heap;

	SCRIPT({ .call = CALL_OPEN, .path = "/dev/udmabuf",
		 .flags = O_RDONLY | O_CLOEXEC, .answer = HEAP_FD },
	       QUERY(0, .error = ENOTTY), ITS_DEVICE,
	       QUERY(0, .error = ENOTTY), ITS_DEVICE, CLOSED);
	heap = open_heap(DMAHEAP_UDMABUF);
	assert_int_equal(dmaheap_contiguous(heap), 0);
	assert_int_equal(dmaheap_cpu_access(heap), 1);
	dmaheap_close(heap);
	script_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_on_what_the_heap_says),
		cmocka_unit_test(tells_that_there_is_no_region),
		cmocka_unit_test(reports_why_it_cant_be_told),
		cmocka_unit_test(knows_usual_names),
		cmocka_unit_test(goes_by_the_name_of_the_node),
		cmocka_unit_test(goes_by_the_name_that_was_opened_without_sysfs),
		cmocka_unit_test(guesses_nothing_from_other_names),
		cmocka_unit_test(knows_udmabuf),
	};

	return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
