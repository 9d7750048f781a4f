// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Memory that is asked of heaps without a limit, on a machine that is a table of
 * files. The kernel's answers to other calls are fixed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/dma-heap.h>
#include <linux/udmabuf.h>

#include <dmaheap.h>

#define NODE_FD 40
#define FILE_FD 41
#define BUF 42
#define FIRST_TEXT_FD 100

#define MIB(n) ((uint64_t)(n) << 20)
#define CHARGED "/sys/module/dma_heap/parameters/mem_accounting"
#define GROUPS "/sys/fs/cgroup"

/* 64 MiB of memory, of which 40 MiB are available, 8 MiB of them to be left. */
#define MEMORY "MemTotal: 65536 kB\nMemFree: 30000 kB\nMemAvailable: 40960 kB\n"

static struct file {
	const char *path, *text;
} files[16];
static size_t n_files;

static const char *own_name;	/* of the heap, as the kernel has it */
static bool answers_query;
static unsigned int n_asked;

#define MACHINE(...)							\
	do {								\
		const struct file files_[] = { __VA_ARGS__ };		\
									\
		n_files = sizeof(files_) / sizeof(files_[0]);		\
		memcpy(files, files_, sizeof(files_));			\
	} while (0)

static int set_up(void **state)
{
	own_name = "system";
	answers_query = false;
	n_asked = 0;
	return 0;
}

static int fail_with(int error)
{
	errno = error;
	return -1;
}

int open(const char *path, int flags, ...)
{
	return NODE_FD;
}

int openat(int dir, const char *path, int flags, ...)
{
	assert_int_equal(dir, AT_FDCWD);
	for (size_t i = 0; i < n_files; i++)
		if (!strcmp(files[i].path, path))
			return FIRST_TEXT_FD + (int)i;
	return fail_with(ENOENT);
}

ssize_t read(int fd, void *text, size_t size)
{
	const char *from = files[fd - FIRST_TEXT_FD].text;
	size_t len = strlen(from);

	assert_in_range(fd, FIRST_TEXT_FD, FIRST_TEXT_FD + n_files - 1);
	if (len > size)
		len = size;
	memcpy(text, from, len);
	return (ssize_t)len;
}

int close(int fd)
{
	return 0;
}

int fstat(int fd, struct stat *st)
{
	assert_int_equal(fd, NODE_FD);
	memset(st, 0, sizeof(*st));
	st->st_rdev = makedev(251, 0);
	return 0;
}

ssize_t readlink(const char *restrict path, char *restrict target, size_t size)
{
	return snprintf(target, size, "../../devices/virtual/dma_heap/%s",
			own_name);
}

int memfd_create(const char *name, unsigned int flags)
{
	return FILE_FD;
}

int ftruncate(int fd, off_t size)
{
	assert_int_equal(fd, FILE_FD);
	return 0;
}

int fcntl(int fd, int command, ...)
{
	assert_int_equal(fd, FILE_FD);
	return 0;
}

static int query(struct dma_heap_query_data *data)
{
	if (!answers_query)
		return fail_with(EINVAL);
	data->id = 5;
	strcpy(data->type, "system");
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);

	assert_int_equal(fd, NODE_FD);
	if (request == DMA_HEAP_IOCTL_QUERY)
		return query(arg);
	n_asked++;
	if (request == UDMABUF_CREATE)
		return BUF;
	assert_int_equal(request, DMA_HEAP_IOCTL_ALLOC);
	if (!((struct dma_heap_allocation_data *)arg)->len)
		return fail_with(EINVAL);
	((struct dma_heap_allocation_data *)arg)->fd = BUF;
	return 0;
}

static int alloc(const char *name, uint64_t size)
{
	struct dmaheap *heap;
	int ret;

	assert_int_equal(dmaheap_open(name, &heap), 0);
	ret = dmaheap_alloc(heap, size, O_RDWR);
	dmaheap_close(heap);
	return ret;
}

/* @most bytes are allocated, and one more is refused without asking the heap. */
static void check_most(const char *name, uint64_t most)
{
	n_asked = 0;
	if (most) {
		assert_int_equal(alloc(name, most), BUF);
		assert_int_equal(n_asked, 1);
	}
	assert_int_equal(alloc(name, most + 1), -ENOMEM);
	assert_int_equal(n_asked, most ? 1 : 0);
}

