// SPDX-License-Identifier: GPL-2.0
/* dmaheap_view() on a real kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <dmaheap.h>

#include "../uapi/harness.h"
#include "opening.h"

static int alloc_pages(struct dmaheap *heap, size_t pages, int fd_flags)
{
	int buf = dmaheap_alloc(heap, pages * page_size(), fd_flags);

	CHECK(buf >= 0);
	return buf;
}

static void *map_by_library(int buf, size_t size, int prot)
{
	void *addr;

	CHECK_EQUAL(dmaheap_map(buf, size, prot, &addr), 0);
	return addr;
}

TEST(view_is_a_buffer_over_its_part)
{
	const size_t page = page_size();
	struct dmaheap *lib = open_by_library(heap->name);
	int view, buf = alloc_pages(lib, 3, O_RDWR);
	unsigned char *all, *part;
	uint64_t size;

	all = map_by_library(buf, 3 * page, PROT_READ | PROT_WRITE);
	view = dmaheap_view(lib, buf, page, page, O_RDWR);
	CHECK(view >= 0);
	CHECK_EQUAL(dmaheap_size(view, &size), 0);
	CHECK_EQUAL(size, page);
	CHECK_EQUAL(dmaheap_set_name(view, "plane 1"), 0);
	part = map_by_library(view, page, PROT_READ | PROT_WRITE);

	CHECK_EQUAL(dmaheap_begin(view, DMAHEAP_WRITE), 0);
	memset(part, 0x5a, page);
	CHECK_EQUAL(dmaheap_end(view, DMAHEAP_WRITE), 0);
	CHECK(is_zero(all, page));
	CHECK(!memcmp(all + page, part, page));
	CHECK(is_zero(all + 2 * page, page));
}

TEST(view_keeps_the_memory)
{
	const size_t page = page_size();
	struct dmaheap *lib = open_by_library(heap->name);
	int view, buf = alloc_pages(lib, 2, O_RDWR);

	memset(map_by_library(buf, 2 * page, PROT_READ | PROT_WRITE), 0xa5,
	       2 * page);
	view = dmaheap_view(lib, buf, 0, 2 * page, O_RDONLY);
	CHECK(view >= 0);
	CHECK_EQUAL(close(buf), 0);
	dmaheap_close(lib);
	CHECK_EQUAL(*(unsigned char *)map_by_library(view, page, PROT_READ),
		    0xa5);
}

TEST(view_has_an_access_mode_of_its_own)
{
	const size_t page = page_size();
	struct dmaheap *lib = open_by_library(heap->name);
	int view, buf = alloc_pages(lib, 2, O_RDWR);
	void *addr;

	view = dmaheap_view(lib, buf, 0, page, O_RDONLY);
	CHECK(view >= 0);
	CHECK_EQUAL(dmaheap_map(view, page, PROT_READ | PROT_WRITE, &addr),
		    -EACCES);
	CHECK_EQUAL(dmaheap_view(lib, view, 0, page, O_RDWR), -EACCES);
	CHECK(dmaheap_view(lib, view, 0, page, O_RDONLY) >= 0);
}

/* Not -EOPNOTSUPP, which the heap's bare EINVAL could be taken for. */
TEST(view_of_nonsense_is_einval)
{
	const size_t page = page_size();
	struct dmaheap *lib = open_by_library(heap->name);
	int buf = alloc_pages(lib, 2, O_RDWR);
	int other = open("/dev/null", O_RDWR | O_CLOEXEC);

	CHECK(other >= 0);
	CHECK_EQUAL(dmaheap_view(lib, buf, 0, 0, O_RDONLY), -EINVAL);
	CHECK_EQUAL(dmaheap_view(lib, buf, 1, page, O_RDONLY), -EINVAL);
	CHECK_EQUAL(dmaheap_view(lib, buf, page, 2 * page, O_RDONLY), -EINVAL);
	CHECK_EQUAL(dmaheap_view(lib, buf, 0, page, O_ACCMODE), -EINVAL);
	CHECK_EQUAL(dmaheap_view(lib, other, 0, page, O_RDONLY), -EINVAL);
	CHECK_EQUAL(dmaheap_view(lib, -1, 0, page, O_RDONLY), -EBADF);
}

static int remember_kernels(const struct dmaheap_info *info, void *name)
{
	if (dmaheap_info_provider(info) != DMAHEAP_PROVIDER_KERNEL)
		return 0;
	strcpy(name, dmaheap_info_name(info));
	return 1;
}

TEST(heap_of_the_kernel_has_no_views)
{
	const size_t page = page_size();
	struct dmaheap *lib = open_by_library(heap->name), *kernels;
	char name[256];

	CHECK_EQUAL(dmaheap_foreach(remember_kernels, name), 1);
	kernels = open_by_library(name);
	CHECK_EQUAL(dmaheap_view(kernels, alloc_pages(kernels, 1, O_RDWR), 0,
				 page, O_RDONLY), -EOPNOTSUPP);
	CHECK_EQUAL(dmaheap_view(kernels, alloc_pages(lib, 1, O_RDWR), 0,
				 page, O_RDONLY), -EOPNOTSUPP);
	CHECK_EQUAL(dmaheap_view(lib, alloc_pages(kernels, 1, O_RDWR), 0,
				 page, O_RDONLY), -EINVAL);
}
