// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Exhaustion: a region that has no more says so, and has as
 * much again when it is given back.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

TEST(filled_and_emptied_heap_holds_as_much_again)
{
	const size_t sizes[] = { MIB(1), MIB(5), MIB(1) - page_size() };
	int bufs[MOST_BUFFERS];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		int n = take_all(heap, sizes[i], bufs);

		CHECK(n > 0);
		for (int round = 0; round < 3; round++) {
			give_back(bufs, n);
			CHECK_EQUAL(take_all(heap, sizes[i], bufs), n);
		}
		give_back(bufs, n);
	}
}

/* What is freed is what was allocated, though neither is whole pages. */
TEST(odd_lengths_lose_nothing)
{
	int bufs[MOST_BUFFERS];
	int n = take_all(heap, MIB(1), bufs);

	give_back(bufs, n);
	srandom(1);
	for (int i = 0; i < 2000; i++)
		close(alloc(heap, 1 + (size_t)random() % (8 * page_size()),
			    O_RDWR));
	CHECK_EQUAL(take_all(heap, MIB(1), bufs), n);
	give_back(bufs, n);
}
