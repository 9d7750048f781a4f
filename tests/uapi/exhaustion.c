// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Exhaustion: a region that has no more says so, and has as
 * much again when it is given back.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "harness.h"

#define MOST 512
#define MOST_OF_OTHERS 64

/* Takes buffers until there are no more, and returns how many there were. */
static int take_all(const struct heap *heap, size_t len, int *bufs, int most)
{
	int n;

	for (n = 0; n < most; n++)
		if (try_alloc(heap, len, O_RDWR | O_CLOEXEC, 0, &bufs[n])) {
			CHECK_EQUAL(errno, ENOMEM);
			break;
		}
	return n;
}

static void give_back(int *bufs, int n)
{
	while (n)
		close(bufs[--n]);
}

/* Of memory that others use as well, only a part is taken. */
TEST(filled_and_emptied_heap_holds_as_much_again)
{
	const int most = has_region(heap) ? MOST : MOST_OF_OTHERS;
	const size_t sizes[] = { MIB(1), MIB(5), MIB(1) - page_size() };
	int bufs[MOST];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		int n = take_all(heap, sizes[i], bufs, most);

		CHECK(n > 0);
		CHECK(n < most || !has_region(heap));
		for (int round = 0; round < 3; round++) {
			give_back(bufs, n);
			CHECK_EQUAL(take_all(heap, sizes[i], bufs, most), n);
		}
		give_back(bufs, n);
	}
}
