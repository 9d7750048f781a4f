// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: what a CMA heap lends is out of its region and from nowhere else, and
 * all of the region can be lent.
 *
 * The environment tells where the region is: REGION=ADDRESS:BYTES, both
 * hexadecimal.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "../uapi/harness.h"

/* Something at boot may hold as much of the default region for good. */
#define MOST_MISSING MIB(2)
/* The largest alignment: a multiple of it is in the way of nobody. */
#define MOST_ALIGNED MIB(1)

/* Addresses. */
struct region {
	uint64_t start, end;
};

static struct region the_region(void)
{
	const char *text = getenv("REGION");
	uint64_t start, bytes;
	int found;

	CHECK(text);
	found = sscanf(text, "%" SCNx64 ":%" SCNx64, &start, &bytes);
	CHECK_EQUAL(found, 2);
	return (struct region) { .start = start, .end = start + bytes };
}

static uint64_t region_bytes(void)
{
	struct region region = the_region();

	return region.end - region.start;
}

/* Where a device sees the buffer, which is in one piece and in the region. */
static uint64_t place_of(int buf, size_t len)
{
	const struct region region = the_region();
	int device = open(IMPORTER_NODE, O_RDWR | O_CLOEXEC);
	struct importer_segment piece = { .offset = 0 };

	CHECK(device >= 0);
	CHECK_EQUAL(ioctl(device, IMPORTER_ATTACH, buf), 0);
	CHECK_EQUAL(ioctl(device, IMPORTER_MAP, 0), 0);
	CHECK_EQUAL(ioctl(device, IMPORTER_SEGMENT, &piece), 0);
	close(device);

	CHECK_EQUAL(piece.len, len);
	CHECK(piece.address >= region.start);
	CHECK(piece.address + len <= region.end);
	return piece.address;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* Sizes that the page allocator has as well, and one that it has not. */
TEST(region_full_is_enomem_without_fallback)
{
	const size_t sizes[] = { MIB(5), MIB(1), KIB(256) };
	uint64_t places[MOST_BUFFERS];
	int bufs[MOST_BUFFERS], buf;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		int n = take_all(heap, sizes[i], bufs);

		CHECK(n > 0);
		CHECK_ERRNO(try_alloc(heap, sizes[i], O_RDWR, 0, &buf), ENOMEM);
		CHECK(n * sizes[i] <= region_bytes());
		CHECK((n + 1) * sizes[i] + MOST_MISSING > region_bytes());

		for (int b = 0; b < n; b++)
			places[b] = place_of(bufs[b], sizes[i]);
		qsort(places, n, sizeof(*places), by_value);
		for (int b = 1; b < n; b++)
			CHECK(places[b] - places[b - 1] >= sizes[i]);
		give_back(bufs, n);
	}
}

TEST(whole_region_can_be_had_in_one_piece)
{
	const uint64_t len = region_bytes() - MOST_MISSING;
	int buf = alloc(heap, len, O_RDWR);

	place_of(buf, len);
	CHECK_ERRNO(try_alloc(heap, MIB(4), O_RDWR, 0, &buf), ENOMEM);
}

TEST(region_is_not_exceeded_by_a_length)
{
	int buf;

	CHECK_ERRNO(try_alloc(heap, region_bytes() + page_size(), O_RDWR, 0,
			      &buf), ENOMEM);
	CHECK_ERRNO(try_alloc(heap, 1ull << 40, O_RDWR, 0, &buf), ENOMEM);
}

TEST(place_is_a_multiple_of_the_size)
{
	for (size_t len = page_size(); len <= MIB(4); len *= 2) {
		size_t aligned = len < MOST_ALIGNED ? len : MOST_ALIGNED;
		/* So that the next place would not be one by itself. */
		int odd = alloc(heap, page_size(), O_RDWR);
		int buf = alloc(heap, len, O_RDWR);

		CHECK_EQUAL(place_of(buf, len) % aligned, 0);
		close(buf);
		close(odd);
	}
}

/* Page cache, which the kernel keeps in such regions while they are idle. */
TEST(what_can_be_moved_is_moved)
{
	const size_t len = MIB(256);
	char *mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int bufs[MOST_BUFFERS], n;

	CHECK(mem != MAP_FAILED);
	fill(mem, len, 1);
	n = take_all(heap, MIB(1), bufs);
	CHECK(n * MIB(1) + 2 * MOST_MISSING > region_bytes());
	check_filled(mem, len, 0, 1);
	give_back(bufs, n);
}
