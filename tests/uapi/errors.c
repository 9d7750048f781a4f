// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: a request that can't be met fails with the documented error, and
 * leaves neither a descriptor nor memory behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness.h"

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
	CHECK_ERRNO(try_alloc(heap, 1, O_ACCMODE, 0, &buf), EINVAL);
	for (int bit = 0; bit < 64; bit++)
		CHECK_ERRNO(try_alloc(heap, 1, O_RDWR, 1ull << bit, &buf),
			    EINVAL);
	CHECK_EQUAL(count_fds(), fds);
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

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		CHECK_ERRNO(try_alloc(heap, lengths[i], O_RDWR, 0, &buf),
			    ENOMEM);
}

TEST(structure_without_a_place_for_the_descriptor_is_einval)
{
	struct dma_heap_allocation_data data = { .len = 1 };

	for (unsigned int size = 0; size < 12; size++)
		CHECK_ERRNO(ioctl(heap->fd, _IOC(_IOC_READ | _IOC_WRITE,
						 DMA_HEAP_IOC_MAGIC, 0, size),
				  &data), EINVAL);
}

TEST(unknown_ioctl_is_refused)
{
	struct dma_heap_allocation_data data = { .len = 1 };

	for (unsigned int nr = 0x80; nr < 0x100; nr++)
		CHECK_ERRNO(ioctl(heap->fd, _IOWR(DMA_HEAP_IOC_MAGIC, nr,
						  struct dma_heap_allocation_data),
				  &data), EINVAL);
	CHECK_ERRNO(ioctl(heap->fd, _IOR(DMA_HEAP_IOC_MAGIC, 0,
					 struct dma_heap_allocation_data),
			  &data), EINVAL);
	CHECK_ERRNO(ioctl(heap->fd, _IOWR('h', 0,
					  struct dma_heap_allocation_data),
			  &data), ENOTTY);
}

TEST(bad_pointer_is_efault_and_leaves_nothing)
{
	const unsigned int fds = count_fds();
	struct dma_heap_allocation_data *data;

	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, NULL), EFAULT);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, (void *)-8l), EFAULT);

	/* Readable but not writable: fails with the buffer already made. */
	data = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(data != MAP_FAILED);
	data->len = MIB(8);
	data->fd_flags = O_RDWR;
	CHECK_EQUAL(mprotect(data, page_size(), PROT_READ), 0);
	for (int i = 0; i < 50; i++)
		CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, data), EFAULT);

	CHECK_EQUAL(count_fds(), fds);
}

TEST(full_descriptor_table_is_emfile_and_leaves_nothing)
{
	struct rlimit limit = { .rlim_cur = count_fds() + 3, .rlim_max = 4096 };
	int buf;

	CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (dup(heap->fd) >= 0)
		;
	for (int i = 0; i < 50; i++)
		CHECK_ERRNO(try_alloc(heap, MIB(8), O_RDWR, 0, &buf), EMFILE);
}

TEST(filled_and_emptied_heap_holds_as_much_again)
{
	enum { MOST = 512 };
	static int bufs[2][MOST];
	int n[2];

	for (int round = 0; round < 2; round++) {
		for (n[round] = 0; n[round] < MOST; n[round]++)
			if (try_alloc(heap, MIB(1), O_RDWR, 0,
				      &bufs[round][n[round]]))
				break;
		if (n[round] < MOST)
			CHECK_EQUAL(errno, ENOMEM);
		for (int i = 0; i < n[round]; i++)
			close(bufs[round][i]);
	}
	CHECK(n[0] > 0);
	CHECK_EQUAL(n[1], n[0]);
}
