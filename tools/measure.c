// SPDX-License-Identifier: GPL-2.0
/* How long a heap takes, by the calls that any program makes. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void finish(struct round *round, enum step step, uint64_t start)
{
	round->nanoseconds[step] = now() - start;
	round->done[step] = true;
}

/* Unmapping is in no step. */
static int touch(int buf, uint64_t size, struct round *round)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const uint64_t start = now();
	volatile char *bytes;
	void *addr;
	int ret;

	ret = dmaheap_map(buf, size, PROT_READ | PROT_WRITE, &addr);
	if (ret)
		return ret;
	bytes = addr;
	for (uint64_t i = 0; i < size; i += page)
		bytes[i] = 1;
	finish(round, STEP_TOUCH, start);
	return dmaheap_unmap(addr, size);
}

static int bracket(int buf, struct round *round)
{
	const uint64_t start = now();
	int ret;

	ret = dmaheap_begin(buf, DMAHEAP_READ | DMAHEAP_WRITE);
	if (!ret)
		ret = dmaheap_end(buf, DMAHEAP_READ | DMAHEAP_WRITE);
	if (!ret)
		finish(round, STEP_ACCESS, start);
	return ret;
}

int measure_round(struct dmaheap *heap, uint64_t size, struct round *round)
{
	uint64_t start;
	int buf, ret;

	*round = (struct round) { 0 };
	if (size > SIZE_MAX)
		return -ENOMEM;
	start = now();
	buf = dmaheap_alloc(heap, size, O_RDWR | O_CLOEXEC);
	if (buf < 0)
		return buf;
	finish(round, STEP_ALLOCATE, start);

	ret = touch(buf, size, round);
	if (!ret)
		ret = bracket(buf, round);
	/* Closed to the CPU: that is how this memory is. */
	if (ret == -EPERM)
		ret = 0;

	start = now();
	close(buf);
	finish(round, STEP_FREE, start);
	return ret;
}

static int compare_numbers(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a;
	const uint64_t right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

uint64_t median(uint64_t *numbers, size_t count)
{
	qsort(numbers, count, sizeof(*numbers), compare_numbers);
	if (count % 2)
		return numbers[count / 2];
	return numbers[count / 2 - 1] / 2 + numbers[count / 2] / 2 +
	       (numbers[count / 2 - 1] % 2 + numbers[count / 2] % 2) / 2;
}
