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
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define HEAPS "/dev/dma_heap"

/* A test that takes longer hangs. */
#define SECONDS_PER_TEST 60

static struct test *tests;
static unsigned int nr_run, nr_failed;

void register_test(struct test *test)
{
	struct test **last = &tests;

	while (*last)
		last = &(*last)->next;
	*last = test;
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

static void run_in_child(const struct test *test, const char *name)
{
	char path[512];
	struct heap heap = { .name = name };

	alarm(SECONDS_PER_TEST);
	snprintf(path, sizeof(path), HEAPS "/%s", name);
	heap.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (heap.fd < 0)
		fail(__FILE__, __LINE__, "%s: %s", path, strerrorname_np(errno));
	test->run(&heap);
	exit(0);
}

static void run_test(const struct test *test, const char *heap)
{
	int status;
	pid_t pid;
	bool ok;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (!pid)
		run_in_child(test, heap);

	while (waitpid(pid, &status, 0) < 0)
		;
	if (WIFSIGNALED(status))
		printf("# ended by signal %d (%s)\n", WTERMSIG(status),
		       sigdescr_np(WTERMSIG(status)));

	ok = WIFEXITED(status) && !WEXITSTATUS(status);
	nr_failed += !ok;
	printf("%s %u %s: %s\n", ok ? "ok" : "not ok", ++nr_run, heap,
	       test->name);
}

/* Heaps by name, or all of them. */
int main(int argc, char **argv)
{
	unsigned int nr_tests = 0, nr_heaps;
	struct dirent **entries = NULL;
	const struct test *test;
	int n = 0;

	if (argc == 1) {
		n = scandir(HEAPS, &entries, NULL, alphasort);
		if (n < 0) {
			perror(HEAPS);
			return 1;
		}
		/* Without "." and "..", which come first. */
		entries += 2;
		n -= 2;
	}
	nr_heaps = argc == 1 ? (unsigned int)n : (unsigned int)argc - 1;

	for (test = tests; test; test = test->next)
		nr_tests++;
	printf("KTAP version 1\n1..%u\n", nr_tests * nr_heaps);

	for (unsigned int i = 0; i < nr_heaps; i++)
		for (test = tests; test; test = test->next)
			run_test(test, argc == 1 ? entries[i]->d_name :
				 argv[i + 1]);

	printf("# %u passed, %u failed\n", nr_run - nr_failed, nr_failed);
	return nr_failed || !nr_run;
}
