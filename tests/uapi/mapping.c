// SPDX-License-Identifier: GPL-2.0
/* docs/interface.md, Mapping: the buffer, all of it, and nothing beyond. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

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

TEST(last_page_can_be_mapped_alone)
{
	const size_t len = MIB(4) + page_size(), last = len - page_size();
	int buf = alloc(heap, len, O_RDWR);
	unsigned char *all = map(buf, len, PROT_READ | PROT_WRITE), *page;

	page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, buf,
		    (off_t)last);
	CHECK(page != MAP_FAILED);
	memset(page, 0xc3, page_size());
	CHECK_EQUAL(all[len - 1], 0xc3);
	CHECK_EQUAL(all[last], 0xc3);
	CHECK(is_zero(all, last));
}

TEST(mapping_beyond_the_end_is_einval)
{
	const uint64_t page = page_size();
	const uint64_t beyond[][2] = {	/* offset, length, in pages */
		{ 0, 3 }, { 1, 2 }, { 2, 1 }, { 3, 1 }, { 1ull << 20, 1 },
		{ 1ull << 32, 1 }, { LLONG_MAX >> 20, 1 },
		{ LLONG_MAX / page, 1 },
	};
	int buf = alloc(heap, 2 * page, O_RDWR);

	for (size_t i = 0; i < ARRAY_SIZE(beyond); i++) {
		const uint64_t at = beyond[i][0] * page;
		const size_t len = (size_t)(beyond[i][1] * page);

		/* There is no asking a kernel of 32 bits for such a page. */
		if (beyond[i][0] > ULONG_MAX)
			continue;
		/* Bytes that it has no number for are nowhere in any file. */
		CHECK_MAP_ERRNO(mmap(NULL, len, PROT_READ, MAP_SHARED, buf,
				     (off_t)at),
				at > ULONG_MAX - len ? EOVERFLOW : EINVAL);
	}
	/* A wrap past the last page that it has a number for. */
	CHECK_MAP_ERRNO(mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, buf,
			     (off_t)(ULONG_MAX * page)), EOVERFLOW);
}

TEST(mapping_cannot_grow)
{
	const size_t page = page_size();
	int buf = alloc(heap, 4 * page, O_RDWR);
	void *mem = map(buf, 2 * page, PROT_READ | PROT_WRITE);

	CHECK_MAP_ERRNO(mremap(mem, 2 * page, 4 * page, MREMAP_MAYMOVE),
			EFAULT);
	CHECK_MAP_ERRNO(mremap(mem, 2 * page, 5 * page, MREMAP_MAYMOVE),
			EFAULT);
	/* A second mapping in place of a longer one. */
	CHECK_MAP_ERRNO(mremap(mem, 0, 4 * page, MREMAP_MAYMOVE), EFAULT);
	CHECK_MAP_ERRNO(mremap(mem, 2 * page, 2 * page,
			       MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL),
			EINVAL);
}

TEST(mapping_can_move_and_shrink)
{
	const size_t len = MIB(5), page = page_size();
	int buf = alloc(heap, len, O_RDWR);
	unsigned char *mem, *place, *moved;

	fill(map(buf, len, PROT_READ | PROT_WRITE), len, 9);
	/* Some of it has been touched when it moves, some has not. */
	mem = map(buf, len, PROT_READ);
	check_filled(mem + MIB(1), page, MIB(1) / 4, 9);
	place = mmap(NULL, len + MIB(2), PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(place != MAP_FAILED);
	moved = mremap(mem, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
		       place + page);
	CHECK(moved == place + page);
	check_filled(moved, len, 0, 9);

	CHECK(mremap(moved, len, MIB(3), 0) == moved);
	check_filled(moved, MIB(3), 0, 9);
}

TEST(mapping_can_be_rearranged_only_within_the_buffer)
{
	const size_t page = page_size();
	int buf = alloc(heap, 4 * page, O_RDWR);
	unsigned char *all = map(buf, 4 * page, PROT_READ | PROT_WRITE);
	unsigned char *mem = map(buf, 2 * page, PROT_READ | PROT_WRITE);

	all[3 * page] = 3;
	CHECK_EQUAL(remap_file_pages(mem, page, 0, 3, 0), 0);
	CHECK_EQUAL(mem[0], 3);
	CHECK_ERRNO(remap_file_pages(mem, page, 0, 4, 0), EINVAL);
}

TEST(mapping_outlives_the_descriptor)
{
	const size_t len = MIB(1);
	uint32_t *mem = alloc_mapped(heap, len);

	fill(mem, len, 3);
	/* Would land in the same memory, were it free. */
	for (int i = 0; i < 4; i++)
		memset(map(alloc(heap, len, O_RDWR), len,
			   PROT_READ | PROT_WRITE), 0xff, len);
	check_filled(mem, len, 0, 3);
}

TEST(child_shares_the_mapping)
{
	const size_t len = MIB(3);
	uint32_t *mem = alloc_mapped(heap, len);
	pid_t pid;

	fill(mem, len, 1);
	pid = fork_child();
	if (!pid) {
		check_filled(mem, len, 0, 1);
		fill(mem, len, 2);
		_exit(0);
	}
	check_child(pid);
	check_filled(mem, len, 0, 2);
}
