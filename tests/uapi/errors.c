// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Errors: a request that can't be met fails with the
 * documented error, and leaves neither a descriptor nor memory behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness.h"

/*
 * What is free in the machine, regions included. Others take and give memory
 * as well, and what was freed takes a moment to be counted.
 */
static long long free_kib(void)
{
	usleep(100000);
	return proc_number("/proc/meminfo", "MemFree:");
}

static void check_no_leak(long long before)
{
	for (int tries = 0; tries < 20; tries++)
		if (before - free_kib() < 50 << 10)
			return;
	fail(__FILE__, __LINE__, "%lld KiB are gone", before - free_kib());
}

TEST(bad_field_is_einval)
{
	struct dma_heap_allocation_data data = { .len = 1, .fd = 1 };
	const unsigned int fds = count_fds();
	int buf;

	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, &data), EINVAL);
	CHECK_ERRNO(try_alloc(heap, 0, O_RDWR, 0, &buf), EINVAL);
	for (int bit = 0; bit < 32; bit++) {
		uint32_t flag = 1u << bit;

		if (!(flag & (O_CLOEXEC | O_ACCMODE)))
			CHECK_ERRNO(try_alloc(heap, 1, O_RDWR | flag, 0, &buf),
				    EINVAL);
	}
	for (int bit = 0; bit < 64; bit++)
		CHECK_ERRNO(try_alloc(heap, 1, O_RDWR, 1ull << bit, &buf),
			    EINVAL);
	CHECK_EQUAL(count_fds(), fds);
}

TEST(failed_request_is_left_as_it_was)
{
	const struct dma_heap_allocation_data requests[] = {
		{ .len = 0, .fd_flags = O_RDWR },
		{ .len = 1, .fd = 1 },
		{ .len = 1, .fd_flags = O_APPEND },
		{ .len = 1, .heap_flags = 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct dma_heap_allocation_data data = requests[i];

		CHECK(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, &data));
		CHECK(!memcmp(&data, &requests[i], sizeof(data)));
	}
}

/* O_RDONLY, O_WRONLY and O_RDWR are three of the four values of two bits. */
TEST(flags_without_an_access_mode_are_einval)
{
	int buf;

	CHECK_ERRNO(try_alloc(heap, 1, O_ACCMODE, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, 1, O_ACCMODE | O_CLOEXEC, 0, &buf), EINVAL);
}

TEST(length_that_overflows_is_einval)
{
	int buf;

	CHECK_ERRNO(try_alloc(heap, UINT64_MAX, O_RDWR, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, UINT64_MAX - page_size() + 2, O_RDWR, 0,
			      &buf), EINVAL);
}

TEST(length_beyond_the_heap_is_enomem)
{
	const uint64_t lengths[] = {
		UINT64_MAX - page_size() + 1,
		1ull << 63,
		1ull << 52,
		1ull << 40,
		(1ull << 32) + 1,
	};
	int buf;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		CHECK_ERRNO(try_alloc(heap, lengths[i], O_RDWR, 0, &buf),
			    ENOMEM);
}

TEST(structure_without_room_for_fd_is_einval)
{
	struct dma_heap_allocation_data data = { .len = 1 };

	for (unsigned int size = 0; size < 12; size++)
		CHECK_ERRNO(ioctl(heap->fd, _IOC(_IOC_READ | _IOC_WRITE,
						 DMA_HEAP_IOC_MAGIC, 0, size),
				  &data), EINVAL);
	/* It is not even read. */
	CHECK_ERRNO(ioctl(heap->fd, _IOC(_IOC_READ | _IOC_WRITE,
					 DMA_HEAP_IOC_MAGIC, 0, 11), NULL),
		    EINVAL);
}

TEST(unknown_ioctl_is_refused)
{
	struct dma_heap_allocation_data data = { .len = 1 };
	const unsigned int fds = count_fds();

	/* Each number that there is: none is taken for another. */
	for (unsigned int nr = 1; nr < 0x100; nr++) {
		if (nr >= _IOC_NR(DMA_HEAP_IOCTL_VIEW) &&
		    nr <= _IOC_NR(DMA_HEAP_IOCTL_QUERY_BUFFER))
			continue;
		CHECK_ERRNO(ioctl(heap->fd, _IOWR(DMA_HEAP_IOC_MAGIC, nr,
						  struct dma_heap_allocation_data),
				  &data), EINVAL);
	}
	CHECK_ERRNO(ioctl(heap->fd, _IOR(DMA_HEAP_IOC_MAGIC, 0,
					 struct dma_heap_allocation_data),
			  &data), EINVAL);
	CHECK_EQUAL(count_fds(), fds);
}

TEST(ioctl_of_another_type_is_enotty)
{
	struct dma_heap_allocation_data data = { .len = 1 };

	CHECK_ERRNO(ioctl(heap->fd, _IOWR('h', 0,
					  struct dma_heap_allocation_data),
			  &data), ENOTTY);
	CHECK_ERRNO(ioctl(heap->fd, DMA_BUF_IOCTL_SYNC, &data), ENOTTY);
}

TEST(bad_pointer_is_efault_and_leaves_nothing)
{
	const struct dma_heap_allocation_data request = {
		.len = MIB(8),
		.fd_flags = O_RDWR,
	};
	const unsigned int fds = count_fds();
	const long long before = free_kib();
	unsigned char *page;

	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, NULL), EFAULT);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, (void *)-8l), EFAULT);

	page = mmap(NULL, 2 * page_size(), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	CHECK_EQUAL(munmap(page + page_size(), page_size()), 0);

	/* Half of it is there. */
	memcpy(page + page_size() - 16, &request, 16);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC,
			  page + page_size() - 16), EFAULT);

	/* Readable but not writable: fails with the buffer already made. */
	page = read_only_copy(&request, sizeof(request));
	for (int i = 0; i < 50; i++)
		CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, page), EFAULT);

	CHECK_EQUAL(count_fds(), fds);
	check_no_leak(before);
}

/* The answer is fd alone: of 2 * 23 tries, it can be written in 12 + 8. */
TEST(alloc_answer_on_read_only_page_is_efault)
{
	const struct dma_heap_allocation_data request = {
		.len = 1,
		.fd_flags = O_RDWR,
	};

	CHECK_EQUAL(fail_across_pages(heap, DMA_HEAP_IOCTL_ALLOC, &request,
				      sizeof(request)), 2 * 23 - 12 - 8);
}

TEST(descriptor_table_full_is_emfile_leaves_nothing)
{
	struct rlimit limit = { .rlim_cur = count_fds() + 3, .rlim_max = 4096 };
	const long long before = free_kib();
	int buf;

	CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (dup(heap->fd) >= 0)
		;
	for (int i = 0; i < 50; i++)
		CHECK_ERRNO(try_alloc(heap, MIB(8), O_RDWR, 0, &buf), EMFILE);

	/* One for /proc, and one for what must work again. */
	close((int)limit.rlim_cur - 1);
	check_no_leak(before);
	alloc(heap, 1, O_RDWR);
}

