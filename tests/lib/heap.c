// SPDX-License-Identifier: LGPL-2.1-or-later
/* Opening a heap, allocating from it and making views, as the kernel sees it. */

#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <linux/dma-heap.h>

#include <dmaheap.h>

#define HEAP_FD 40

#define OPENED(node)							\
	{ .call = CALL_OPEN, .path = "/dev/dma_heap/" node,		\
	  .flags = O_RDONLY | O_CLOEXEC, .answer = HEAP_FD },		\
	{ .call = CALL_IOCTL, .fd = HEAP_FD,				\
	  .request = DMA_HEAP_IOCTL_QUERY, .out = &of_modules,		\
	  .size = sizeof(of_modules) }

/* A heap that has a limit is not held against the machine's memory. */
static const struct dma_heap_query_data of_modules = {
	.id = 1,
	.type = "system",
};

#define CLOSED { .call = CALL_CLOSE, .fd = HEAP_FD }

#define ALLOC(...)							\
	{ .call = CALL_IOCTL, .fd = HEAP_FD,				\
	  .request = DMA_HEAP_IOCTL_ALLOC,				\
	  .size = sizeof(struct dma_heap_allocation_data), __VA_ARGS__ }

static const struct dma_heap_allocation_data request = {
	.len = 33177600,
	.fd_flags = O_RDWR | O_CLOEXEC,
};

static const struct dma_heap_allocation_data granted = {
	.len = 33177600,
	.fd = 41,
	.fd_flags = O_RDWR | O_CLOEXEC,
};

static struct dmaheap *open_heap(void)
{
	struct dmaheap *heap;

	assert_int_equal(dmaheap_open("linux,cma", &heap), 0);
	return heap;
}

static void opens_the_node_of_that_name(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED("linux,cma"), CLOSED);
	heap = open_heap();
	assert_string_equal(dmaheap_name(heap), "linux,cma");
	dmaheap_close(heap);
	script_end();
}

static void refuses_names_that_leave_the_folder(void **state)
{
	static const char * const names[] = {
		"", ".", "..", "/", "a/b", "../mem", "reserved/",
		"/dev/dma_heap/reserved",
	};
	struct dmaheap *heap = NULL;

	script_set(NULL, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(dmaheap_open(names[i], &heap), -EINVAL);
	assert_null(heap);
}

static void opens_names_that_only_look_odd(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED("..."), CLOSED, OPENED(".a"), CLOSED);
	assert_int_equal(dmaheap_open("...", &heap), 0);
	dmaheap_close(heap);
	assert_int_equal(dmaheap_open(".a", &heap), 0);
	dmaheap_close(heap);
	script_end();
}

static void reports_why_open_failed(void **state)
{
	struct dmaheap *heap = NULL;

	SCRIPT({ .call = CALL_OPEN, .path = "/dev/dma_heap/none",
		 .flags = O_RDONLY | O_CLOEXEC, .error = ENOENT });
	assert_int_equal(dmaheap_open("none", &heap), -ENOENT);
	assert_null(heap);
	script_end();
}

static void closing_nothing_is_fine(void **state)
{
	script_set(NULL, 0);
	dmaheap_close(NULL);
}

static void keeps_a_copy_of_the_name(void **state)
{
	char name[] = "camera";
	struct dmaheap *heap;

	SCRIPT(OPENED("camera"), CLOSED);
	assert_int_equal(dmaheap_open(name, &heap), 0);
	memset(name, 'x', sizeof(name) - 1);
	assert_string_equal(dmaheap_name(heap), "camera");
	dmaheap_close(heap);
	script_end();
}

static void asks_for_exactly_what_was_asked(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED("linux,cma"), ALLOC(.in = &request, .out = &granted),
	       CLOSED);
	heap = open_heap();
	assert_int_equal(dmaheap_alloc(heap, 33177600, O_RDWR | O_CLOEXEC), 41);
	dmaheap_close(heap);
	script_end();
}

/* Sizes of 64 bits and flags nobody knows are the kernel's to judge. */
static void leaves_judging_to_the_kernel(void **state)
{
	static const struct dma_heap_allocation_data odd = {
		.len = UINT64_MAX,
		.fd_flags = (__u32)-2,
	};
	struct dmaheap *heap;

	SCRIPT(OPENED("linux,cma"), ALLOC(.in = &odd, .error = EINVAL), CLOSED);
	heap = open_heap();
	assert_int_equal(dmaheap_alloc(heap, UINT64_MAX, -2),
			 -EINVAL);
	dmaheap_close(heap);
	script_end();
}

static void allocates_again_after_a_signal(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED("linux,cma"), ALLOC(.in = &request, .error = EINTR),
	       ALLOC(.in = &request, .error = EINTR),
	       ALLOC(.in = &request, .out = &granted), CLOSED);
	heap = open_heap();
	assert_int_equal(dmaheap_alloc(heap, 33177600, O_RDWR | O_CLOEXEC), 41);
	dmaheap_close(heap);
	script_end();
}

