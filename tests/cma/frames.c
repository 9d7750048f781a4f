// SPDX-License-Identifier: GPL-2.0
/*
 * Allocates frames as the programs of a camera do, REQUESTS times (environment), and
 * prints "# HEAP REQUESTS FAILURES MILLISECONDS", where the last is the longest time
 * of a request. Fails for any error but ENOMEM.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi/harness.h"

/* Raw frames of a 12-megapixel sensor, and 1920 x 1080 in two formats: 56 MB. */
static const size_t sizes[] = {
	18497536, 18580480, 6220800, 6220800, 3110400, 3110400,
};

struct result {
	unsigned int requests, failures;
	long long longest;
};

/* The frame, or -1 if there was no memory for it. */
static int request(const struct heap *heap, size_t len, struct result *result)
{
	const long long start = nanoseconds();
	int buf = -1, ret;
	long long time;

	ret = try_alloc(heap, len, O_RDWR | O_CLOEXEC, 0, &buf);
	time = nanoseconds() - start;
	if (time > result->longest)
		result->longest = time;
	result->requests++;
	if (!ret)
		return buf;

	CHECK_EQUAL(errno, ENOMEM);
	result->failures++;
	return -1;
}

static void use_frames(const struct heap *heap, struct result *result)
{
	int bufs[ARRAY_SIZE(sizes)];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		bufs[i] = request(heap, sizes[i], result);
		if (bufs[i] < 0)
			continue;
		munmap(memset(map(bufs[i], page_size(), PROT_READ | PROT_WRITE),
			      1, page_size()), page_size());
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (bufs[i] >= 0)
			close(bufs[i]);
	/* Meanwhile movable pages come back into the area. */
	usleep(20000);
}

TEST(frames_are_allocated)
{
	const char *wanted = getenv("REQUESTS");
	struct result result = { 0 };

	CHECK(wanted);
	while (result.requests < strtoul(wanted, NULL, 10))
		use_frames(heap, &result);
	printf("# %s %u %u %lld\n", heap->name, result.requests,
	       result.failures, result.longest / 1000000);
}
