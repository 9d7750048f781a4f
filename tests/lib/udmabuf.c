// SPDX-License-Identifier: LGPL-2.1-or-later
/* Buffers of /dev/udmabuf, as the kernel sees it. */

#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

/* Not every <linux/udmabuf.h> includes what it needs. */
#include <linux/ioctl.h>
#include <linux/udmabuf.h>
#include <linux/dma-heap.h>

#include <dmaheap.h>

#define NODE_FD 40
#define FILE_FD 41
#define BUF 42

#define NOEXEC_SEAL 8

#define OPENED								\
	{ .call = CALL_OPEN, .path = "/dev/udmabuf",			\
	  .flags = O_RDONLY | O_CLOEXEC, .answer = NODE_FD }

#define CLOSED { .call = CALL_CLOSE, .fd = NODE_FD }

#define MISSING(file)							\
	{ .call = CALL_OPENAT, .path = (file),				\
	  .flags = O_RDONLY | O_CLOEXEC, .error = ENOENT }

/* Memory is looked for; tests/lib/memory.c is about what is found. */
#define MEMORY_CHECKED							\
	MISSING("/proc/meminfo"), MISSING("/proc/self/cgroup")

#define MEMFD(...)							\
	{ .call = CALL_MEMFD, .flags = MFD_CLOEXEC | NOEXEC_SEAL, __VA_ARGS__ }

#define TRUNCATED(len, ...)						\
	{ .call = CALL_TRUNCATE, .fd = FILE_FD, .offset = (len), __VA_ARGS__ }

#define SEALED(...)							\
	{ .call = CALL_SEAL, .fd = FILE_FD, .flags = F_SEAL_SHRINK,	\
	  __VA_ARGS__ }

#define CREATE(cloexec, len, ...)					\
	{ .call = CALL_IOCTL, .fd = NODE_FD, .request = UDMABUF_CREATE,	\
	  .in = &(const struct udmabuf_create) { .memfd = FILE_FD,	\
		.flags = (cloexec), .size = (len) },			\
	  .size = sizeof(struct udmabuf_create), __VA_ARGS__ }

#define FILE_CLOSED { .call = CALL_CLOSE, .fd = FILE_FD }

static struct dmaheap *open_udmabuf(void)
{
	struct dmaheap *heap;

	assert_int_equal(dmaheap_open(DMAHEAP_UDMABUF, &heap), 0);
	return heap;
}

static void is_opened_by_its_path(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED, CLOSED,
	       { .call = CALL_OPEN, .path = "/dev/dma_heap/udmabuf",
		 .flags = O_RDONLY | O_CLOEXEC, .error = ENOENT });
	heap = open_udmabuf();
	assert_string_equal(dmaheap_name(heap), "/dev/udmabuf");
	dmaheap_close(heap);
	assert_int_equal(dmaheap_open("udmabuf", &heap), -ENOENT);
	script_end();
}

static void makes_a_buffer_of_a_sealed_file(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED, MEMORY_CHECKED, MEMFD(.answer = FILE_FD), TRUNCATED(8192), SEALED(),
	       CREATE(UDMABUF_FLAGS_CLOEXEC, 8192, .answer = BUF), FILE_CLOSED,
	       MEMORY_CHECKED, MEMFD(.answer = FILE_FD), TRUNCATED(4096), SEALED(),
	       CREATE(0, 4096, .answer = BUF), FILE_CLOSED, CLOSED);
	heap = open_udmabuf();
	assert_int_equal(dmaheap_alloc(heap, 4097, O_RDWR | O_CLOEXEC), BUF);
	assert_int_equal(dmaheap_alloc(heap, 1, O_RDWR), BUF);
	dmaheap_close(heap);
	script_end();
}