static void reports_why_allocating_failed(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED("linux,cma"), ALLOC(.in = &request, .error = ENOMEM),
	       ALLOC(.in = &request, .error = EAGAIN),
	       ALLOC(.in = &request, .error = ENODEV), CLOSED);
	heap = open_heap();
	assert_int_equal(dmaheap_alloc(heap, 33177600, O_RDWR | O_CLOEXEC),
			 -ENOMEM);
	assert_int_equal(dmaheap_alloc(heap, 33177600, O_RDWR | O_CLOEXEC),
			 -EAGAIN);
	assert_int_equal(dmaheap_alloc(heap, 33177600, O_RDWR | O_CLOEXEC),
			 -ENODEV);
	dmaheap_close(heap);
	script_end();
}

#define VIEW(...)							\
	{ .call = CALL_IOCTL, .fd = HEAP_FD,				\
	  .request = DMA_HEAP_IOCTL_VIEW,				\
	  .size = sizeof(struct dma_heap_view_data), __VA_ARGS__ }

/* Whether the heap knows views at all is asked without any values. */
#define VIEWS_KNOWN(answer)						\
	{ .call = CALL_IOCTL, .fd = HEAP_FD,				\
	  .request = DMA_HEAP_IOCTL_VIEW, .no_argument = true,		\
	  .error = (answer) }

static const struct dma_heap_view_data part = {
	.offset = UINT64_C(5) << 30,
	.len = UINT64_C(3) << 31,
	.buffer_fd = 41,
	.fd_flags = O_RDONLY | O_CLOEXEC,
};

static const struct dma_heap_view_data made = {
	.offset = UINT64_C(5) << 30,
	.len = UINT64_C(3) << 31,
	.buffer_fd = 41,
	.fd = 42,
	.fd_flags = O_RDONLY | O_CLOEXEC,
};

static int view_part(struct dmaheap *heap)
{
	return dmaheap_view(heap, 41, UINT64_C(5) << 30, UINT64_C(3) << 31,
			    O_RDONLY | O_CLOEXEC);
}

static void asks_for_exactly_that_view(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED("linux,cma"), VIEW(.in = &part, .out = &made), CLOSED);
	heap = open_heap();
	assert_int_equal(view_part(heap), 42);
	dmaheap_close(heap);
	script_end();
}

/* Values that make no sense, a descriptor too, are the kernel's to judge. */
static void leaves_judging_views_to_the_kernel(void **state)
{
	static const struct dma_heap_view_data odd = {
		.offset = 1,
		.len = UINT64_MAX,
		.buffer_fd = (__u32)-1,
		.fd_flags = (__u32)-2,
	};
	struct dmaheap *heap;

	SCRIPT(OPENED("linux,cma"), VIEW(.in = &odd, .error = EBADF), CLOSED);
	heap = open_heap();
	assert_int_equal(dmaheap_view(heap, -1, 1, UINT64_MAX, -2), -EBADF);
	dmaheap_close(heap);
	script_end();
}

static void makes_the_view_again_after_a_signal(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED("linux,cma"), VIEW(.in = &part, .error = EINTR),
	       VIEW(.in = &part, .error = EINTR),
	       VIEW(.in = &part, .out = &made), CLOSED);
	heap = open_heap();
	assert_int_equal(view_part(heap), 42);
	dmaheap_close(heap);
	script_end();
}

static void reports_why_there_is_no_view(void **state)
{
	static const int errors[] = {
		EBADF, EXDEV, EACCES, ENODEV, EMFILE, ENFILE, ENOMEM, EFAULT,
		EAGAIN,
	};
	struct dmaheap *heap;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		SCRIPT(OPENED("linux,cma"),
		       VIEW(.in = &part, .error = errors[i]), CLOSED);
		heap = open_heap();
		assert_int_equal(view_part(heap), -errors[i]);
		dmaheap_close(heap);
		script_end();
	}
}

static void tells_bad_values_from_a_heap_without_views(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED("linux,cma"),
	       VIEW(.in = &part, .error = EINVAL), VIEWS_KNOWN(EFAULT),
	       VIEW(.in = &part, .error = EINVAL), VIEWS_KNOWN(EINTR),
	       VIEWS_KNOWN(EFAULT),
	       VIEW(.in = &part, .error = EINVAL), VIEWS_KNOWN(EINVAL), CLOSED);
	heap = open_heap();
	assert_int_equal(view_part(heap), -EINVAL);
	assert_int_equal(view_part(heap), -EINVAL);
	assert_int_equal(view_part(heap), -EOPNOTSUPP);
	dmaheap_close(heap);
	script_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_the_node_of_that_name),
		cmocka_unit_test(refuses_names_that_leave_the_folder),
		cmocka_unit_test(opens_names_that_only_look_odd),
		cmocka_unit_test(reports_why_open_failed),
		cmocka_unit_test(closing_nothing_is_fine),
		cmocka_unit_test(keeps_a_copy_of_the_name),
		cmocka_unit_test(asks_for_exactly_what_was_asked),
		cmocka_unit_test(leaves_judging_to_the_kernel),
		cmocka_unit_test(allocates_again_after_a_signal),
		cmocka_unit_test(reports_why_allocating_failed),
		cmocka_unit_test(asks_for_exactly_that_view),
		cmocka_unit_test(leaves_judging_views_to_the_kernel),
		cmocka_unit_test(makes_the_view_again_after_a_signal),
		cmocka_unit_test(reports_why_there_is_no_view),
		cmocka_unit_test(tells_bad_values_from_a_heap_without_views),
	};

	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