static void check_no_limit(const char *name)
{
	n_asked = 0;
	assert_int_equal(alloc(name, UINT64_C(1) << 40), BUF);
	assert_int_equal(n_asked, 1);
}

static void alloc_of_more_than_available_enomem(void **state)
{
	MACHINE({ "/proc/meminfo", MEMORY });
	check_most("system", MIB(32));
	check_most(DMAHEAP_UDMABUF, MIB(32));
	MACHINE({ "/proc/meminfo",
		  "MemTotal: 65536 kB\nMemAvailable: 8192 kB\n" });
	check_most("system", 0);
	MACHINE({ "/proc/meminfo",
		  "MemTotal: 65536 kB\nMemAvailable: 100 kB\n" });
	check_most(DMAHEAP_UDMABUF, 0);
}

static void alloc_by_any_name_of_system_guarded(void **state)
{
	static const char * const names[] = {
		"system", "system-uncached", "system-dma32",
		"system_cc_shared",
	};

	MACHINE({ "/proc/meminfo", MEMORY });
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		own_name = names[i];
		check_most("vidbuf_cached", MIB(32));
	}
}

static void alloc_from_heap_with_limit_unguarded(void **state)
{
	MACHINE({ "/proc/meminfo", MEMORY });
	answers_query = true;
	check_no_limit("system");
	answers_query = false;
	own_name = "linux,cma";
	check_no_limit("system");
	own_name = "vendor";
	check_no_limit("system");
}

/* The kernel is to say EINVAL, whatever is available. */
static void alloc_of_invalid_size_left_to_kernel(void **state)
{
	MACHINE({ "/proc/meminfo",
		  "MemTotal: 65536 kB\nMemAvailable: 100 kB\n" });
	assert_int_equal(alloc("system", 0), -EINVAL);
	assert_int_equal(alloc("system", UINT64_MAX), BUF);
	assert_int_equal(n_asked, 2);
	assert_int_equal(alloc("system", INT64_MAX), -ENOMEM);
	assert_int_equal(alloc(DMAHEAP_UDMABUF, 0), -EINVAL);
	assert_int_equal(alloc(DMAHEAP_UDMABUF, UINT64_MAX), -EINVAL);
	assert_int_equal(n_asked, 2);
}

static void alloc_without_known_memory_allowed(void **state)
{
	MACHINE({ "/proc/buddyinfo", "Node 0, zone  Movable 1 1\n" });
	check_no_limit("system");
	MACHINE({ "/proc/meminfo", "MemTotal: 65536 kB\n" });
	check_no_limit("system");
	MACHINE({ "/proc/meminfo", "MemAvailable: 1 kB\n" });
	check_no_limit(DMAHEAP_UDMABUF);
}

static void alloc_does_not_count_cma_memory(void **state)
{
	/* 10 MiB are free there. */
	MACHINE({ "/proc/meminfo", MEMORY "Active(file): 0 kB\n"
		  "Inactive(file): 0 kB\nCmaTotal: 16384 kB\nCmaFree: 10240 kB\n" });
	check_most("system", MIB(22));
	/* The rest may be page cache, of which there are 3 MiB. */
	MACHINE({ "/proc/meminfo", MEMORY "Active(file): 1024 kB\n"
		  "Inactive(file): 2048 kB\nCmaTotal: 16384 kB\nCmaFree: 10240 kB\n" });
	check_most("system", MIB(19));
	/* More than the area has is not there. */
	MACHINE({ "/proc/meminfo", MEMORY "Active(file): 10240 kB\n"
		  "Inactive(file): 10240 kB\nCmaTotal: 16384 kB\nCmaFree: 10240 kB\n" });
	check_most("system", MIB(16));
}

static void alloc_does_not_count_movable_zones(void **state)
{
	/* 1 + 2 x 2 + 3 x 32 pages on node 0, 3 on node 1. */
	static const char zones[] =
		"Node 0, zone   Normal  9 9 9 9 9 9 9 9 9 9 9\n"
		"Node 0, zone  Movable  1 2 0 0 0 3 0 0 0 0 0\n"
		"Node 1, zone  Movable  3 0 0 0 0 0 0 0 0 0 0\n";
	const uint64_t free = (1 + 4 + 96 + 3) *
			      (uint64_t)sysconf(_SC_PAGESIZE);

	MACHINE({ "/proc/meminfo", MEMORY }, { "/proc/buddyinfo", zones });
	check_most("system", MIB(32) - free);

	/* Page cache may be in these zones, all of it. */
	MACHINE({ "/proc/meminfo", MEMORY "Active(file): 1024 kB\n"
		  "Inactive(file): 2048 kB\nCmaTotal: 0 kB\n" },
		{ "/proc/buddyinfo", zones });
	check_most("system", MIB(29) - free);
}

