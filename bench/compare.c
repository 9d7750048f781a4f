// SPDX-License-Identifier: GPL-2.0
/*
 * Times our heap beside one of the kernel's own, in the same boot, the two in
 * turn: what disturbs one disturbs the other. Prints a row for each path and
 * size: path, bytes, ours, mainline's, the median ratio of the pairs, unit.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "heaps.h"

/* Pairs that count, after some that warm up. */
#define PAIRS 41
#define WARM_UP 3

static int heaps[SIDES];

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double time_alloc(enum side side, uint64_t bytes)
{
	double start = microseconds(), end;
	int buf;

	buf = alloc(heaps[side], bytes, O_RDWR);
	end = microseconds();
	close(buf);
	return end - start;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, PAIRS, sizeof(*values), by_value);
	return values[PAIRS / 2];
}

static void compare(const char *path, uint64_t bytes,
		    double (*measure)(enum side side, uint64_t bytes))
{
	double times[SIDES][PAIRS], ratios[PAIRS];

	for (int i = -WARM_UP; i < PAIRS; i++) {
		/* Nobody is always the first. */
		enum side first = i & 1 ? OURS : MAINLINE, second = !first;
		double time[SIDES];

		time[first] = measure(first, bytes);
		time[second] = measure(second, bytes);
		if (i < 0)
			continue;
		times[OURS][i] = time[OURS];
		times[MAINLINE][i] = time[MAINLINE];
		ratios[i] = time[OURS] / time[MAINLINE];
	}

	printf("%s\t%llu\t%.1f\t%.1f\t%.4f\tus\n", path,
	       (unsigned long long)bytes, median(times[OURS]),
	       median(times[MAINLINE]), median(ratios));
}

int main(int argc, char **argv)
{
	static const uint64_t sizes[] = {
		4096, 65536, 1048576, 3110400, 33177600, 67108864,
	};

	if (argc != 3) {
		fprintf(stderr, "usage: compare OURS MAINLINE\n");
		return 2;
	}
	for (int side = OURS; side < SIDES; side++)
		heaps[side] = open_heap(argv[side + 1], (enum side)side);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		compare("alloc_cold", sizes[i], time_alloc);
	return 0;
}
