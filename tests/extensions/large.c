// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Mapping and Memory management, where a mapping is of large
 * pages: all that is promised is so for any part of one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness.h"

#define LARGE MIB(2)
#define SIZE MIB(8)
#define PAGE page_size()

/* The address space for a mapping that begins where a large page can. */
static char *reserve(size_t size)
{
	char *addr = mmap(NULL, size + LARGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	CHECK(addr != MAP_FAILED);
	return (char *)(((uintptr_t)addr + LARGE - 1) & ~(uintptr_t)(LARGE - 1));
}

static char *map_large(int buf, size_t size, int prot)
{
	char *addr = mmap(reserve(size), size, prot, MAP_SHARED | MAP_FIXED,
			  buf, 0);

	CHECK(addr != MAP_FAILED);
	return addr;
}

static long count_faults(void)
{
	struct rusage usage;

	CHECK_EQUAL(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_minflt + usage.ru_majflt;
}

/*
 * Looks at each page of a mapping that nobody has touched, or writes to it: how
 * many faults that takes. What is only counted meanwhile, as a page of the program
 * itself that the kernel has just moved, comes on top.
 */
static long faults_of_touching(volatile char *mem, size_t size, bool writing)
{
	long before;

	/* What reading the counter may need. */
	count_faults();
	before = count_faults();
	for (size_t i = 0; i < size; i += PAGE) {
		if (writing)
			mem[i] = 1;
		else
			mem[i];
	}
	return count_faults() - before;
}

static void touch_all(volatile char *mem, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE)
		mem[i];
}

/* The least of a few tries, each with a mapping of its own. */
#define TRIES 3

static long least(const long faults[TRIES])
{
	long min = faults[0];

	for (int i = 1; i < TRIES; i++)
		if (faults[i] < min)
			min = faults[i];
	return min;
}

/* Would the process die of a look at this byte? */
static bool is_gone(const char *byte)
{
	int ends[2];

	/* The kernel says so without the signal. */
	CHECK_EQUAL(pipe(ends), 0);
	return write(ends[1], byte, 1) < 0 && errno == EFAULT;
}

TEST(large_mapping_faults_once_for_two_megabytes)
{
	int buf = alloc(heap, SIZE, O_RDWR);
	long faults[TRIES];

	for (int i = 0; i < TRIES; i++)
		faults[i] = faults_of_touching(map_large(buf, SIZE, PROT_READ |
							 PROT_WRITE), SIZE,
					       false);
	CHECK(least(faults) <= (long)(SIZE / LARGE) + 1);
}

/* One page beside where large pages could be. */
TEST(small_pages_are_mapped_by_one_fault_per_2_mib)
{
	int buf = alloc(heap, SIZE, O_RDWR);
	long faults[TRIES];

	for (int i = 0; i < TRIES; i++) {
		char *mem = mmap(reserve(SIZE + LARGE) + PAGE, SIZE,
				 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
				 buf, 0);

		CHECK(mem != MAP_FAILED);
		faults[i] = faults_of_touching(mem, SIZE, true);
	}
	CHECK(least(faults) <= (long)(SIZE / LARGE) + 2);
}

TEST(large_mapping_shows_the_buffer)
{
	int buf = alloc(heap, SIZE, O_RDWR);
	char *mem = map_large(buf, SIZE, PROT_READ | PROT_WRITE);

	CHECK(is_zero(mem, SIZE));
	fill(mem, SIZE, 1);
	check_filled(map(buf, SIZE, PROT_READ), SIZE, 0, 1);
	check_filled(map_large(buf, SIZE, PROT_READ), SIZE, 0, 1);
}

TEST(large_mapping_ends_with_the_buffer)
{
	/* Its last large page would reach beyond. */
	int buf = alloc(heap, SIZE - PAGE, O_RDWR);
	char *mem = map_large(buf, SIZE - PAGE, PROT_READ | PROT_WRITE);

	fill(mem, SIZE - PAGE, 2);
	check_filled(mem, SIZE - PAGE, 0, 2);
	CHECK(is_gone(mem + SIZE - PAGE));
}

TEST(page_in_a_large_mapping_can_be_unmapped)
{
	int buf = alloc(heap, SIZE, O_RDWR);
	char *mem = map_large(buf, SIZE, PROT_READ | PROT_WRITE);

	fill(mem, SIZE, 3);
	CHECK_EQUAL(munmap(mem + LARGE + PAGE, PAGE), 0);
	CHECK(is_gone(mem + LARGE + PAGE));
	check_filled(mem, LARGE + PAGE, 0, 3);
	check_filled(mem + LARGE + 2 * PAGE, SIZE - LARGE - 2 * PAGE,
		     (LARGE + 2 * PAGE) / 4, 3);
}

TEST(page_in_a_large_mapping_can_be_protected)
{
	int buf = alloc(heap, SIZE, O_RDWR);
	char *mem = map_large(buf, SIZE, PROT_READ | PROT_WRITE);
	int zero = open("/dev/zero", O_RDONLY);

	fill(mem, SIZE, 4);
	CHECK_EQUAL(mprotect(mem + 5 * PAGE, PAGE, PROT_READ), 0);
	CHECK_ERRNO(read(zero, mem + 5 * PAGE, 1), EFAULT);
	CHECK_EQUAL(read(zero, mem + 6 * PAGE, 1), 1);
	CHECK_EQUAL(mprotect(mem + 5 * PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
	CHECK_EQUAL(read(zero, mem + 5 * PAGE, 1), 1);
	check_filled(mem + 7 * PAGE, SIZE - 7 * PAGE, 7 * PAGE / 4, 4);
}

TEST(large_mapping_can_be_protected_and_written_again)
{
	int buf = alloc(heap, SIZE, O_RDWR);
	char *mem = map_large(buf, SIZE, PROT_READ | PROT_WRITE);
	int zero = open("/dev/zero", O_RDONLY);

	fill(mem, SIZE, 5);
	CHECK_EQUAL(mprotect(mem, SIZE, PROT_READ), 0);
	CHECK_ERRNO(read(zero, mem, 1), EFAULT);
	check_filled(mem, SIZE, 0, 5);
	CHECK_EQUAL(mprotect(mem, SIZE, PROT_READ | PROT_WRITE), 0);
	fill(mem, SIZE, 6);
	check_filled(map(buf, SIZE, PROT_READ), SIZE, 0, 6);
}

TEST(large_mapping_of_a_read_only_buffer_stays_so)
{
	int buf = alloc(heap, SIZE, O_RDONLY);
	char *mem = map_large(buf, SIZE, PROT_READ);
	int zero = open("/dev/zero", O_RDONLY);

	touch_all(mem, SIZE);
	CHECK_ERRNO(mprotect(mem, SIZE, PROT_READ | PROT_WRITE), EACCES);
	CHECK_ERRNO(read(zero, mem, 1), EFAULT);
	CHECK(is_zero(mem, SIZE));
}

TEST(large_mapping_can_be_moved)
{
	int buf = alloc(heap, SIZE, O_RDWR);
	char *mem = map_large(buf, SIZE, PROT_READ | PROT_WRITE);
	/* In phase, and out of it. */
	char *there = reserve(SIZE);
	char *beside = reserve(SIZE + LARGE) + PAGE;

	fill(mem, SIZE, 7);
	CHECK(mremap(mem, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, there) ==
	      there);
	check_filled(there, SIZE, 0, 7);
	CHECK(mremap(there, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, beside) ==
	      beside);
	check_filled(beside, SIZE, 0, 7);
	CHECK(mremap(beside, SIZE, LARGE + PAGE, 0) == beside);
	check_filled(beside, LARGE + PAGE, 0, 7);
	CHECK(is_gone(beside + LARGE + PAGE));
}

TEST(large_mapping_is_a_childs_as_well)
{
	int buf = alloc(heap, SIZE, O_RDWR);
	char *mem = map_large(buf, SIZE, PROT_READ | PROT_WRITE);
	pid_t pid;

	fill(mem, SIZE, 8);
	pid = fork_child();
	if (!pid) {
		check_filled(mem, SIZE, 0, 8);
		fill(mem, SIZE, 9);
		exit(0);
	}
	check_child(pid);
	check_filled(mem, SIZE, 0, 9);
}

TEST(nobody_takes_hold_of_a_large_page)
{
	int buf = alloc(heap, SIZE, O_RDWR);
	char *mem = map_large(buf, SIZE, PROT_READ | PROT_WRITE);
	char byte;
	struct iovec part = { mem + PAGE, PAGE }, to = { &byte, 1 };
	int ends[2];

	touch_all(mem, SIZE);
	CHECK_EQUAL(pipe(ends), 0);
	CHECK_ERRNO(vmsplice(ends[1], &part, 1, 0), EFAULT);
	CHECK_ERRNO(process_vm_readv(getpid(), &to, 1, &part, 1, 0), EFAULT);
	CHECK_ERRNO(madvise(mem, SIZE, MADV_DONTNEED), EINVAL);
	CHECK_ERRNO(madvise(mem, SIZE, MADV_POPULATE_WRITE), EINVAL);
}

TEST(large_pages_are_given_back)
{
	int bufs[MOST_BUFFERS];
	int n = take_all(heap, SIZE, bufs);

	for (int i = 0; i < n; i++)
		touch_all(map_large(bufs[i], SIZE, PROT_READ | PROT_WRITE),
			  SIZE);
	give_back(bufs, n);

	/* They are still mapped. */
	if (has_region(heap))
		CHECK_ERRNO(try_alloc(heap, SIZE, O_RDWR, 0, bufs), ENOMEM);
}
