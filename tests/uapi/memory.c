// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Memory management: what the kernel's other ways to handle
 * memory do to a mapping. Its pages are no pages of the process, and nobody
 * takes hold of them behind the back of their heap.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/userfaultfd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

TEST(mlock_locks_nothing)
{
	const size_t len = MIB(1);
	char *mem = alloc_mapped(heap, len);

	CHECK_EQUAL(mlock(mem, len), 0);
	CHECK_EQUAL(proc_number("/proc/self/status", "VmLck:"), 0);
	CHECK_EQUAL(munlock(mem, len), 0);
	CHECK_EQUAL(mlock2(mem, len, MLOCK_ONFAULT), 0);
	CHECK_EQUAL(proc_number("/proc/self/status", "VmLck:"), 0);
	CHECK(is_zero(mem, len));
}

/* All advice that would take pages away, or give others a hold on them. */
TEST(madvise_cannot_change_the_memory)
{
	const int refused[] = {
		MADV_DONTNEED, MADV_FREE, MADV_COLD, MADV_PAGEOUT,
		MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DODUMP,
		MADV_DOFORK, MADV_WIPEONFORK, MADV_COLLAPSE,
	};
	const int accepted[] = {
		MADV_NORMAL, MADV_SEQUENTIAL, MADV_RANDOM, MADV_DONTDUMP,
		MADV_MERGEABLE, MADV_DONTFORK,
	};
	const size_t len = MIB(2) + page_size();
	char *mem = alloc_mapped(heap, len);

	fill(mem, len, 4);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (madvise(mem, len, refused[i]) != -1 || errno != EINVAL)
			fail(__FILE__, __LINE__, "advice %d: %s", refused[i],
			     strerrorname_np(errno));
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++)
		if (madvise(mem, len, accepted[i]))
			fail(__FILE__, __LINE__, "advice %d: %s", accepted[i],
			     strerrorname_np(errno));
	CHECK(madvise(mem, len, MADV_REMOVE) == -1);
	check_filled(mem, len, 0, 4);
}

static sigjmp_buf after_fault;

static void jump(int number)
{
	siglongjmp(after_fault, number);
}

static int signal_of_reading(const volatile char *mem)
{
	int number = sigsetjmp(after_fault, 1);

	if (!number)
		(void)*mem;
	return number;
}

TEST(part_can_be_unmapped)
{
	const size_t len = MIB(6), page = page_size();
	char *mem = alloc_mapped(heap, len);

	signal(SIGSEGV, jump);
	fill(mem, len, 5);
	CHECK_EQUAL(munmap(mem + MIB(1), page), 0);
	CHECK_EQUAL(munmap(mem + MIB(3) - page, MIB(1)), 0);
	CHECK_EQUAL(signal_of_reading(mem + MIB(1)), SIGSEGV);
	CHECK_EQUAL(signal_of_reading(mem + MIB(3)), SIGSEGV);

	check_filled(mem, MIB(1), 0, 5);
	check_filled(mem + MIB(1) + page, MIB(2) - 2 * page,
		     (MIB(1) + page) / 4, 5);
	check_filled(mem + MIB(4) - page, MIB(2) + page, (MIB(4) - page) / 4, 5);
}

TEST(half_of_a_mapping_can_be_protected)
{
	const size_t len = MIB(4);
	char *mem = alloc_mapped(heap, len);

	signal(SIGSEGV, jump);
	fill(mem, len, 6);
	CHECK_EQUAL(mprotect(mem + MIB(1), MIB(1), PROT_NONE), 0);
	CHECK_EQUAL(signal_of_reading(mem + MIB(1)), SIGSEGV);
	CHECK_EQUAL(signal_of_reading(mem + MIB(2) - 1), SIGSEGV);
	check_filled(mem, MIB(1), 0, 6);
	check_filled(mem + MIB(2), MIB(2), MIB(2) / 4, 6);
	CHECK_EQUAL(mprotect(mem + MIB(1), MIB(1), PROT_READ), 0);
	check_filled(mem, len, 0, 6);
}

TEST(userfaultfd_is_einval)
{
	const size_t len = MIB(1);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .len = len },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0)
		skip("userfaultfd: %s", strerrorname_np(errno));
	CHECK_EQUAL(ioctl(fd, UFFDIO_API, &api), 0);
	range.range.start = (uintptr_t)alloc_mapped(heap, len);
	CHECK_ERRNO(ioctl(fd, UFFDIO_REGISTER, &range), EINVAL);
	range.mode = UFFDIO_REGISTER_MODE_WP;
	CHECK_ERRNO(ioctl(fd, UFFDIO_REGISTER, &range), EINVAL);
}

