// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: reading all attributes of all heaps, over and over, costs those who
 * allocate less than 2 %. Compared with somebody who reads other files of sysfs
 * meanwhile, in turns.
 *
 * To be run with one processor, and a clock that counts instructions. Who
 * allocates comes first there: the reader runs only in pauses, which end wherever
 * it may be, with a lock in its hands, too. So an allocation takes its own
 * instructions, and those of whoever it has to wait for.
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

#define PAIRS 41
#define ALLOCATIONS 50
/* More than the reader needs for a few files, and no multiple of it. */
#define LEAST_PAUSE_US 100
#define MORE_PAUSE_US 37
#define CLEARING_US 20000
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

static void come_first(void)
{
	const struct sched_param param = {
		.sched_priority = sched_get_priority_min(SCHED_FIFO),
	};

	CHECK_EQUAL(sysconf(_SC_NPROCESSORS_ONLN), 1);
	CHECK_EQUAL(sched_setscheduler(0, SCHED_FIFO, &param), 0);
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
	if (!fork_child())
		read_for_ever(reader);
	return reader;
}

static void wait_for_round(const struct reader *reader)
{
	unsigned long before = __atomic_load_n(&reader->rounds,
					       __ATOMIC_RELAXED);

	while (__atomic_load_n(&reader->rounds, __ATOMIC_RELAXED) < before + 2)
		usleep(1000);
}

static long long time_beside(const struct heap *heap, struct reader *reader,
			     unsigned int which)
{
	int bufs[ALLOCATIONS];
	long long time = 0;

	__atomic_store_n(&reader->which, which, __ATOMIC_RELAXED);
	wait_for_round(reader);
	for (unsigned int i = 0; i < ALLOCATIONS; i++) {
		usleep(LEAST_PAUSE_US + i * MORE_PAUSE_US % LEAST_PAUSE_US);
		time -= nanoseconds();
		bufs[i] = alloc(heap, KIB(4), O_RDWR);
		time += nanoseconds();
	}
	for (unsigned int i = 0; i < ALLOCATIONS; i++)
		close(bufs[i]);
	/* What a pool keeps is cleared by somebody who comes last. */
	usleep(CLEARING_US);
	return time;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

TEST(attribute_readers_cost_less_than_2_percent)
{
	struct reader *reader = begin_reader();
	long long ratios[PAIRS], median;

	come_first();
	for (unsigned int i = 0; i < PAIRS; i++) {
		unsigned int first = i % 2;
		long long times[2];

		times[first] = time_beside(heap, reader, first);
		times[!first] = time_beside(heap, reader, !first);
		ratios[i] = times[0] * 1000 / times[1];
	}
	qsort(ratios, PAIRS, sizeof(ratios[0]), compare);
	median = ratios[PAIRS / 2];
	printf("# beside a reader of ours: %.3f of the time\n",
	       (double)median / 1000);
	printf("# half of %u pairs are from %.3f to %.3f\n", PAIRS,
	       (double)ratios[PAIRS / 4] / 1000,
	       (double)ratios[PAIRS * 3 / 4] / 1000);
	CHECK(median < MOST_RATIO);
}
