// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <time.h>

#include "cputime.h"
#include "heaps.h"

#define SCHEDSTAT "/proc/schedstat"

/*
 * A system that is busy for less than half of a window has nothing left to do:
 * what it has is this program's looking, and what the host takes meanwhile.
 */
#define WINDOW_US 5000

/*
 * /proc/stat counts ticks. This is exact, up to the last time that each
 * processor changed from one task to another.
 */
static double cputime(void)
{
	unsigned long long ns;
	char line[1000];
	double sum = 0;
	FILE *file;

	file = fopen(SCHEDSTAT, "re");
	if (!file)
		die_errno(SCHEDSTAT);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "cpu%*u %*u %*u %*u %*u %*u %*u %llu",
			   &ns) == 1)
			sum += (double)ns / 1e3;
	fclose(file);
	if (sum == 0)
		die(SCHEDSTAT, "has no times");
	return sum;
}

double cputime_settled(void)
{
	const struct timespec window = { .tv_nsec = WINDOW_US * 1000 };
	double before, after = cputime();

	do {
		before = after;
		/* This process, too, is only counted when it sleeps. */
		nanosleep(&window, NULL);
		after = cputime();
	} while (after - before > WINDOW_US / 2.0);

	return after;
}