/* 16 MiB, of which 2 are left and 4 are used; 1 of these is page cache. */
#define A_GROUP(path)							\
	{ path "/memory.max", "16777216\n" },				\
	{ path "/memory.current", "4194304\n" },			\
	{ path "/memory.stat", "anon 1\nfile 7777777\ninactive_anon 9999999\n" \
	  "active_file 524288\ninactive_file 524288\n" }

static void udmabuf_beyond_limit_of_group_enomem(void **state)
{
	MACHINE({ "/proc/meminfo", MEMORY },
		{ "/proc/self/cgroup", "0::/a.slice/b.scope\n" },
		A_GROUP(GROUPS "/a.slice/b.scope"));
	check_most(DMAHEAP_UDMABUF, MIB(11));
}

static void udmabuf_beyond_limit_above_group_enomem(void **state)
{
	MACHINE({ "/proc/meminfo", MEMORY },
		{ "/proc/self/cgroup",
		  "10:memory:/x\n1:name=systemd:/y\n0::/a/b/c\n" },
		{ GROUPS "/a/b/c/memory.max", "max\n" },
		{ GROUPS "/a/b/c/memory.current", "0\n" },
		A_GROUP(GROUPS "/a"));
	check_most(DMAHEAP_UDMABUF, MIB(11));
	/* As the root of a namespace has it. */
	MACHINE({ "/proc/meminfo", MEMORY }, { "/proc/self/cgroup", "0::/\n" },
		A_GROUP(GROUPS));
	check_most(DMAHEAP_UDMABUF, MIB(11));
	MACHINE({ "/proc/meminfo", MEMORY }, { "/proc/self/cgroup", "0::/a\n" },
		A_GROUP(GROUPS));
	check_most(DMAHEAP_UDMABUF, MIB(11));
}

static void udmabuf_in_group_without_limit_allowed(void **state)
{
	MACHINE({ "/proc/meminfo", MEMORY },
		{ "/proc/self/cgroup", "0::/a\n" },
		{ GROUPS "/a/memory.max", "max\n" },
		{ GROUPS "/a/memory.current", "16777216\n" });
	check_most(DMAHEAP_UDMABUF, MIB(32));
	/* Limits of groups that the process is not in. */
	MACHINE({ "/proc/meminfo", MEMORY },
		{ "/proc/self/cgroup", "3:memory:/a\n0::/b\n" },
		A_GROUP(GROUPS "/a"));
	check_most(DMAHEAP_UDMABUF, MIB(32));
}

static void system_heap_limited_by_group_if_charged(void **state)
{
	MACHINE({ "/proc/meminfo", MEMORY }, { "/proc/self/cgroup", "0::/a\n" },
		A_GROUP(GROUPS "/a"), { CHARGED, "Y\n" });
	check_most("system", MIB(11));
	MACHINE({ "/proc/meminfo", MEMORY }, { "/proc/self/cgroup", "0::/a\n" },
		A_GROUP(GROUPS "/a"), { CHARGED, "N\n" });
	check_most("system", MIB(32));
	MACHINE({ "/proc/meminfo", MEMORY }, { "/proc/self/cgroup", "0::/a\n" },
		A_GROUP(GROUPS "/a"));
	check_most("system", MIB(32));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IT(does) cmocka_unit_test_setup(does, set_up)
		IT(alloc_of_more_than_available_enomem),
		IT(alloc_by_any_name_of_system_guarded),
		IT(alloc_from_heap_with_limit_unguarded),
		IT(alloc_of_invalid_size_left_to_kernel),
		IT(alloc_without_known_memory_allowed),
		IT(alloc_does_not_count_cma_memory),
		IT(alloc_does_not_count_movable_zones),
		IT(udmabuf_beyond_limit_of_group_enomem),
		IT(udmabuf_beyond_limit_above_group_enomem),
		IT(udmabuf_in_group_without_limit_allowed),
		IT(system_heap_limited_by_group_if_charged),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
