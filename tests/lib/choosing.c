// SPDX-License-Identifier: GPL-2.0
/* Queries and chains on a real kernel with every heap of ours. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <dmaheap.h>

#include "../uapi/harness.h"
#include "../uapi/sysfs.h"
#include "opening.h"

#define SOMEBODY 1000

TEST(heap_is_known_as_its_attributes_tell)
{
	struct dmaheap *lib = open_by_library(heap->name);
	uint64_t value;

	CHECK_EQUAL(dmaheap_contiguous(lib), attribute(heap, "contiguous"));
	CHECK_EQUAL(dmaheap_cpu_access(lib), attribute(heap, "cpu_access"));
	if (has_attribute(heap, "total")) {
		CHECK_EQUAL(dmaheap_region_size(lib, &value), 0);
		CHECK_EQUAL(value, attribute(heap, "total"));
	} else {
		CHECK_EQUAL(dmaheap_region_size(lib, &value), -ENODATA);
	}
	CHECK_EQUAL(dmaheap_alignment(lib, MIB(8), &value), 0);
	CHECK_EQUAL(value, may_be_in_pieces(heap) ? page_size() : MIB(2));
	dmaheap_close(lib);
}

static uint64_t phase_of(const struct heap *heap, int buf)
{
	struct dma_heap_query_buffer_data data = { .buffer_fd = (uint32_t)buf };

	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY_BUFFER, &data), 0);
	return data.phase;
}

/* A view may begin anywhere: mappings of it do so, too. */
TEST(mappings_are_where_large_pages_can_be)
{
	const size_t offsets[] = { 0, page_size(), MIB(1), MIB(2) - page_size() };
	struct dmaheap *lib = open_by_library(heap->name);
	int buf = dmaheap_alloc(lib, MIB(6), O_RDWR | O_CLOEXEC);

	CHECK(buf >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		int view = dmaheap_view(lib, buf, offsets[i], MIB(4), O_RDWR);
		void *addr;

		CHECK(view >= 0);
		CHECK_EQUAL(dmaheap_map(view, MIB(4), PROT_READ | PROT_WRITE,
					&addr), 0);
		CHECK_EQUAL((uintptr_t)addr % MIB(2), phase_of(heap, view));
		memset(addr, 1, MIB(4));
		CHECK_EQUAL(dmaheap_unmap(addr, MIB(4)), 0);
		close(view);
	}
}

TEST(chain_of_one_name_gives_that_heaps_buffers)
{
	const char *const names[] = { "none", heap->name, NULL };
	struct dmaheap_chain *chain = open_chain(names, DMAHEAP_CPU_ACCESS);
	struct dmaheap *from;
	int buf;

	buf = dmaheap_chain_alloc(chain, 1, O_RDWR | O_CLOEXEC, &from);
	CHECK(buf >= 0);
	CHECK(!strcmp(dmaheap_name(from), heap->name));
	CHECK(dmaheap_view(from, buf, 0, page_size(), O_RDONLY) >= 0);
	CHECK_EQUAL(dmaheap_chain_alloc(chain, 0, O_RDWR, &from), -EINVAL);
	CHECK_EQUAL(dmaheap_chain_alloc(chain, 1, O_ACCMODE, &from), -EINVAL);
	CHECK_EQUAL(dmaheap_chain_alloc(chain, UINT64_C(1) << 60, O_RDWR,
					&from), -ENOMEM);
	dmaheap_chain_close(chain);
}

/* The default area's are taken; then there is still contiguous memory. */
/* As open(2) answers it. */
TEST(name_of_256_bytes_is_enametoolong)
{
	struct dmaheap_chain *chain = NULL;
	const char *names[2] = { NULL };
	struct dmaheap *found = NULL;
	char name[257] = "";

	names[0] = memset(name, 'a', 256);
	CHECK_EQUAL(dmaheap_open(name, &found), -ENAMETOOLONG);
	CHECK_EQUAL(dmaheap_chain_open(names, 0, &chain), -ENAMETOOLONG);
	CHECK(!found && !chain);
}

TEST(chain_goes_on_when_the_region_is_full)
{
	struct dmaheap_chain *chain = open_chain(NULL, DMAHEAP_CONTIGUOUS |
						 DMAHEAP_CPU_ACCESS);
	struct dmaheap *from;
	int buf, n = 0;

	do {
		buf = dmaheap_chain_alloc(chain, MIB(16), O_RDWR, &from);
		CHECK(buf >= 0);
		n++;
	} while (!strcmp(dmaheap_name(from), "default_cma_region"));
	CHECK(n > 1);
	CHECK(!strcmp(dmaheap_name(from), "system-contiguous"));
	CHECK_EQUAL(dmaheap_contiguous(from), 1);
}

TEST(chain_takes_larger_frames_where_they_fit)
{
	struct dmaheap_chain *chain = open_chain(NULL, 0);
	struct dmaheap *from;
	int buf;

	buf = dmaheap_chain_alloc(chain, MIB(65), O_RDWR, &from);
	CHECK(buf >= 0);
	CHECK(strcmp(dmaheap_name(from), "default_cma_region"));
	CHECK_EQUAL(dmaheap_chain_alloc(chain, UINT64_C(1) << 50, O_RDWR,
					&from), -ENOMEM);
}

TEST(chain_tells_that_there_is_no_permission)
{
	const char *const names[] = { heap->name, "none", NULL };
	pid_t pid = fork_child();

	if (!pid) {
		struct dmaheap_chain *chain;

		CHECK_EQUAL(setresuid(SOMEBODY, SOMEBODY, SOMEBODY), 0);
		CHECK_EQUAL(dmaheap_chain_open(names, 0, &chain), -EACCES);
		CHECK_EQUAL(dmaheap_chain_open(names + 1, 0, &chain), -ENOENT);
		exit(0);
	}
	check_child(pid);
}
