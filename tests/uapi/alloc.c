// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Allocation and Contents: a request that is met gives
 * exactly what was asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

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
		{ 33177600, (33177600 + page - 1) / page * page },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
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
	const size_t sizes[] = {
		page_size(), 3 * page_size(), MIB(1) + page_size(), MIB(4),
	};

	for (int i = 0; i < 20; i++) {
		const size_t len = sizes[i % 4];
		unsigned char *mem = alloc_mapped(heap, len);

		CHECK(is_zero(mem, len));
		memset(mem, 0xa5, len);
		munmap(mem, len);
	}
}

/* All of a region, so that no page of it can be one that nobody wrote to. */
TEST(memory_is_zero_wherever_it_was_used_before)
{
	enum { MOST = 64 };
	unsigned char *mem[MOST];
	int n;

	for (int round = 0; round < 2; round++) {
		for (n = 0; n < MOST; n++) {
			int buf;

			if (try_alloc(heap, MIB(1), O_RDWR, 0, &buf))
				break;
			mem[n] = map(buf, MIB(1), PROT_READ | PROT_WRITE);
			close(buf);
			CHECK(is_zero(mem[n], MIB(1)));
			memset(mem[n], 0x5a, MIB(1));
		}
		CHECK(n > 0);
		while (n)
			munmap(mem[--n], MIB(1));
	}
}

TEST(buffers_do_not_overlap)
{
	enum { N = 4 };
	const size_t len = MIB(1);
	unsigned char *mem[N];

	for (int i = 0; i < N; i++) {
		mem[i] = alloc_mapped(heap, len);
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

/* Is the descriptor still there in a program that this one starts? */
static bool survives_exec(int fd)
{
	char test[64];
	int status;
	pid_t pid;

	snprintf(test, sizeof(test), "test -e /proc/self/fd/%d", fd);
	pid = fork_child();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", test, NULL);
		_exit(127);
	}
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
	return !WEXITSTATUS(status);
}

TEST(cloexec_descriptor_is_closed_by_exec)
{
	CHECK(survives_exec(alloc(heap, 1, O_RDWR)));
	CHECK(!survives_exec(alloc(heap, 1, O_RDWR | O_CLOEXEC)));
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

/* The request as a structure of another size has it. */
static unsigned long request_of(unsigned int size)
{
	return _IOC(_IOC_READ | _IOC_WRITE, DMA_HEAP_IOC_MAGIC, 0, size);
}

TEST(structure_may_be_shorter)
{
	/* As far as the descriptor: no flags, so read-only. */
	struct { uint64_t len; uint32_t fd; uint32_t untouched; } data = {
		.len = 1,
		.untouched = O_RDWR,
	};

	CHECK_EQUAL(ioctl(heap->fd, request_of(12), &data), 0);
	CHECK_EQUAL(fcntl((int)data.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	CHECK_EQUAL(data.untouched, O_RDWR);

	data.fd = 0;
	CHECK_EQUAL(ioctl(heap->fd, request_of(16), &data), 0);
	CHECK_EQUAL(fcntl((int)data.fd, F_GETFL) & O_ACCMODE, O_RDWR);
}

/* What a later kernel would read there, this one does not know. */
TEST(structure_may_be_longer)
{
	struct {
		struct dma_heap_allocation_data data;
		unsigned char tail[1000];
	} longer = { .data = { .len = 1, .fd_flags = O_RDWR } };

	CHECK_EQUAL(ioctl(heap->fd, request_of(sizeof(longer)), &longer), 0);
	CHECK_EQUAL(fcntl((int)longer.data.fd, F_GETFL) & O_ACCMODE, O_RDWR);
	CHECK(is_zero(longer.tail, sizeof(longer.tail)));

	longer.data.fd = 0;
	memset(longer.tail, 0xff, sizeof(longer.tail));
	CHECK_EQUAL(ioctl(heap->fd, request_of(sizeof(longer)), &longer), 0);
	CHECK_EQUAL(longer.tail[0], 0xff);
	CHECK_EQUAL(longer.tail[999], 0xff);
}
