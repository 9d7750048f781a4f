// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

/* Exit status of a test that can't be made. */
#define SKIPPED 4

/* A test that takes longer hangs. */
#define SECONDS_PER_TEST 300

static struct test *tests;
static unsigned int nr_run, nr_failed, nr_skipped;

void register_test(struct test *test)
{
	struct test **last = &tests;

	while (*last)
		last = &(*last)->next;
	*last = test;
}

void skip(const char *format, ...)
{
	va_list args;

	printf("# skipped: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_exit(SKIPPED);
}

void fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("# %s:%d: ", strrchr(file, '/') ? strrchr(file, '/') + 1 : file,
	       line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

void check_errno(const char *file, int line, const char *call, long ret,
		 int error)
{
	int seen = errno;

	if (ret != -1)
		fail(file, line, "%s succeeds, it should fail with %s", call,
		     strerrorname_np(error));
	if (seen != error)
		fail(file, line, "%s fails with %s, not %s", call,
		     strerrorname_np(seen), strerrorname_np(error));
}

size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

int try_alloc(const struct heap *heap, uint64_t len, uint32_t fd_flags,
	      uint64_t heap_flags, int *buf)
{
	struct dma_heap_allocation_data data = {
		.len = len,
		.fd_flags = fd_flags,
		.heap_flags = heap_flags,
	};
	int ret = ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, &data);

	*buf = ret ? -1 : (int)data.fd;
	return ret;
}

int alloc(const struct heap *heap, size_t len, int fd_flags)
{
	int buf;

	if (try_alloc(heap, len, (uint32_t)fd_flags, 0, &buf))
		fail(__FILE__, __LINE__, "%s: %zu bytes: %s", heap->name, len,
		     strerrorname_np(errno));
	return buf;
}

void *map(int buf, size_t len, int prot)
{
	void *addr = mmap(NULL, len, prot, MAP_SHARED, buf, 0);

	if (addr == MAP_FAILED)
		fail(__FILE__, __LINE__, "mmap of %zu bytes: %s", len,
		     strerrorname_np(errno));
	return addr;
}

void *alloc_mapped(const struct heap *heap, size_t len)
{
	int buf = alloc(heap, len, O_RDWR);
	void *mem = map(buf, len, PROT_READ | PROT_WRITE);

	close(buf);
	return mem;
}

int take_all(const struct heap *heap, size_t len, int *bufs)
{
	const int most = has_region(heap) ? MOST_BUFFERS : MOST_BUFFERS / 8;
	int n;

	for (n = 0; n < most; n++)
		if (try_alloc(heap, len, O_RDWR | O_CLOEXEC, 0, &bufs[n])) {
			CHECK_EQUAL(errno, ENOMEM);
			break;
		}
	CHECK(n > 0);
	CHECK(n < MOST_BUFFERS);
	return n;
}

void give_back(int *bufs, int n)
{
	while (n)
		close(bufs[--n]);
}

static uint32_t nth_word(size_t n, uint32_t seed)
{
	return (seed << 24) ^ (uint32_t)(n * 2654435761u);
}

void fill(void *mem, size_t len, uint32_t seed)
{
	uint32_t *words = mem;

	for (size_t i = 0; i < len / sizeof(*words); i++)
		words[i] = nth_word(i, seed);
}

void check_filled(const void *mem, size_t len, size_t first, uint32_t seed)
{
	const uint32_t *words = mem;

	for (size_t i = 0; i < len / sizeof(*words); i++)
		if (words[i] != nth_word(first + i, seed))
			fail(__FILE__, __LINE__,
			     "word %zu of %zu is %#x, not %#x", i,
			     len / sizeof(*words), words[i],
			     nth_word(first + i, seed));
}

bool is_zero(const void *mem, size_t len)
{
	const unsigned char *bytes = mem;

	return !bytes[0] && !memcmp(bytes, bytes + 1, len - 1);
}

long long nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

unsigned int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	CHECK(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	/* Without ".", ".." and the folder itself. */
	return n - 3;
}

pid_t fork_child(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

void check_child(pid_t pid)
{
	int status;

	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK_EQUAL(status, 0);
}

bool has_region(const struct heap *heap)
{
	char path[512];

	snprintf(path, sizeof(path), CLASS "/%s/region", heap->name);
	return !access(path, F_OK);
}

bool may_be_in_pieces(const struct heap *heap)
{
	return strstr(heap->name, "system") &&
	       !strstr(heap->name, "contiguous");
}

long long file_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long long number;

	CHECK(file);
	CHECK_EQUAL(fscanf(file, "%lld", &number), 1);
	fclose(file);
	return number;
}

long long proc_number(const char *path, const char *key)
{
	FILE *file = fopen(path, "re");
	long long number;
	char word[64];

	CHECK(file);
	while (fscanf(file, "%63s %lld%*[^\n]", word, &number) >= 1)
		if (!strcmp(word, key)) {
			fclose(file);
			return number;
		}
	fail(__FILE__, __LINE__, "%s has no %s", path, key);
}

int open_heap(const char *name)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), HEAPS "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(__FILE__, __LINE__, "%s: %s", path, strerrorname_np(errno));
	return fd;
}

