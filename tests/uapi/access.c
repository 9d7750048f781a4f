// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Access mode: it belongs to the buffer, and holds whatever
 * is done with the descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness.h"

static void *try_map(int buf, int prot, int flags)
{
	return mmap(NULL, page_size(), prot, flags, buf, 0);
}

TEST(read_only_buffer_cannot_be_mapped_for_writing)
{
	int buf = alloc(heap, page_size(), O_RDONLY);

	CHECK(try_map(buf, PROT_READ, MAP_SHARED) != MAP_FAILED);
	CHECK_MAP_ERRNO(try_map(buf, PROT_READ | PROT_WRITE, MAP_SHARED),
			EACCES);
	CHECK_MAP_ERRNO(try_map(buf, PROT_WRITE, MAP_SHARED), EACCES);
}

TEST(read_only_mapping_cannot_be_made_writable)
{
	int buf = alloc(heap, page_size(), O_RDONLY);
	void *mem = map(buf, page_size(), PROT_READ);

	CHECK_ERRNO(mprotect(mem, page_size(), PROT_READ | PROT_WRITE), EACCES);
}

TEST(read_only_buffer_cannot_be_reopened_for_writing)
{
	int buf = alloc(heap, page_size(), O_RDONLY);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", buf);
	CHECK_ERRNO(open(path, O_RDWR), ENXIO);
	CHECK_ERRNO(open(path, O_RDONLY), ENXIO);
}

TEST(access_mode_cannot_be_changed)
{
	int buf = alloc(heap, page_size(), O_RDONLY);
	int copy = dup(buf);

	CHECK_EQUAL(fcntl(buf, F_SETFL, O_RDWR), 0);
	CHECK_EQUAL(fcntl(buf, F_GETFL) & O_ACCMODE, O_RDONLY);
	CHECK_EQUAL(fcntl(copy, F_SETFL, O_WRONLY), 0);
	CHECK_MAP_ERRNO(try_map(copy, PROT_WRITE, MAP_SHARED), EACCES);
}

/* Both are ways to write to memory that is not mapped for writing. */
TEST(read_only_mapping_cannot_be_written_from_outside)
{
	int buf = alloc(heap, page_size(), O_RDONLY);
	char *mem = map(buf, page_size(), PROT_READ);
	struct iovec from = { .iov_base = (char[]){ 1 }, .iov_len = 1 };
	struct iovec to = { .iov_base = mem, .iov_len = 1 };
	int self = open("/proc/self/mem", O_RDWR);

	CHECK(self >= 0);
	CHECK_ERRNO(pwrite(self, "x", 1, (off_t)(uintptr_t)mem), EIO);
	CHECK_ERRNO(process_vm_writev(getpid(), &from, 1, &to, 1, 0), EFAULT);
	CHECK(is_zero(mem, page_size()));
}

TEST(writable_buffer_can_be_mapped_either_way)
{
	const size_t page = page_size();
	int buf = alloc(heap, page, O_RDWR);
	unsigned char *writable = map(buf, page, PROT_WRITE);
	unsigned char *mem = map(buf, page, PROT_READ);

	writable[0] = 1;
	CHECK_EQUAL(mem[0], 1);
	/* The page is there when it becomes writable, and again when not. */
	CHECK_EQUAL(mprotect(mem, page, PROT_READ | PROT_WRITE), 0);
	mem[0] = 2;
	CHECK_EQUAL(mprotect(mem, page, PROT_NONE), 0);
	CHECK_EQUAL(mprotect(mem, page, PROT_READ), 0);
	CHECK_EQUAL(mem[0], 2);
}

TEST(buffer_is_no_stream)
{
	int buf = alloc(heap, page_size(), O_RDWR);
	char byte = 0;

	CHECK_ERRNO(read(buf, &byte, 1), EINVAL);
	CHECK_ERRNO(write(buf, &byte, 1), EINVAL);
	CHECK_ERRNO(pread(buf, &byte, 1, 0), ESPIPE);
	CHECK_ERRNO(ftruncate(buf, 0), EINVAL);

	buf = alloc(heap, page_size(), O_RDONLY);
	CHECK_ERRNO(read(buf, &byte, 1), EINVAL);
	CHECK_ERRNO(write(buf, &byte, 1), EBADF);
	buf = alloc(heap, page_size(), O_WRONLY);
	CHECK_ERRNO(read(buf, &byte, 1), EBADF);
	CHECK_ERRNO(write(buf, &byte, 1), EINVAL);
}

TEST(write_only_buffer_cannot_be_mapped)
{
	int buf = alloc(heap, page_size(), O_WRONLY);

	CHECK_MAP_ERRNO(try_map(buf, PROT_WRITE, MAP_SHARED), EACCES);
	CHECK_MAP_ERRNO(try_map(buf, PROT_READ, MAP_SHARED), EACCES);
}

TEST(private_mapping_is_einval)
{
	int buf = alloc(heap, page_size(), O_RDWR);

	CHECK_MAP_ERRNO(try_map(buf, PROT_READ, MAP_PRIVATE), EINVAL);
	CHECK_MAP_ERRNO(try_map(buf, PROT_READ | PROT_WRITE, MAP_PRIVATE),
			EINVAL);
}
