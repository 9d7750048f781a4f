// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a heap has lent, as told by a kernel made of a table: the functions that
 * ask it are defined here, in the C library's stead.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/dma-heap.h>

#include <dmaheap.h>

#define HEAP_FD 40
#define MOST_ENTRIES 1000

static struct {
	struct dma_heap_list_entry entries[MOST_ENTRIES];
	uint32_t count;
	uint32_t grows;		/* by that many after each request but the last */
	unsigned int n_growing;
	uint32_t flags;
	int errors[2];		/* of the requests, in turn */
	unsigned int n_requests;
} kernel;

int open(const char *path, int flags, ...)
{
	assert_string_equal(path, "/dev/dma_heap/camera");
	return HEAP_FD;
}

int close(int fd)
{
	assert_int_equal(fd, HEAP_FD);
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	struct dma_heap_list_data *data;
	struct dma_heap_list_entry *entries;
	uint32_t room;
	va_list args;
	int error;

	va_start(args, request);
	data = va_arg(args, void *);
	va_end(args);

	assert_int_equal(fd, HEAP_FD);
	/* When it is opened. */
	if (request == DMA_HEAP_IOCTL_QUERY) {
		errno = ENODEV;
		return -1;
	}
	assert_int_equal(request, DMA_HEAP_IOCTL_LIST);
	assert_int_equal(data->entry_size, sizeof(kernel.entries[0]));
	assert_int_equal(data->flags, 0);
	assert_int_equal(data->reserved, 0);

	error = kernel.n_requests < 2 ? kernel.errors[kernel.n_requests] : 0;
	kernel.n_requests++;
	if (error) {
		errno = error;
		return -1;
	}

	room = data->nr_entries;
	entries = (struct dma_heap_list_entry *)(uintptr_t)data->entries;
	memcpy(entries, kernel.entries,
	       (room < kernel.count ? room : kernel.count) * sizeof(*entries));
	data->nr_entries = kernel.count;
	data->flags = kernel.flags;
	if (kernel.n_growing) {
		kernel.n_growing--;
		kernel.count += kernel.grows;
		assert_true(kernel.count <= MOST_ENTRIES);
	}
	return 0;
}

static int set_kernel(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	for (uint32_t i = 0; i < MOST_ENTRIES; i++)
		kernel.entries[i] = (struct dma_heap_list_entry) {
			.inode = i + 1,
			.buffer = i,
			.region_offset = DMA_HEAP_NOWHERE,
		};
	return 0;
}

static int foreach(int (*fn)(const struct dmaheap_buffer *buffer, void *data),
		   void *data)
{
	struct dmaheap *heap;
	int ret;

	assert_int_equal(dmaheap_open("camera", &heap), 0);
	ret = dmaheap_foreach_buffer(heap, fn, data);
	dmaheap_close(heap);
	return ret;
}

/* Each is shown once, in the kernel's order. */
static int count(const struct dmaheap_buffer *buffer, void *data)
{
	uint32_t *seen = data;

	assert_int_equal(dmaheap_buffer_inode(buffer), ++*seen);
	return 0;
}

static int must_not_be_called(const struct dmaheap_buffer *buffer, void *data)
{
	fail();
	return 0;
}

static int check_view(const struct dmaheap_buffer *buffer, void *data)
{
	uint64_t offset;

	assert_ptr_equal(data, &kernel);
	assert_int_equal(dmaheap_buffer_inode(buffer), 77);
	assert_int_equal(dmaheap_buffer_id(buffer), UINT64_C(1) << 40);
	assert_int_equal(dmaheap_buffer_size(buffer), UINT64_C(5) << 30);
	assert_int_equal(dmaheap_buffer_offset(buffer), UINT64_C(1) << 32);
	assert_int_equal(dmaheap_buffer_memory_size(buffer),
			 UINT64_C(9) << 30);
	assert_int_equal(dmaheap_buffer_uid(buffer), 4294967294u);
	assert_int_equal(dmaheap_buffer_pid(buffer), 4194304);
	assert_string_equal(dmaheap_buffer_comm(buffer), "fifteen letters");
	assert_int_equal(dmaheap_buffer_region_offset(buffer, &offset),
			 kernel.flags ? 1 : 0);
	assert_int_equal(offset, UINT64_C(3) << 32);
	return 0;
}

