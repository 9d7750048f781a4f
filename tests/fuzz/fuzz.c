// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz [-s SEED] [-t SECONDS] [-n CALLS]: calls from seeds. What they do to each
 * other is left to chance; what the kernel says of it is vm/run's business, and
 * what is left of it is checked after each seed. Prints KTAP.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "../uapi/sysfs.h"
#include "fuzz.h"

#define NR_THREADS 3
#define NR_FDS 48
/* A seed that takes longer hangs. */
#define SECONDS_PER_SEED 300

static const struct fuzz_kind *const tables[] = {
	ioctl_kinds, file_kinds, attribute_kinds,
};

#define MOST_KINDS 32
static const struct fuzz_kind *kinds[MOST_KINDS];
static unsigned int nr_kinds;
/* How many calls of each were made, by all processes. */
static unsigned long *made;

#define MOST_HEAPS 16
#define MOST_NAME 64
static char heap_names[MOST_HEAPS][MOST_NAME];
static unsigned int nr_heaps;

static pthread_barrier_t all_there;
static int fds[NR_FDS];
static unsigned long nr_calls = 1500;
static __thread uint64_t state;

uint64_t draw(void)
{
	uint64_t x = state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

uint64_t draw_below(uint64_t end)
{
	return draw() % end;
}

uint64_t draw_odd(void)
{
	static const uint64_t odd[] = {
		0, 1, 2, 3, 4095, 4096, 4097, 8192, 65536, 1 << 20, 1 << 21,
		INT32_MAX, 1u << 31, UINT32_MAX, 1ull << 32, (1ull << 32) + 4096,
		INT64_MAX, 1ull << 63, UINT64_MAX - 4095, UINT64_MAX - 4096,
		UINT64_MAX,
	};
	uint64_t value = DRAW_OF(odd);

	switch (draw_below(8)) {
	case 0:
		return value - 1 - draw_below(3);
	case 1:
		return value ^ 1ull << draw_below(64);
	case 2:
		return draw();
	default:
		return value;
	}
}

int draw_fd(void)
{
	if (!draw_below(64)) {
		const int fd = (int)draw_odd();

		/* A terminal, or what reports, is none of ours. */
		return fd >= 0 && fd <= STDERR_FILENO ? -1 : fd;
	}
	return __atomic_load_n(&fds[draw_below(NR_FDS)], __ATOMIC_RELAXED);
}

static void close_fd(int fd)
{
	/* Nobody fuzzes what reports. */
	if (fd > STDERR_FILENO)
		close(fd);
}

void keep_fd(int fd)
{
	close_fd(__atomic_exchange_n(&fds[draw_below(NR_FDS)], fd,
				     __ATOMIC_RELAXED));
}

void close_some_fd(void)
{
	keep_fd(-1);
}

const char *draw_heap_name(void)
{
	return heap_names[draw_below(nr_heaps)];
}

/* What every seed begins with. */
static void fill_fds(void)
{
	int pipes[2];

	for (int i = 0; i < NR_FDS; i++)
		fds[i] = -1;
	for (unsigned int i = 0; i < nr_heaps; i++)
		keep_fd(open_heap(heap_names[i]));
	keep_fd(memfd_create("no buffer", 0));
	keep_fd(open("/dev/null", O_RDWR));
	keep_fd(open("/", O_RDONLY));
	keep_fd(open("/dev/udmabuf", O_RDWR));
	keep_fd(open(IMPORTER_NODE, O_RDWR));
	CHECK_EQUAL(pipe2(pipes, O_NONBLOCK), 0);
	keep_fd(pipes[0]);
	keep_fd(pipes[1]);
}

static void *call_many(void *seed)
{
	state = (uintptr_t)seed;
	/* A stack must not come to be where another has just moved a mapping from. */
	pthread_barrier_wait(&all_there);
	for (unsigned long n = 0; n < nr_calls; n++) {
		unsigned int kind = (unsigned int)draw_below(nr_kinds);

		kinds[kind]->call();
		__atomic_add_fetch(&made[kind], 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void run_seed(uint64_t seed)
{
	pthread_t threads[NR_THREADS];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	alarm(SECONDS_PER_SEED);
	state = seed;
	fill_fds();
	CHECK(!pthread_barrier_init(&all_there, NULL, NR_THREADS));
	for (uintptr_t i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, call_many,
				      (void *)(uintptr_t)(seed * 8 + i + 1)));
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	exit(0);
}

/* Whatever was called: nothing is lent any more, and a buffer can be had. */
static void check_heaps(void)
{
	for (unsigned int i = 0; i < nr_heaps; i++) {
		struct heap heap = { .name = heap_names[i] };

		wait_for_attribute(&heap, "used", 0);
		wait_for_attribute(&heap, "buffers", 0);
		set_attribute(&heap, "limit", "max");
		heap.fd = open_heap(heap.name);
		close(alloc(&heap, page_size(), O_RDWR));
		close(heap.fd);
	}
}

static bool test_seed(uint64_t seed)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid)
		run_seed(seed);
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	if (status)
		printf("# it ended with %#x\n", status);
	else
		check_heaps();
	printf("%s seed %llu\n", status ? "not ok" : "ok",
	       (unsigned long long)seed);
	return !status;
}

static void find_heaps(void)
{
	struct dirent *entry;
	DIR *dir = opendir(CLASS);

	CHECK(dir);
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.' && nr_heaps < MOST_HEAPS)
			snprintf(heap_names[nr_heaps++], MOST_NAME, "%.60s",
				 entry->d_name);
	closedir(dir);
	CHECK(nr_heaps);
}

static bool check_made(void)
{
	bool all = true;

	for (unsigned int i = 0; i < nr_kinds; i++) {
		printf("# %s: %lu\n", kinds[i]->name, made[i]);
		all &= made[i] > 0;
	}
	printf("%s calls of every kind\n", all ? "ok" : "not ok");
	return all;
}

int main(int argc, char **argv)
{
	uint64_t seed = 1;
	time_t end = time(NULL);
	bool good = true;
	int option;

	while ((option = getopt(argc, argv, "s:t:n:")) != -1) {
		if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (option == 't')
			end += atoi(optarg);
		else if (option == 'n')
			nr_calls = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct fuzz_kind *kind = tables[i]; kind->name; kind++)
			kinds[nr_kinds++] = kind;
	made = mmap(NULL, MOST_KINDS * sizeof(*made), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(made != MAP_FAILED);
	find_heaps();

	printf("KTAP version 1\n");
	do {
		good = test_seed(seed++);
	} while (good && time(NULL) < end);
	return !check_made() || !good;
}