TEST(other_processes_cannot_reach_in)
{
	char *mem = alloc_mapped(heap, page_size()), byte = 0;
	struct iovec here = { .iov_base = &byte, .iov_len = 1 };
	struct iovec there = { .iov_base = mem, .iov_len = 1 };
	int self = open("/proc/self/mem", O_RDWR);

	mem[0] = 1;
	CHECK(self >= 0);
	CHECK_ERRNO(process_vm_readv(getpid(), &here, 1, &there, 1, 0), EFAULT);
	CHECK_ERRNO(process_vm_writev(getpid(), &here, 1, &there, 1, 0),
		    EFAULT);
	CHECK_ERRNO(pread(self, &byte, 1, (off_t)(uintptr_t)mem), EIO);
	CHECK_ERRNO(pwrite(self, &byte, 1, (off_t)(uintptr_t)mem), EIO);
	CHECK_EQUAL(mem[0], 1);
}

TEST(pages_cannot_be_given_to_a_pipe)
{
	struct iovec mem = {
		.iov_base = alloc_mapped(heap, page_size()),
		.iov_len = page_size(),
	};
	int ends[2];

	CHECK_EQUAL(pipe(ends), 0);
	CHECK_ERRNO(vmsplice(ends[1], &mem, 1, 0), EFAULT);
	/* A copy is no hold. */
	CHECK_EQUAL(write(ends[1], mem.iov_base, 100), 100);
}

/* A block device over a file, opened for direct I/O. */
static int open_loop(void)
{
	char path[] = "/tmp/direct.XXXXXX", device[32];
	int file = mkstemp(path), control, nr, fd;

	CHECK(file >= 0);
	unlink(path);
	CHECK_EQUAL(ftruncate(file, (off_t)MIB(1)), 0);
	control = open("/dev/loop-control", O_RDWR);
	if (control < 0)
		skip("no loop device: %s", strerrorname_np(errno));
	nr = ioctl(control, LOOP_CTL_GET_FREE);
	CHECK(nr >= 0);
	snprintf(device, sizeof(device), "/dev/loop%d", nr);
	fd = open(device, O_RDWR | O_DIRECT);
	CHECK(fd >= 0);
	CHECK_EQUAL(ioctl(fd, LOOP_CONFIGURE, &(struct loop_config){
		.fd = (uint32_t)file,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR,
	}), 0);
	return fd;
}

TEST(direct_io_is_efault)
{
	char *mem = alloc_mapped(heap, page_size());
	int fd = open_loop();

	CHECK_ERRNO(pwrite(fd, mem, page_size(), 0), EFAULT);
	CHECK_ERRNO(pread(fd, mem, page_size(), 0), EFAULT);
	CHECK(is_zero(mem, page_size()));
	/* Through the page cache it is a copy. */
	CHECK_EQUAL(fcntl(fd, F_SETFL, O_RDWR), 0);
	CHECK_EQUAL(pwrite(fd, mem, page_size(), 0), (long)page_size());
}

/* Dies, with a buffer and ordinary memory both full of a word of its own. */
static void dump_core(const struct heap *heap)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	unsigned char *secret = alloc_mapped(heap, MIB(1));
	unsigned char *plain = mmap(NULL, MIB(1), PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* Made here, so that neither word is anywhere else. */
	for (size_t i = 0; i < MIB(1); i++) {
		secret[i] = (unsigned char)(0xe0 + i % 8);
		plain[i] = (unsigned char)(0xc0 + i % 8);
	}
	setrlimit(RLIMIT_CORE, &all);
	prctl(PR_SET_DUMPABLE, 1);
	abort();
}

static bool contains(const char *path, unsigned char first)
{
	unsigned char word[64], *core;
	off_t size;
	bool found;
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0);
	size = lseek(fd, 0, SEEK_END);
	core = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(core != MAP_FAILED);
	for (size_t i = 0; i < sizeof(word); i++)
		word[i] = (unsigned char)(first + i % 8);
	found = memmem(core, (size_t)size, word, sizeof(word));
	munmap(core, (size_t)size);
	close(fd);
	return found;
}

TEST(core_dump_leaves_it_out)
{
	static const char core[] = "/tmp/core-of-a-test";
	int pattern = open("/proc/sys/kernel/core_pattern", O_WRONLY);
	int status;
	pid_t pid;

	if (pattern < 0)
		skip("core_pattern: %s", strerrorname_np(errno));
	CHECK(write(pattern, core, strlen(core)) > 0);
	pid = fork_child();
	if (!pid)
		dump_core(heap);
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WCOREDUMP(status));

	CHECK(contains(core, 0xc0));
	CHECK(!contains(core, 0xe0));
	unlink(core);
}
