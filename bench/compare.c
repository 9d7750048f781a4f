// SPDX-License-Identifier: GPL-2.0
/*
 * Times our heap beside one of the kernel's own, in the same boot, the two in
 * turn: what disturbs one disturbs the other. Prints a row for each path and
 * size: path, bytes, ours, mainline's, the median ratio of the pairs, unit.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* Pairs that count, after some that warm up. */
#define PAIRS 41
#define WARM_UP 3

enum side { OURS, MAINLINE, SIDES };

/* The device class that a heap's node belongs to, for each side. */
static const char *const classes[SIDES] = { "dmabuf_heap", "dma_heap" };

static int heaps[SIDES];

__attribute__((noreturn))
static void die(const char *what, const char *why)
{
	fprintf(stderr, "compare: %s: %s\n", what, why);
	exit(1);
}

/* Two heaps can't be taken for each other: the device number tells whose. */
static int open_heap(const char *name, enum side side)
{
	char path[300], link[64], class[300];
	struct stat st;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/dev/dma_heap/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		die(path, strerror(errno));
	snprintf(link, sizeof(link), "/sys/dev/char/%u:%u/subsystem",
		 major(st.st_rdev), minor(st.st_rdev));
	len = readlink(link, class, sizeof(class) - 1);
	if (len < 0)
		die(link, strerror(errno));
	class[len] = '\0';
	if (strcmp(strrchr(class, '/') + 1, classes[side]))
		die(path, "is not the heap that it should be");
	return fd;
}

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double time_alloc(enum side side, uint64_t bytes)
{
	struct dma_heap_allocation_data data = {
		.len = bytes,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};
	double start = microseconds(), end;

	if (ioctl(heaps[side], DMA_HEAP_IOCTL_ALLOC, &data))
		die(classes[side], strerror(errno));
	end = microseconds();
	close((int)data.fd);
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
