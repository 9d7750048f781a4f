// SPDX-License-Identifier: GPL-2.0
/* Promise: a request that is met gives exactly what was asked for. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

static bool is_zero(const unsigned char *bytes, size_t len)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, len - 1);
}

TEST(size_is_rounded_up_to_pages)
{
	const size_t page = page_size();
	const size_t sizes[][2] = {
		{ 1, page },
		{ page - 1, page },
		{ page, page },
		{ page + 1, 2 * page },
		{ MIB(1), MIB(1) },
		{ MIB(1) + 1, MIB(1) + page },
		{ 3110400, (3110400 + page - 1) / page * page },
		{ MIB(8), MIB(8) },
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int buf = alloc(heap, sizes[i][0], O_RDWR);

		CHECK_EQUAL(lseek(buf, 0, SEEK_END), (long long)sizes[i][1]);
		CHECK_EQUAL(lseek(buf, 0, SEEK_SET), 0);
		close(buf);
	}
}

TEST(memory_is_zero)
{
	const size_t len = MIB(4);
	int buf = alloc(heap, len, O_RDONLY);

	CHECK(is_zero(map(buf, len, PROT_READ), len));
}

TEST(memory_is_zero_again_after_use)
{
	const size_t len = MIB(4);

	for (int i = 0; i < 5; i++) {
		int buf = alloc(heap, len, O_RDWR);
		unsigned char *mem = map(buf, len, PROT_READ | PROT_WRITE);

		CHECK(is_zero(mem, len));
		memset(mem, 0xa5, len);
		munmap(mem, len);
		close(buf);
	}
}

TEST(buffers_do_not_overlap)
{
	enum { N = 4 };
	const size_t len = MIB(1);
	unsigned char *mem[N];

	for (int i = 0; i < N; i++) {
		mem[i] = map(alloc(heap, len, O_RDWR), len,
			     PROT_READ | PROT_WRITE);
		memset(mem[i], i + 1, len);
	}
	for (int i = 0; i < N; i++) {
		CHECK_EQUAL(mem[i][0], i + 1);
		CHECK(!memcmp(mem[i], mem[i] + 1, len - 1));
	}
}

TEST(descriptor_has_the_flags_that_were_asked_for)
{
	const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };

	for (size_t i = 0; i < 3; i++) {
		int plain = alloc(heap, 1, modes[i]);
		int cloexec = alloc(heap, 1, modes[i] | O_CLOEXEC);

		CHECK_EQUAL(fcntl(plain, F_GETFL) & O_ACCMODE, modes[i]);
		CHECK_EQUAL(fcntl(cloexec, F_GETFL) & O_ACCMODE, modes[i]);
		CHECK_EQUAL(fcntl(plain, F_GETFD), 0);
		CHECK_EQUAL(fcntl(cloexec, F_GETFD), FD_CLOEXEC);
		close(plain);
		close(cloexec);
	}
}

TEST(answer_changes_the_descriptor_only)
{
	struct dma_heap_allocation_data data = {
		.len = page_size() + 1,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};

	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, &data), 0);
	CHECK(fcntl((int)data.fd, F_GETFD) == FD_CLOEXEC);
	CHECK_EQUAL((long long)data.len, (long long)page_size() + 1);
	CHECK_EQUAL(data.fd_flags, O_RDWR | O_CLOEXEC);
	CHECK_EQUAL((long long)data.heap_flags, 0);
}

TEST(structure_may_be_shorter)
{
	/* As far as the descriptor: no flags, so read-only. */
	struct { uint64_t len; uint32_t fd; uint32_t untouched; } data = {
		.len = 1,
		.untouched = O_RDWR,
	};
	const unsigned long request = _IOC(_IOC_READ | _IOC_WRITE,
					   DMA_HEAP_IOC_MAGIC, 0, 12);

	CHECK_EQUAL(ioctl(heap->fd, request, &data), 0);
	CHECK_EQUAL(fcntl((int)data.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	CHECK_EQUAL(data.untouched, O_RDWR);
}

TEST(structure_may_be_longer_if_its_end_is_zero)
{
	struct {
		struct dma_heap_allocation_data data;
		unsigned char tail[1000];
	} longer = { .data = { .len = 1, .fd_flags = O_RDWR } };
	const unsigned long request = _IOC(_IOC_READ | _IOC_WRITE,
					   DMA_HEAP_IOC_MAGIC, 0,
					   sizeof(longer));

	CHECK_EQUAL(ioctl(heap->fd, request, &longer), 0);
	CHECK(is_zero(longer.tail, sizeof(longer.tail)));

	longer.data.fd = 0;
	longer.tail[999] = 1;
	CHECK_ERRNO(ioctl(heap->fd, request, &longer), E2BIG);
}
