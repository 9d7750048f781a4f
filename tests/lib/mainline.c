// SPDX-License-Identifier: GPL-2.0
/* The library where our modules are not: with the kernel's heaps and udmabuf. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <dmaheap.h>

#include "../uapi/harness.h"
#include "opening.h"

#define SOMEBODY 1000

/* A buffer is zero, and keeps what is written, between brackets. */
static void check_usable(int buf, size_t len)
{
	const size_t rounded = (len + page_size() - 1) / page_size() *
			       page_size();
	uint64_t size;
	void *addr;

	CHECK(buf >= 0);
	CHECK_EQUAL(dmaheap_size(buf, &size), 0);
	CHECK_EQUAL(size, rounded);
	CHECK_EQUAL(dmaheap_set_name(buf, "frame"), 0);
	CHECK_EQUAL(dmaheap_map(buf, len, PROT_READ | PROT_WRITE, &addr), 0);
	CHECK_EQUAL(dmaheap_begin(buf, DMAHEAP_READ | DMAHEAP_WRITE), 0);
	CHECK(is_zero(addr, len));
	memset(addr, 0x5a, len);
	CHECK_EQUAL(dmaheap_end(buf, DMAHEAP_READ | DMAHEAP_WRITE), 0);
	CHECK_EQUAL(dmaheap_unmap(addr, len), 0);
}

TEST(heap_of_the_kernel_is_known_by_its_name)
{
	struct dmaheap *lib = open_by_library(heap->name);
	uint64_t value;

	CHECK_EQUAL(dmaheap_contiguous(lib), 0);
	CHECK_EQUAL(dmaheap_cpu_access(lib), 1);
	CHECK_EQUAL(dmaheap_alignment(lib, MIB(4), &value), 0);
	CHECK_EQUAL(value, page_size());
	CHECK_EQUAL(dmaheap_region_size(lib, &value), -ENODATA);
	dmaheap_close(lib);
}

/* What a link is called says nothing of where it leads. */
TEST(link_is_known_by_where_it_leads)
{
	static const char path[] = DMAHEAP_DIR "/linux,cma";
	struct dmaheap_chain *chain;
	struct dmaheap *lib;

	CHECK_EQUAL(symlink(heap->name, path), 0);
	lib = open_by_library("linux,cma");
	CHECK_EQUAL(dmaheap_contiguous(lib), 0);
	CHECK_EQUAL(dmaheap_chain_open(NULL, DMAHEAP_CONTIGUOUS, &chain),
		    -ENOENT);
	dmaheap_close(lib);
	CHECK_EQUAL(unlink(path), 0);
}

TEST(there_is_nothing_contiguous)
{
	struct dmaheap_chain *chain;

	CHECK_EQUAL(dmaheap_chain_open(NULL, DMAHEAP_CONTIGUOUS, &chain),
		    -ENOENT);
}

/* Everything is root's, but would not be of use for every need. */
TEST(chain_tells_what_a_permission_is_good_for)
{
	const char *const names[] = {
		"linux,cma", heap->name, DMAHEAP_UDMABUF, NULL
	};
	pid_t pid = fork_child();

	if (!pid) {
		struct dmaheap_chain *chain;

		CHECK_EQUAL(setresuid(SOMEBODY, SOMEBODY, SOMEBODY), 0);
		CHECK_EQUAL(dmaheap_chain_open(NULL, DMAHEAP_CONTIGUOUS,
					       &chain), -ENOENT);
		CHECK_EQUAL(dmaheap_chain_open(names, DMAHEAP_CONTIGUOUS,
					       &chain), -ENOENT);
		CHECK_EQUAL(dmaheap_chain_open(NULL, DMAHEAP_CPU_ACCESS,
					       &chain), -EACCES);
		CHECK_EQUAL(dmaheap_chain_open(names, 0, &chain), -EACCES);
		exit(0);
	}
	check_child(pid);
}