static void tells_all_of_an_entry(void **state)
{
	kernel.entries[0] = (struct dma_heap_list_entry) {
		.inode = 77,
		.buffer = UINT64_C(1) << 40,
		.buffer_len = UINT64_C(9) << 30,
		.region_offset = UINT64_C(3) << 32,
		.offset = UINT64_C(1) << 32,
		.len = UINT64_C(5) << 30,
		.uid = 4294967294u,
		.pid = 4194304,
		.comm = "fifteen letters",
	};
	kernel.count = 1;
	assert_int_equal(foreach(check_view, &kernel), 0);
	assert_int_equal(kernel.n_requests, 1);

	kernel.flags = DMA_HEAP_LIST_RELATIVE;
	assert_int_equal(foreach(check_view, &kernel), 0);
}

static int check_nowhere(const struct dmaheap_buffer *buffer, void *data)
{
	uint64_t offset = 7;

	assert_int_equal(dmaheap_buffer_region_offset(buffer, &offset),
			 -ENODATA);
	assert_int_equal(offset, 7);
	return 0;
}

static void place_may_be_unknown(void **state)
{
	kernel.count = 1;
	assert_int_equal(foreach(check_nowhere, NULL), 0);
	kernel.flags = DMA_HEAP_LIST_RELATIVE;
	assert_int_equal(foreach(check_nowhere, NULL), 0);
}

static void nothing_lent_is_no_failure(void **state)
{
	assert_int_equal(foreach(must_not_be_called, NULL), 0);
	assert_int_equal(kernel.n_requests, 1);
}

static void asks_again_until_all_fit(void **state)
{
	static const uint32_t counts[] = { 79, 80, 81, 200, MOST_ENTRIES };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint32_t seen = 0;

		kernel.n_requests = 0;
		kernel.count = counts[i];
		assert_int_equal(foreach(count, &seen), 0);
		assert_int_equal(seen, counts[i]);
		assert_int_equal(kernel.n_requests, counts[i] > 80 ? 2 : 1);
	}
}

static void asks_again_while_others_allocate(void **state)
{
	uint32_t seen = 0;

	kernel.count = 100;
	kernel.grows = 150;
	kernel.n_growing = 3;
	assert_int_equal(foreach(count, &seen), 0);
	assert_int_equal(seen, 550);
	assert_int_equal(kernel.n_requests, 5);
}

static void asks_again_after_a_signal(void **state)
{
	uint32_t seen = 0;

	kernel.count = 3;
	kernel.errors[0] = EINTR;
	assert_int_equal(foreach(count, &seen), 0);
	assert_int_equal(seen, 3);
	assert_int_equal(kernel.n_requests, 2);
}

/* The kernel's own heaps, older modules; and what is no heap at all. */
static void tells_heaps_that_do_not_tell(void **state)
{
	kernel.count = 3;
	kernel.errors[0] = EINVAL;
	kernel.errors[1] = ENOTTY;
	assert_int_equal(foreach(must_not_be_called, NULL), -EOPNOTSUPP);
	assert_int_equal(foreach(must_not_be_called, NULL), -EOPNOTSUPP);
}

static void reports_other_errors(void **state)
{
	kernel.count = 100;
	kernel.errors[0] = ENODEV;
	assert_int_equal(foreach(must_not_be_called, NULL), -ENODEV);

	/* When there has been a list already, too. */
	set_kernel(NULL);
	kernel.count = 100;
	kernel.errors[1] = ENOMEM;
	assert_int_equal(foreach(must_not_be_called, NULL), -ENOMEM);
}

static int stop_at_second(const struct dmaheap_buffer *buffer, void *data)
{
	size_t *calls = data;

	return ++*calls == 2 ? -ECANCELED : 0;
}

static void ends_when_told(void **state)
{
	size_t calls = 0;

	kernel.count = 3;
	assert_int_equal(foreach(stop_at_second, &calls), -ECANCELED);
	assert_int_equal(calls, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(tells_all_of_an_entry, set_kernel),
		cmocka_unit_test_setup(place_may_be_unknown, set_kernel),
		cmocka_unit_test_setup(nothing_lent_is_no_failure, set_kernel),
		cmocka_unit_test_setup(asks_again_until_all_fit, set_kernel),
		cmocka_unit_test_setup(asks_again_while_others_allocate,
				       set_kernel),
		cmocka_unit_test_setup(asks_again_after_a_signal, set_kernel),
		cmocka_unit_test_setup(tells_heaps_that_do_not_tell,
				       set_kernel),
		cmocka_unit_test_setup(reports_other_errors, set_kernel),
		cmocka_unit_test_setup(ends_when_told, set_kernel),
	};

	return cmocka_run_group_tests_name("lent", tests, NULL, NULL);
}