static void run_in_child(const struct test *test, const char *name)
{
	struct heap heap = { .name = name, .fd = -1 };

	alarm(SECONDS_PER_TEST);
	if (name)
		heap.fd = open_heap(name);
	test->run(&heap);
	exit(0);
}

static void report(const char *heap, const struct test *test, int status)
{
	const bool skipped = WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED;
	const bool ok = !status || skipped;

	if (WIFSIGNALED(status))
		printf("# ended by signal %d (%s)\n", WTERMSIG(status),
		       sigdescr_np(WTERMSIG(status)));
	nr_failed += !ok;
	nr_skipped += skipped;
	printf("%s %u %s%s%s%s\n", ok ? "ok" : "not ok", ++nr_run,
	       heap ?: "", heap ? ": " : "", test->name,
	       skipped ? " # SKIP" : "");
}

static void run_test(const struct test *test, const char *heap)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (!pid) {
		setpgid(0, 0);
		run_in_child(test, heap);
	}

	while (waitpid(pid, &status, 0) < 0)
		;
	/* What it has left behind, whoever's that is by now. */
	kill(-pid, SIGKILL);
	report(heap, test, status);
}

/* Takes a test out of the list. */
static void leave_out(const char *name)
{
	for (struct test **test = &tests; *test; test = &(*test)->next)
		if (!strcmp((*test)->name, name)) {
			*test = (*test)->next;
			return;
		}
	fprintf(stderr, "no test %s\n", name);
	exit(2);
}

static void run_for(const char *heap)
{
	for (const struct test *test = tests; test; test = test->next)
		run_test(test, heap);
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/*
 * PROGRAM [-x TEST]... [-1 | HEAP...]: all tests but TEST, for each heap (all
 * of ours unless they are named) or once, for none.
 */
int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int option, n = 0, nr_tests = 0;
	bool once = false;

	while ((option = getopt(argc, argv, "1x:")) != -1) {
		if (option == 'x')
			leave_out(optarg);
		else if (option == '1')
			once = true;
		else
			return 2;
	}
	if (optind == argc && !once)
		n = scandir(CLASS, &entries, is_name, alphasort);
	if (n < 0) {
		perror(CLASS);
		return 1;
	}

	for (const struct test *test = tests; test; test = test->next)
		nr_tests++;
	printf("KTAP version 1\n1..%d\n", nr_tests * (n + argc - optind + once));
	if (once)
		run_for(NULL);
	for (int i = 0; i < n; i++)
		run_for(entries[i]->d_name);
	for (int i = optind; i < argc; i++)
		run_for(argv[i]);

	printf("# %u passed, %u failed, %u skipped\n",
	       nr_run - nr_failed - nr_skipped, nr_failed, nr_skipped);
	return nr_failed || !nr_run;
}
