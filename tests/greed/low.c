// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: low memory, which is all that a 32-bit kernel itself can use, is not
 * taken by whoever takes all that a heap lends, however little the heap has of
 * other memory, and not by one user either. In a machine with high memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "bystander.h"
#include "users.h"

/* The largest that the page allocator has in one piece. */
#define BUFFER_BYTES MIB(4)

/* Part of low memory that heaps leave alone, and how exact that is. */
#define KEPT_PART 8
#define SLACK_BYTES (long long)MIB(8)

/* What the kernel is to have for itself, when a heap gives no more. */
#define KERNEL_BYTES MIB(24)

static long long low_total(void)
{
	long long kib = proc_number("/proc/meminfo", "HighTotal:") > 0 ?
			proc_number("/proc/meminfo", "LowTotal:") : 0;

	if (!kib)
		skip("there is no high memory");
	return kib << 10;
}

static long long low_free(void)
{
	return proc_number("/proc/meminfo", "LowFree:") << 10;
}

static void take_until_refused(const struct heap *heap, size_t len)
{
	int buf;

	while (!try_alloc(heap, len, O_RDWR, 0, &buf))
		;
	CHECK_EQUAL(errno, ENOMEM);
}

/* Fills a socket that nobody reads: how many bytes went in. */
static size_t fill_socket(void)
{
	static const char data[KIB(4)];
	int pair[2];
	size_t n = 0;

	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	while (write(pair[0], data, sizeof(data)) > 0)
		n += sizeof(data);
	CHECK(errno == EAGAIN);
	CHECK(n > 0);
	return n;
}

TEST(low_memory_is_left_to_the_kernel)
{
	const long long kept = low_total() / KEPT_PART;
	struct bystander bystander = begin_bystander();

	take_until_refused(heap, BUFFER_BYTES);
	take_until_refused(heap, MIB(1));
	CHECK(low_free() + SLACK_BYTES > kept);
	for (size_t n = 0; n < KERNEL_BYTES;)
		n += fill_socket();
	check_unharmed(&bystander);
}

TEST(next_user_gets_some_of_a_heap)
{
	low_total();
	become(ALICE);
	take_until_refused(heap, BUFFER_BYTES);
	become(BOB);
	alloc(heap, BUFFER_BYTES, O_RDWR);
}
