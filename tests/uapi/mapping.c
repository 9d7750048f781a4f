// SPDX-License-Identifier: GPL-2.0
/* Promise: a mapping shows the buffer, all of it, and nothing beyond. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

/* A value that tells each word of a buffer from every other. */
static void fill(uint32_t *words, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len / sizeof(*words); i++)
		words[i] = seed ^ (uint32_t)(i * 2654435761u);
}

static void check_filled(const uint32_t *words, size_t len, size_t first,
			 uint32_t seed)
{
	for (size_t i = 0; i < len / sizeof(*words); i++)
		CHECK_EQUAL(words[i],
			    seed ^ (uint32_t)((first + i) * 2654435761u));
}

TEST(what_is_written_is_seen_through_another_mapping)
{
	const size_t len = MIB(5) + page_size();
	int buf = alloc(heap, len, O_RDWR);
	uint32_t *a = map(buf, len, PROT_READ | PROT_WRITE);
	uint32_t *b = map(buf, len, PROT_READ);

	fill(a, len, 0x5eed);
	check_filled(b, len, 0, 0x5eed);
}

TEST(part_of_a_buffer_can_be_mapped)
{
	const size_t len = MIB(5), page = page_size(), at = MIB(2) + page;
	int buf = alloc(heap, len, O_RDWR);
	uint32_t *part;

	fill(map(buf, len, PROT_READ | PROT_WRITE), len, 7);
	part = mmap(NULL, len - at, PROT_READ, MAP_SHARED, buf, (off_t)at);
	CHECK(part != MAP_FAILED);
	check_filled(part, len - at, at / sizeof(uint32_t), 7);
}

TEST(pages_may_be_touched_in_any_order)
{
	const size_t len = MIB(5), page = page_size();
	int buf = alloc(heap, len, O_RDWR);
	unsigned char *mem = map(buf, len, PROT_READ | PROT_WRITE);

	for (size_t at = len; at > 0; at -= page)
		mem[at - 1] = (unsigned char)(at / page);
	for (size_t at = page; at <= len; at += page)
		CHECK_EQUAL(mem[at - 1], (unsigned char)(at / page));
}

TEST(mapping_beyond_the_end_is_einval)
{
	const size_t page = page_size();
	int buf = alloc(heap, 2 * page, O_RDWR);

	CHECK_ERRNO((long)mmap(NULL, 3 * page, PROT_READ, MAP_SHARED, buf, 0),
		    EINVAL);
	CHECK_ERRNO((long)mmap(NULL, page, PROT_READ, MAP_SHARED, buf,
			       (off_t)(2 * page)), EINVAL);
	CHECK_ERRNO((long)mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, buf,
			       (off_t)page), EINVAL);
}

TEST(mapping_cannot_grow)
{
	const size_t page = page_size();
	int buf = alloc(heap, 4 * page, O_RDWR);
	void *mem = map(buf, 2 * page, PROT_READ | PROT_WRITE);

	CHECK_ERRNO((long)mremap(mem, 2 * page, 4 * page, MREMAP_MAYMOVE),
		    EFAULT);
}

TEST(mapping_outlives_the_descriptor)
{
	const size_t len = MIB(1);
	int buf = alloc(heap, len, O_RDWR);
	uint32_t *mem = map(buf, len, PROT_READ | PROT_WRITE);

	fill(mem, len, 3);
	close(buf);
	/* Would land in the same memory, were it free. */
	for (int i = 0; i < 4; i++)
		memset(map(alloc(heap, len, O_RDWR), len,
			   PROT_READ | PROT_WRITE), 0xff, len);
	check_filled(mem, len, 0, 3);
}

TEST(child_shares_the_mapping)
{
	const size_t len = MIB(3);
	int buf = alloc(heap, len, O_RDWR);
	uint32_t *mem = map(buf, len, PROT_READ | PROT_WRITE);
	int status;
	pid_t pid;

	fill(mem, len, 1);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		check_filled(mem, len, 0, 1);
		fill(mem, len, 2);
		_exit(0);
	}
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK_EQUAL(status, 0);
	check_filled(mem, len, 0, 2);
}