static void does_without_seals_that_the_kernel_lacks(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED, MEMORY_CHECKED, MEMFD(.error = EINVAL),
	       { .call = CALL_MEMFD, .flags = MFD_CLOEXEC | MFD_ALLOW_SEALING,
		 .answer = FILE_FD },
	       TRUNCATED(4096), SEALED(),
	       CREATE(0, 4096, .error = EINTR), CREATE(0, 4096, .answer = BUF),
	       FILE_CLOSED, CLOSED);
	heap = open_udmabuf();
	assert_int_equal(dmaheap_alloc(heap, 4096, O_RDWR), BUF);
	dmaheap_close(heap);
	script_end();
}

static void refuses_what_it_cant_make(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED, MEMORY_CHECKED, CLOSED);
	heap = open_udmabuf();
	assert_int_equal(dmaheap_alloc(heap, 0, O_RDWR), -EINVAL);
	assert_int_equal(dmaheap_alloc(heap, UINT64_MAX, O_RDWR), -EINVAL);
	assert_int_equal(dmaheap_alloc(heap, 1, O_ACCMODE), -EINVAL);
	assert_int_equal(dmaheap_alloc(heap, 1, O_RDWR | O_APPEND), -EINVAL);
	assert_int_equal(dmaheap_alloc(heap, 1, O_RDONLY), -EOPNOTSUPP);
	assert_int_equal(dmaheap_alloc(heap, 1, O_WRONLY), -EOPNOTSUPP);
	assert_int_equal(dmaheap_alloc(heap, UINT64_C(1) << 63, O_RDWR),
			 -ENOMEM);
	dmaheap_close(heap);
	script_end();
}

/* Whatever fails, the file is closed, and too much is too much. */
static void leaves_no_file_behind(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED, MEMORY_CHECKED, MEMFD(.error = EMFILE),
	       MEMORY_CHECKED, MEMFD(.answer = FILE_FD),
	       TRUNCATED(4096, .error = EFBIG),
	       FILE_CLOSED,
	       MEMORY_CHECKED, MEMFD(.answer = FILE_FD), TRUNCATED(4096),
	       SEALED(.error = EPERM), FILE_CLOSED,
	       MEMORY_CHECKED, MEMFD(.answer = FILE_FD), TRUNCATED(4096), SEALED(),
	       CREATE(0, 4096, .error = EINVAL), FILE_CLOSED,
	       MEMORY_CHECKED, MEMFD(.answer = FILE_FD), TRUNCATED(4096), SEALED(),
	       CREATE(0, 4096, .error = EMFILE), FILE_CLOSED, CLOSED);
	heap = open_udmabuf();
	assert_int_equal(dmaheap_alloc(heap, 4096, O_RDWR), -EMFILE);
	assert_int_equal(dmaheap_alloc(heap, 4096, O_RDWR), -ENOMEM);
	assert_int_equal(dmaheap_alloc(heap, 4096, O_RDWR), -EPERM);
	assert_int_equal(dmaheap_alloc(heap, 4096, O_RDWR), -ENOMEM);
	assert_int_equal(dmaheap_alloc(heap, 4096, O_RDWR), -EMFILE);
	dmaheap_close(heap);
	script_end();
}

static void has_no_views(void **state)
{
	struct dmaheap *heap;

	SCRIPT(OPENED,
	       { .call = CALL_IOCTL, .fd = NODE_FD,
		 .request = DMA_HEAP_IOCTL_VIEW, .error = ENOTTY }, CLOSED);
	heap = open_udmabuf();
	assert_int_equal(dmaheap_view(heap, BUF, 0, 4096, O_RDWR), -EOPNOTSUPP);
	dmaheap_close(heap);
	script_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_opened_by_its_path),
		cmocka_unit_test(makes_a_buffer_of_a_sealed_file),
		cmocka_unit_test(does_without_seals_that_the_kernel_lacks),
		cmocka_unit_test(refuses_what_it_cant_make),
		cmocka_unit_test(leaves_no_file_behind),
		cmocka_unit_test(has_no_views),
	};

	return cmocka_run_group_tests_name("udmabuf", tests, NULL, NULL);
}
