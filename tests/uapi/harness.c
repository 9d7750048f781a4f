// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

void (*at_failure)(void);

void fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("# %s:%d: ", strrchr(file, '/') ? strrchr(file, '/') + 1 : file,
	       line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	if (at_failure)
		at_failure();
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

void kill_while_it_allocates(const struct heap *heap, size_t len,
			     useconds_t after)
{
	const pid_t pid = fork_child();
	int status;

	if (!pid)
		for (;;)
			close(alloc(heap, len, O_RDWR));
	usleep(after);
	CHECK_EQUAL(kill(pid, SIGKILL), 0);
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
}

void *read_only_copy(const void *data, size_t len)
{
	void *page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(page != MAP_FAILED && len <= page_size());
	memcpy(page, data, len);
	CHECK_EQUAL(mprotect(page, page_size(), PROT_READ), 0);
	return page;
}

/* Whether the ioctl fails, with the first @before bytes on the first page. */
static bool fails_across(const struct heap *heap, unsigned long request,
			 const void *data, size_t len, size_t before,
			 int read_only)
{
	unsigned char *pages = mmap(NULL, 2 * page_size(),
				    PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *arg = pages + page_size() - before;
	const unsigned int fds = count_fds();
	bool failed;

	CHECK(pages != MAP_FAILED);
	memcpy(arg, data, len);
	CHECK_EQUAL(mprotect(pages + (size_t)read_only * page_size(),
			     page_size(), PROT_READ), 0);
	failed = ioctl(heap->fd, request, arg);
	if (failed) {
		CHECK_EQUAL(errno, EFAULT);
		CHECK(!memcmp(arg, data, len));
		CHECK_EQUAL(count_fds(), fds);
	}
	munmap(pages, 2 * page_size());
	return failed;
}

unsigned int fail_across_pages(const struct heap *heap, unsigned long request,
			       const void *data, size_t len)
{
	unsigned int n = 0;

	for (size_t before = 1; before < len; before++)
		for (int read_only = 0; read_only < 2; read_only++)
			n += fails_across(heap, request, data, len, before,
					  read_only);
	return n;
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
