// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: the access mode belongs to the buffer, and holds whatever is done
 * with the descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
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
	CHECK_ERRNO((long)try_map(buf, PROT_READ | PROT_WRITE, MAP_SHARED),
		    EACCES);
	CHECK_ERRNO((long)try_map(buf, PROT_WRITE, MAP_SHARED), EACCES);
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

TEST(write_only_buffer_cannot_be_mapped)
{
	int buf = alloc(heap, page_size(), O_WRONLY);

	CHECK_ERRNO((long)try_map(buf, PROT_WRITE, MAP_SHARED), EACCES);
	CHECK_ERRNO((long)try_map(buf, PROT_READ, MAP_SHARED), EACCES);
}

TEST(private_mapping_is_einval)
{
	int buf = alloc(heap, page_size(), O_RDWR);

	CHECK_ERRNO((long)try_map(buf, PROT_READ, MAP_PRIVATE), EINVAL);
	CHECK_ERRNO((long)try_map(buf, PROT_READ | PROT_WRITE, MAP_PRIVATE),
		    EINVAL);
}
