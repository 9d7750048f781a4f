// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, 32-bit programs: they get what 64-bit ones get, and no
 * length is cut short on the way. narrow-tests HEAP...
 *
 * Built without a C library, which Debian has for one width only beside the
 * compilers for other machines: the system calls are made by hand, as i386
 * makes them.
 */
#include <asm/unistd_32.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <stdbool.h>
#include <stdint.h>

#define PAGE 4096

_Static_assert(sizeof(void *) == 4, "this is not a 32-bit program");

/* Returns -errno on failure, as the kernel does. */
static long call(long nr, long a, long b, long c, long d, long e, long f)
{
	long args[2] = { nr, f };
	long ret;

	/* The sixth argument goes where the frame pointer is. */
	__asm__ volatile("push %%ebp\n\t"
			 "mov 4(%%eax), %%ebp\n\t"
			 "mov (%%eax), %%eax\n\t"
			 "int $0x80\n\t"
			 "pop %%ebp"
			 : "=a"(ret)
			 : "a"(args), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return ret;
}

static long sys_ioctl(int fd, unsigned long request, void *arg)
{
	return call(__NR_ioctl, fd, (long)request, (long)arg, 0, 0, 0);
}

static long sys_mmap(int fd, unsigned long len, int prot, unsigned long pgoff)
{
	return call(__NR_mmap2, 0, (long)len, prot, MAP_SHARED, fd, (long)pgoff);
}

static void sys_close(int fd)
{
	call(__NR_close, fd, 0, 0, 0, 0, 0);
}

static unsigned long length(const char *text)
{
	unsigned long n = 0;

	while (text[n])
		n++;
	return n;
}

static void print(const char *text)
{
	call(__NR_write, 1, (long)text, (long)length(text), 0, 0, 0);
}

static void print_number(unsigned int number)
{
	char digits[12], *first = digits + sizeof(digits) - 1;

	*first = '\0';
	do {
		first--;
		*first = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	print(first);
}

static unsigned int nr_run, nr_failed;

static void report(const char *heap, const char *test, bool ok)
{
	nr_failed += !ok;
	print(ok ? "ok " : "not ok ");
	print_number(++nr_run);
	print(" ");
	print(heap);
	print(": ");
	print(test);
	print("\n");
}

/* The descriptor, or -errno. */
static long alloc(int heap, uint64_t len, uint64_t heap_flags)
{
	struct dma_heap_allocation_data data = {
		.len = len,
		.fd_flags = O_RDWR | O_CLOEXEC,
		.heap_flags = heap_flags,
	};
	long ret = sys_ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data);

	return ret ? ret : (long)data.fd;
}

static bool buffer_can_be_used(int heap)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_RW };
	long buf = alloc(heap, 3 * PAGE - 1, 0), at;
	bool ok;

	if (buf < 0)
		return false;
	at = sys_mmap((int)buf, 3 * PAGE, PROT_READ | PROT_WRITE, 0);
	if ((unsigned long)at >= -4095ul)
		return false;
	ok = !sys_ioctl((int)buf, DMA_BUF_IOCTL_SYNC, &sync);
	for (volatile char *byte = (char *)at; byte < (char *)at + 3 * PAGE;
	     byte += PAGE) {
		ok &= !*byte;
		*byte = 1;
	}
	sys_close((int)buf);
	return ok;
}

/* Each would be a small number, or nothing, if its upper half were lost. */
static bool long_length_is_enomem(int heap)
{
	return alloc(heap, 1ull << 32, 0) == -ENOMEM &&
	       alloc(heap, (1ull << 32) + 1, 0) == -ENOMEM &&
	       alloc(heap, (1ull << 40) + PAGE, 0) == -ENOMEM &&
	       alloc(heap, 1ull << 63 | PAGE, 0) == -ENOMEM;
}

static bool bad_field_is_einval(int heap)
{
	return alloc(heap, 0, 0) == -EINVAL &&
	       alloc(heap, UINT64_MAX, 0) == -EINVAL &&
	       alloc(heap, PAGE, 1) == -EINVAL &&
	       alloc(heap, PAGE, 1ull << 63) == -EINVAL;
}

static bool bad_pointer_is_efault(int heap)
{
	return sys_ioctl(heap, DMA_HEAP_IOCTL_ALLOC, (void *)0) == -EFAULT &&
	       sys_ioctl(heap, DMA_HEAP_IOCTL_ALLOC, (void *)-PAGE) == -EFAULT;
}

static bool mapping_beyond_the_end_is_einval(int heap)
{
	long buf = alloc(heap, 2 * PAGE, 0);
	bool ok;

	ok = sys_mmap((int)buf, PAGE, PROT_READ, 2) == -EINVAL &&
	     sys_mmap((int)buf, PAGE, PROT_READ, 1ul << 31) == -EINVAL &&
	     sys_mmap((int)buf, 3 * PAGE, PROT_READ, 0) == -EINVAL;
	sys_close((int)buf);
	return ok;
}

static const struct {
	const char *name;
	bool (*run)(int heap);
} tests[] = {
#define TEST(name) { #name " (32-bit program)", name }
	TEST(buffer_can_be_used),
	TEST(long_length_is_enomem),
	TEST(bad_field_is_einval),
	TEST(bad_pointer_is_efault),
	TEST(mapping_beyond_the_end_is_einval),
};

#define NR_TESTS (sizeof(tests) / sizeof(tests[0]))

static int open_heap(const char *name)
{
	static const char folder[] = "/dev/dma_heap/";
	char path[512];
	unsigned long n = 0;

	while (folder[n]) {
		path[n] = folder[n];
		n++;
	}
	while (*name && n < sizeof(path) - 1)
		path[n++] = *name++;
	path[n] = '\0';
	return (int)call(__NR_open, (long)path, O_RDONLY, 0, 0, 0, 0);
}

__attribute__((noreturn, used))
static void start(const long *stack)
{
	char *const *names = (char *const *)(stack + 2);

	print("KTAP version 1\n1..");
	print_number((unsigned int)((stack[0] - 1) * (long)NR_TESTS));
	print("\n");
	for (; *names; names++) {
		int heap = open_heap(*names);

		for (unsigned int i = 0; i < NR_TESTS; i++)
			report(*names, tests[i].name,
			       heap >= 0 && tests[i].run(heap));
		sys_close(heap);
	}
	for (;;)
		call(__NR_exit, nr_failed || !nr_run, 0, 0, 0, 0, 0);
}

/* The kernel leaves the arguments on the stack, their number first. */
__asm__(".globl _start\n"
	"_start:\n\t"
	"mov %esp, %eax\n\t"
	"and $-16, %esp\n\t"
	"sub $12, %esp\n\t"
	"push %eax\n\t"
	"call start\n");
