/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A test of what the kernel promises to user space, with nothing between the
 * test and the system calls.
 *
 * Each test runs in a process of its own, once for every heap, and prints a
 * line of KTAP. A failed CHECK says what it saw and ends the test; descriptors,
 * mappings and buffers go with the process.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HEAPS "/dev/dma_heap"
/* Where the heaps are that are not the kernel's own. */
#define CLASS "/sys/class/dmabuf_heap"

/* The heap that the running test is for. */
struct heap {
	const char *name;
	int fd;
};

struct test {
	const char *name;
	void (*run)(const struct heap *heap);
	bool is_selected;	/* by a pattern of the command line */
	struct test *next;
};

void register_test(struct test *test);

/* TEST(name) { … }: the name says what is promised. */
#define TEST(id)							\
	static void id(const struct heap *heap);			\
	static struct test test_##id = { .name = #id, .run = id };	\
	__attribute__((constructor)) static void register_##id(void)	\
	{								\
		register_test(&test_##id);				\
	}								\
	static void id(const struct heap *heap)

/* What else is to be said, or done, when something failed; NULL for nothing. */
extern void (*at_failure)(void);

__attribute__((noreturn, format(printf, 3, 4)))
void fail(const char *file, int line, const char *format, ...);

/* Ends the test: what it needs is not to be had here. */
__attribute__((noreturn, format(printf, 1, 2)))
void skip(const char *format, ...);

#define CHECK(condition)						\
	do {								\
		if (!(condition))					\
			fail(__FILE__, __LINE__, "not so: %s", #condition); \
	} while (0)

/* Both sides are evaluated once, and printed when they differ. */
#define CHECK_EQUAL(seen, expected)					\
	do {								\
		long long seen_ = (seen), expected_ = (expected);	\
		if (seen_ != expected_)					\
			fail(__FILE__, __LINE__, "%s is %lld, not %lld",\
			     #seen, seen_, expected_);			\
	} while (0)

/* The call fails with exactly this error. */
#define CHECK_ERRNO(call, error)					\
	check_errno(__FILE__, __LINE__, #call, (long)(call), (error))

void check_errno(const char *file, int line, const char *call, long ret,
		 int error);

/* mmap() and its like: MAP_FAILED is -1. */
#define CHECK_MAP_ERRNO(call, error)					\
	check_errno(__FILE__, __LINE__, #call, (long)(uintptr_t)(call), (error))

/* Sizes that the tests use, in bytes. */
#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

size_t page_size(void);

/* The heap's node, or the test has failed. */
int open_heap(const char *name);
/* The ioctl itself: 0 and the descriptor, or -1 and errno. */
int try_alloc(const struct heap *heap, uint64_t len, uint32_t fd_flags,
	      uint64_t heap_flags, int *buf);
/* A buffer, or the test has failed. */
int alloc(const struct heap *heap, size_t len, int fd_flags);

/* A shared mapping, or the test has failed. */
void *map(int buf, size_t len, int prot);

/* As map(), of a buffer of its own, readable and writable. */
void *alloc_mapped(const struct heap *heap, size_t len);

#define MOST_BUFFERS 512
/*
 * Buffers until there are no more, and how many there were; of memory that
 * others use as well, only a part.
 */
int take_all(const struct heap *heap, size_t len, int *bufs);
void give_back(int *bufs, int n);

/* A value that tells each word of a buffer from every other. */
void fill(void *mem, size_t len, uint32_t seed);
/* What fill() wrote, from the word on that was its number @first. */
void check_filled(const void *mem, size_t len, size_t first, uint32_t seed);
bool is_zero(const void *mem, size_t len);

/* Of a clock that only goes on. */
long long nanoseconds(void);

/* How many descriptors this process has open. */
unsigned int count_fds(void);

/* A child that goes with the test; the test fails if the child does. */
pid_t fork_child(void);
void check_child(pid_t pid);
/* One that asks for @len bytes again and again, for so many microseconds. */
void kill_while_it_allocates(const struct heap *heap, size_t len,
			     useconds_t after);

/* What a system call can read, and not answer. */
void *read_only_copy(const void *data, size_t len);
/*
 * Make the ioctl @request with @data across two pages, one of them read-only,
 * at every offset. Where it fails it has to change neither @data nor the
 * descriptors; returns how often it failed.
 */
unsigned int fail_across_pages(const struct heap *heap, unsigned long request,
			       const void *data, size_t len);

/* Does the heap lend from a region of its own, which nobody else uses? */
bool has_region(const struct heap *heap);
/* Is it a heap of ordinary memory, which may come in pieces? */
bool may_be_in_pieces(const struct heap *heap);
/* A file with one number. */
long long file_number(const char *path);
/* A line of /proc that begins with KEY, as a number. */
long long proc_number(const char *path, const char *key);

#endif /* HARNESS_H */
