// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: what a CMA heap lends, nobody else has at the same time, whichever
 * way a kernel gives to its region. A driver takes memory of it by the kernel's
 * own way meanwhile: kernel/tests/dmabuf_heaps_neighbour.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../uapi/harness.h"

#define NEIGHBOUR "/sys/module/dmabuf_heaps_neighbour/parameters/"

#define ASKERS 3
#define STORM_SECONDS 8
#define MOST_PAGES 1500
#define MOST_HELD_US 20000

/* True if there was a buffer to be had. */
static bool use_a_buffer(const struct heap *heap, unsigned int seed)
{
	const size_t len = (rand_r(&seed) % MOST_PAGES + 1) * page_size();
	char *mem;
	int buf;

	if (try_alloc(heap, len, O_RDWR | O_CLOEXEC, 0, &buf)) {
		CHECK_EQUAL(errno, ENOMEM);
		return false;
	}

	mem = map(buf, len, PROT_READ | PROT_WRITE);
	CHECK(is_zero(mem, len));
	fill(mem, len, seed);
	usleep(seed % MOST_HELD_US);
	check_filled(mem, len, 0, seed);
	munmap(mem, len);
	close(buf);
	return true;
}

static void use_buffers(const struct heap *heap, unsigned int seed)
{
	const time_t end = time(NULL) + STORM_SECONDS;
	unsigned int got = 0;

	while (time(NULL) < end)
		got += use_a_buffer(heap, rand_r(&seed));
	CHECK(got > 0);
}

TEST(heap_and_driver_do_not_meet)
{
	long long taken = file_number(NEIGHBOUR "taken");
	pid_t askers[ASKERS];

	for (int i = 0; i < ASKERS; i++) {
		askers[i] = fork_child();
		if (!askers[i]) {
			use_buffers(heap, i);
			_exit(0);
		}
	}
	for (int i = 0; i < ASKERS; i++)
		check_child(askers[i]);

	CHECK(file_number(NEIGHBOUR "taken") > taken);
	CHECK_EQUAL(file_number(NEIGHBOUR "spoiled"), 0);
}