TEST(chain_takes_the_kernels_heap)
{
	struct dmaheap_chain *chain = open_chain(NULL, DMAHEAP_CPU_ACCESS);
	struct dmaheap *from;
	int buf;

	buf = dmaheap_chain_alloc(chain, MIB(5) + 1, O_RDWR | O_CLOEXEC, &from);
	CHECK(!strcmp(dmaheap_name(from), heap->name));
	check_usable(buf, MIB(5) + 1);
	CHECK_EQUAL(dmaheap_view(from, buf, 0, page_size(), O_RDONLY),
		    -EOPNOTSUPP);
	dmaheap_chain_close(chain);
}

/* The heap itself would have the kernel kill processes for it. */
TEST(chain_asks_for_no_more_than_there_is)
{
	const char *const names[] = { heap->name, NULL };
	struct dmaheap_chain *chains[] = {
		open_chain(NULL, 0), open_chain(names, 0),
	};

	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		CHECK_EQUAL(dmaheap_chain_alloc(chains[i], UINT64_C(1) << 40,
						O_RDWR, NULL), -ENOMEM);
}

TEST(udmabuf_is_used_as_a_heap)
{
	struct dmaheap *lib = open_by_library(DMAHEAP_UDMABUF);
	int buf;

	CHECK_EQUAL(dmaheap_contiguous(lib), 0);
	buf = dmaheap_alloc(lib, MIB(5) + 1, O_RDWR | O_CLOEXEC);
	check_usable(buf, MIB(5) + 1);
	CHECK_EQUAL(fcntl(buf, F_GETFD), FD_CLOEXEC);
	CHECK_EQUAL(fcntl(buf, F_GETFL) & O_ACCMODE, O_RDWR);
	buf = dmaheap_alloc(lib, 1, O_RDWR);
	check_usable(buf, 1);
	CHECK_EQUAL(fcntl(buf, F_GETFD), 0);
	CHECK_EQUAL(dmaheap_view(lib, buf, 0, page_size(), O_RDONLY),
		    -EOPNOTSUPP);
	dmaheap_close(lib);
}

TEST(udmabuf_says_what_it_cant)
{
	struct dmaheap *lib = open_by_library(DMAHEAP_UDMABUF);
	const unsigned int fds = count_fds();

	CHECK_EQUAL(dmaheap_alloc(lib, 1, O_RDONLY), -EOPNOTSUPP);
	CHECK_EQUAL(dmaheap_alloc(lib, 0, O_RDWR), -EINVAL);
	/* As much as there is, and nobody is killed for it. */
	CHECK_EQUAL(dmaheap_alloc(lib, UINT64_C(1) << 40, O_RDWR), -ENOMEM);
	CHECK_EQUAL(dmaheap_alloc(lib, UINT64_C(1) << 62, O_RDWR), -ENOMEM);
	CHECK_EQUAL(dmaheap_alloc(lib, INT64_MAX, O_RDWR), -ENOMEM);
	CHECK_EQUAL(count_fds(), fds);
}

TEST(chain_ends_with_udmabuf)
{
	const char *const names[] = { "linux,cma", "none", DMAHEAP_UDMABUF, NULL };
	struct dmaheap_chain *chain = open_chain(names, DMAHEAP_CPU_ACCESS);
	struct dmaheap *from;

	check_usable(dmaheap_chain_alloc(chain, MIB(1), O_RDWR, &from), MIB(1));
	CHECK(!strcmp(dmaheap_name(from), DMAHEAP_UDMABUF));
	CHECK_EQUAL(dmaheap_chain_alloc(chain, UINT64_C(1) << 40, O_RDWR,
					&from), -ENOMEM);
	dmaheap_chain_close(chain);
	CHECK_EQUAL(dmaheap_chain_open(names, DMAHEAP_CONTIGUOUS, &chain),
		    -ENOENT);
}
