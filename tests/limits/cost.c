// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: reading all attributes of all heaps, over and over, costs those who
 * allocate less than 2 %. Compared with somebody who reads other files of sysfs
 * meanwhile, in turns, so that the machine is as busy.
 */
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi/harness.h"

#define PAIRS 1001
#define ROUND_NS 10000000ll
/* In thousandths. */
#define MOST_RATIO 1020

/* Ours, and numbers that the kernel keeps of other devices. */
static const char *const patterns[] = { CLASS "/*/*", "/sys/class/tty/*/dev" };

/**
 * struct reader - somebody who reads files
 * @which: of the patterns
 * @rounds: how often it has read all files of it
 */
struct reader {
	unsigned int which;
	unsigned long rounds;
};

static void stay_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	CHECK_EQUAL(sched_setaffinity(0, sizeof(cpus), &cpus), 0);
}

/* Nobody's attribute, but everybody's: "dev", "uevent", and no file. */
static bool is_ours(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char byte;
	bool readable = fd >= 0 && read(fd, &byte, 1) == 1;

	close(fd);
	return readable && strcmp(name, "dev") && strcmp(name, "uevent");
}

static size_t leave_ours(glob_t *files)
{
	size_t n = 0;

	for (size_t i = 0; i < files->gl_pathc; i++)
		if (is_ours(files->gl_pathv[i]))
			files->gl_pathv[n++] = files->gl_pathv[i];
	return n;
}

static void read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[256];

	CHECK(fd >= 0);
	CHECK(read(fd, text, sizeof(text)) > 0);
	close(fd);
}

static void read_for_ever(struct reader *reader)
{
	glob_t files[2];
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		CHECK_EQUAL(glob(patterns[i], 0, NULL, &files[i]), 0);
	n = leave_ours(&files[0]);
	CHECK(n > 10);
	for (;;) {
		const glob_t *now = &files[__atomic_load_n(&reader->which,
							   __ATOMIC_RELAXED)];

		/* As many of both, some of them more than once. */
		for (size_t i = 0; i < n; i++)
			read_file(now->gl_pathv[i % now->gl_pathc]);
		__atomic_add_fetch(&reader->rounds, 1, __ATOMIC_RELAXED);
	}
}

static struct reader *begin_reader(void)
{
	struct reader *reader = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(reader != MAP_FAILED);
	if (!fork_child()) {
		stay_on(1);
		read_for_ever(reader);
	}
	return reader;
}

static void wait_for_round(const struct reader *reader)
{
	unsigned long before = __atomic_load_n(&reader->rounds,
					       __ATOMIC_RELAXED);

	while (__atomic_load_n(&reader->rounds, __ATOMIC_RELAXED) < before + 2)
		usleep(1000);
}

static long long time_of(const struct heap *heap, unsigned int n)
{
	long long start = nanoseconds();

	while (n--)
		close(alloc(heap, KIB(64), O_RDWR));
	return nanoseconds() - start;
}

static long long time_beside(const struct heap *heap, struct reader *reader,
			     unsigned int which, unsigned int n)
{
	__atomic_store_n(&reader->which, which, __ATOMIC_RELAXED);
	wait_for_round(reader);
	return time_of(heap, n);
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

TEST(reading_attributes_costs_allocations_less_than_2_percent)
{
	struct reader *reader = begin_reader();
	long long ratios[PAIRS], median;
	unsigned int n;

	stay_on(0);
	wait_for_round(reader);
	n = (unsigned int)(ROUND_NS * 100 / time_of(heap, 100)) + 1;
	for (unsigned int i = 0; i < PAIRS; i++) {
		unsigned int first = i % 2;
		long long times[2];

		times[first] = time_beside(heap, reader, first, n);
		times[!first] = time_beside(heap, reader, !first, n);
		ratios[i] = times[0] * 1000 / times[1];
	}
	qsort(ratios, PAIRS, sizeof(ratios[0]), compare);
	median = ratios[PAIRS / 2];
	printf("# beside a reader of ours: %.3f of the time\n",
	       (double)median / 1000);
	printf("# half of %u pairs of %u are from %.3f to %.3f\n", PAIRS, n,
	       (double)ratios[PAIRS / 4] / 1000,
	       (double)ratios[PAIRS * 3 / 4] / 1000);
	CHECK(median < MOST_RATIO);
}
