/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A test of what the kernel promises to user space, with nothing between the
 * test and the system calls.
 *
 * Each test runs in a process of its own, once for every heap. A failed CHECK
 * says what it saw and ends the test; descriptors, mappings and buffers go
 * with the process.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The heap that the running test is for. */
struct heap {
	const char *name;
	int fd;
};

struct test {
	const char *name;
	void (*run)(const struct heap *heap);
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

__attribute__((noreturn, format(printf, 3, 4)))
void fail(const char *file, int line, const char *format, ...);

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

/* Sizes that the tests use, in bytes. */
#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)

size_t page_size(void);

/* The ioctl itself: 0 and the descriptor, or -1 and errno. */
int try_alloc(const struct heap *heap, uint64_t len, uint32_t fd_flags,
	      uint64_t heap_flags, int *buf);
/* A buffer, or the test has failed. */
int alloc(const struct heap *heap, size_t len, int fd_flags);

/* A shared mapping, or the test has failed. */
void *map(int buf, size_t len, int prot);

/* How many descriptors this process has open. */
unsigned int count_fds(void);

#endif /* HARNESS_H */
