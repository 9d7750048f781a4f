// SPDX-License-Identifier: GPL-2.0
/*
 * Measures our heaps beside the kernel's own, in the same boot, the two in turn:
 * what disturbs one disturbs the other.
 *
 * compare [PATH:BYTES]...: these, or every path at every size. Prints a row for
 * each: path, bytes, ours, mainline's, the median ratio of the pairs, unit;
 * mainline's is "-" where ours are compared with themselves.
 */
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <time.h>
#include <unistd.h>

#include "../kernel/tests/dmabuf_heaps_importer.h"
#include "heaps.h"
#include "paths.h"
#include "pool.h"

/* Our heaps have the names of mainline's with this before them. */
#define PREFIX "ours-"

/* Pairs that count, after some that warm up: more where it takes no time. */
#define LEAST_PAIRS 15
#define MOST_PAIRS 101
#define SECONDS 0.05
#define WARM_UP 3

/* Of how many times each value is the median: again, more where it takes none. */
#define MOST_TIMES 9
#define SAMPLE_S 0.002

static const uint64_t sizes[] = {
	4096, 65536, 1048576, 3110400, 33177600, 67108864,
};

/**
 * struct pairs - what came out of a path
 * @values: Of both sides.
 * @ratios: Of each pair.
 * @nr: How many.
 */
struct pairs {
	double values[SIDES][MOST_PAIRS];
	double ratios[MOST_PAIRS];
	size_t nr;
};

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t nr)
{
	qsort(values, nr, sizeof(*values), by_value);
	return (values[(nr - 1) / 2] + values[nr / 2]) / 2;
}

static void name_heap(char *name, size_t size, const struct path *path,
		      enum side side)
{
	snprintf(name, size, "%s%s", side == OURS ? PREFIX : "", path->heap);
}

/* @second: mainline's, or ours at the size that it is compared with. */
static struct subject begin_subject(const struct path *path, uint64_t bytes,
				    bool second)
{
	const bool mainline = second && !path->reference;
	struct subject subject = {
		.side = mainline ? MAINLINE : OURS,
		.bytes = second && path->reference ? path->reference : bytes,
		.pooled = (path->pooled || path->prepared) && !mainline,
		.buf = -1,
	};
	char name[64];

	name_heap(name, sizeof(name), path, subject.side);
	subject.heap = open_heap(name, subject.side);
	subject.importer = open(IMPORTER_NODE, O_RDWR | O_CLOEXEC);
	if (subject.importer < 0)
		die_errno(IMPORTER_NODE);
	if (subject.pooled && path->prepared)
		pool_prepare(subject.bytes);
	else if (subject.pooled)
		pool_add(subject.heap, subject.bytes);
	if (path->has_buffer)
		subject.buf = alloc(subject.heap, subject.bytes, O_RDWR);
	return subject;
}

static void end_subject(struct subject *subject)
{
	if (subject->buf >= 0)
		close(subject->buf);
	close(subject->importer);
	close(subject->heap);
}

/* How often it is to be done, by how long it took when all was warm. */
static unsigned int calibrate(const struct path *path,
			      const struct subject *subject)
{
	double once;

	for (int i = 0; i < WARM_UP; i++) {
		once = -seconds();
		path->measure(subject);
		once += seconds();
	}
	return (unsigned int)fmin(fmax(SAMPLE_S / once, 1), MOST_TIMES);
}

static double sample(const struct path *path, const struct subject *subject,
		     unsigned int times)
{
	double values[MOST_TIMES];

	for (unsigned int i = 0; i < times; i++)
		values[i] = path->measure(subject);
	return median(values, times);
}

static void measure_pairs(const struct path *path,
			  const struct subject *subjects, struct pairs *pairs)
{
	unsigned int times[SIDES];
	double end;

	for (int i = 0; i < SIDES; i++)
		times[i] = calibrate(path, &subjects[i]);

	end = seconds() + SECONDS;
	for (pairs->nr = 0; pairs->nr < MOST_PAIRS; pairs->nr++) {
		/* Nobody is always the first. */
		int first = pairs->nr & 1, second = !first;
		double value[SIDES];

		if (pairs->nr >= LEAST_PAIRS && seconds() > end)
			break;
		value[first] = sample(path, &subjects[first], times[first]);
		value[second] = sample(path, &subjects[second], times[second]);
		for (int side = 0; side < SIDES; side++)
			pairs->values[side][pairs->nr] = value[side];
		pairs->ratios[pairs->nr] = value[OURS] / value[MAINLINE];
	}
}

static void compare(const struct path *path, uint64_t bytes)
{
	struct subject subjects[SIDES];
	static struct pairs pairs;
	char name[64];

	name_heap(name, sizeof(name), path, OURS);
	if (path->pooled)
		pool_on(name, "100%");
	if (path->prepared)
		pool_on(name, "0");
	for (int i = 0; i < SIDES; i++)
		subjects[i] = begin_subject(path, bytes, i == MAINLINE);

	if (path->begin)
		path->begin(subjects[OURS].heap);
	measure_pairs(path, subjects, &pairs);
	if (path->end)
		path->end();

	for (int i = 0; i < SIDES; i++)
		end_subject(&subjects[i]);
	if (path->pooled || path->prepared)
		pool_off();

	printf("%s\t%llu\t%.2f\t", path->name, (unsigned long long)bytes,
	       median(pairs.values[OURS], pairs.nr));
	if (path->reference)
		printf("-");
	else
		printf("%.2f", median(pairs.values[MAINLINE], pairs.nr));
	printf("\t%.6f\t%s\n", median(pairs.ratios, pairs.nr), path->unit);
	fflush(stdout);
}

static void compare_all(void)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (size_t k = 0; k < nr_paths; k++)
			if (!paths[k].bytes || paths[k].bytes == sizes[i])
				compare(&paths[k], sizes[i]);
}

/* PATH:BYTES */
static void compare_one(const char *row)
{
	const size_t length = strcspn(row, ":");
	char *end;

	for (size_t i = 0; i < nr_paths; i++) {
		const char *name = paths[i].name;
		unsigned long long bytes;

		if (strncmp(row, name, length) || name[length])
			continue;
		bytes = row[length] ? strtoull(row + length + 1, &end, 10) : 0;
		if (!bytes || *end)
			die(row, "has no size after its path");
		compare(&paths[i], bytes);
		return;
	}
	die(row, "there is no such path");
}

/* Where memory is mapped makes a difference, and is not for chance to choose. */
static void map_where_others_did(char **argv)
{
	const int now = personality(0xffffffff);

	if (now & ADDR_NO_RANDOMIZE)
		return;
	if (now < 0 || personality((unsigned long)now | ADDR_NO_RANDOMIZE) < 0)
		die_errno("personality");
	execv("/proc/self/exe", argv);
	die_errno("/proc/self/exe");
}

int main(int argc, char **argv)
{
	map_where_others_did(argv);
	if (argc == 1)
		compare_all();
	for (int i = 1; i < argc; i++)
		compare_one(argv[i]);
	return 0;
}
