// SPDX-License-Identifier: GPL-2.0
/* dmaheap_foreach_buffer() and dmaheap_foreach_use() on a real kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dmaheap.h>

#include "../uapi/harness.h"
#include "opening.h"

static int alloc_pages(struct dmaheap *heap, size_t pages)
{
	int buf = dmaheap_alloc(heap, pages * page_size(),
				O_RDWR | O_CLOEXEC);

	CHECK(buf >= 0);
	return buf;
}

static uint64_t inode_of(int buf)
{
	struct stat st;

	CHECK_EQUAL(fstat(buf, &st), 0);
	return st.st_ino;
}

/* What is looked for, and what was found of it. */
struct wanted {
	const struct heap *heap;
	int buf;
	size_t pages;
	size_t memory_pages;
	size_t offset;		/* in pages */
	uint64_t id;
	unsigned int seen;
};

static int look_at_buffer(const struct dmaheap_buffer *buffer, void *data)
{
	struct wanted *wanted = data;
	uint64_t offset = 0;
	int ret;

	if (dmaheap_buffer_inode(buffer) != inode_of(wanted->buf))
		return 0;
	wanted->seen++;
	wanted->id = dmaheap_buffer_id(buffer);
	CHECK_EQUAL(dmaheap_buffer_size(buffer),
		    wanted->pages * page_size());
	CHECK_EQUAL(dmaheap_buffer_memory_size(buffer),
		    wanted->memory_pages * page_size());
	CHECK_EQUAL(dmaheap_buffer_offset(buffer),
		    wanted->offset * page_size());
	CHECK_EQUAL(dmaheap_buffer_uid(buffer), getuid());
	CHECK_EQUAL(dmaheap_buffer_pid(buffer), getpid());
	CHECK(!strcmp(dmaheap_buffer_comm(buffer), "lib-tests"));

	ret = dmaheap_buffer_region_offset(buffer, &offset);
	CHECK(ret == 0 || ret == 1 || ret == -ENODATA);
	if (has_region(wanted->heap))
		CHECK(ret >= 0);
	CHECK_EQUAL(offset % page_size(), 0);
	return 0;
}

TEST(list_has_buffers_and_views)
{
	struct dmaheap *lib = open_by_library(heap->name);
	struct wanted buffer = { heap, alloc_pages(lib, 3), 3, 3, 0 };
	struct wanted other = { heap, alloc_pages(lib, 1), 1, 1, 0 };
	struct wanted view = { heap, -1, 2, 3, 1 };

	view.buf = dmaheap_view(lib, buffer.buf, page_size(), 2 * page_size(),
				O_RDONLY);
	CHECK(view.buf >= 0);
	CHECK_EQUAL(dmaheap_foreach_buffer(lib, look_at_buffer, &buffer), 0);
	CHECK_EQUAL(dmaheap_foreach_buffer(lib, look_at_buffer, &other), 0);
	CHECK_EQUAL(dmaheap_foreach_buffer(lib, look_at_buffer, &view), 0);
	CHECK_EQUAL(buffer.seen, 1);
	CHECK_EQUAL(other.seen, 1);
	CHECK_EQUAL(view.seen, 1);
	CHECK_EQUAL(view.id, buffer.id);
	CHECK(other.id != buffer.id);
}

static int count_buffer(const struct dmaheap_buffer *buffer, void *count)
{
	++*(unsigned int *)count;
	return 0;
}

TEST(list_has_no_end)
{
	struct dmaheap *lib = open_by_library(heap->name);
	unsigned int count = 0;
	int bufs[200];

	for (size_t i = 0; i < ARRAY_SIZE(bufs); i++)
		bufs[i] = alloc_pages(lib, 1);
	CHECK_EQUAL(dmaheap_foreach_buffer(lib, count_buffer, &count), 0);
	CHECK_EQUAL(count, ARRAY_SIZE(bufs));
	for (size_t i = 0; i < ARRAY_SIZE(bufs); i++)
		close(bufs[i]);
	count = 0;
	CHECK_EQUAL(dmaheap_foreach_buffer(lib, count_buffer, &count), 0);
	CHECK_EQUAL(count, 0);
}

static int remember_kernels(const struct dmaheap_info *info, void *name)
{
	if (dmaheap_info_provider(info) != DMAHEAP_PROVIDER_KERNEL)
		return 0;
	strcpy(name, dmaheap_info_name(info));
	return 1;
}

/* What a use of a buffer must be. */
struct wanted_use {
	pid_t pid;
	uint64_t inode;
	const char *heap;	/* NULL: must not be known */
	uint64_t size;
	unsigned int descriptors;
	uint64_t mapped;
	unsigned int seen;
};

static int look_at_use(const struct dmaheap_use *use, void *data)
{
	struct wanted_use *wanted = data;

	if (dmaheap_use_pid(use) != wanted->pid ||
	    dmaheap_use_inode(use) != wanted->inode)
		return 0;
	wanted->seen++;
	CHECK_EQUAL(dmaheap_use_uid(use), getuid());
	CHECK(!strcmp(dmaheap_use_comm(use), "lib-tests"));
	CHECK(!strcmp(dmaheap_use_name(use), "a frame"));
	CHECK_EQUAL(dmaheap_use_size(use), wanted->size);
	CHECK_EQUAL(dmaheap_use_descriptors(use), wanted->descriptors);
	CHECK_EQUAL(dmaheap_use_mapped(use), wanted->mapped);
	if (wanted->heap)
		CHECK(!strcmp(dmaheap_use_heap(use), wanted->heap));
	else
		CHECK(!dmaheap_use_heap(use));
	return 0;
}

static void check_use(struct wanted_use *wanted, unsigned int seen)
{
	size_t hidden = 77;

	wanted->seen = 0;
	CHECK_EQUAL(dmaheap_foreach_use(look_at_use, wanted, &hidden), 0);
	CHECK_EQUAL(wanted->seen, seen);
	CHECK_EQUAL(hidden, 0);
}

TEST(heap_of_the_kernel_has_no_list_but_uses)
{
	const size_t page = page_size();
	struct wanted_use use = { .pid = getpid() };
	struct dmaheap *kernels;
	unsigned int count = 0;
	char name[256];
	void *addr;
	int buf;

	CHECK_EQUAL(dmaheap_foreach(remember_kernels, name), 1);
	kernels = open_by_library(name);
	CHECK_EQUAL(dmaheap_foreach_buffer(kernels, count_buffer, &count),
		    -EOPNOTSUPP);
	CHECK_EQUAL(count, 0);

	buf = alloc_pages(kernels, 4);
	CHECK_EQUAL(dmaheap_set_name(buf, "a frame"), 0);
	use.inode = inode_of(buf);
	use.heap = name;
	use.size = 4 * page;
	use.descriptors = 1;
	check_use(&use, 1);

	CHECK(dup(buf) >= 0);
	CHECK_EQUAL(dmaheap_map(buf, 3 * page, PROT_READ, &addr), 0);
	use.descriptors = 2;
	use.mapped = 3 * page;
	check_use(&use, 1);
}

/* The first name of the heap that made a buffer. */
static void read_exporter(int buf, char name[256])
{
	char path[64], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", buf);
	file = fopen(path, "re");
	CHECK(file);
	name[0] = '\0';
	while (fgets(line, sizeof(line), file))
		sscanf(line, "exp_name: %255s", name);
	fclose(file);
	CHECK(name[0]);
}

TEST(use_is_by_descriptor_or_mapping)
{
	const size_t page = page_size();
	struct dmaheap *lib = open_by_library(heap->name);
	int buf = alloc_pages(lib, 4), stop[2];
	struct wanted_use use = { .pid = getpid(), .inode = inode_of(buf) };
	char byte, exporter[256];
	void *addr;
	pid_t pid;

	read_exporter(buf, exporter);
	CHECK_EQUAL(dmaheap_set_name(buf, "a frame"), 0);
	CHECK_EQUAL(dmaheap_map(buf, 4 * page, PROT_READ, &addr), 0);
	CHECK_EQUAL(munmap((char *)addr + page, page), 0);

	/* A child has what it inherits, though it has done nothing for it. */
	CHECK_EQUAL(pipe(stop), 0);
	pid = fork_child();
	if (!pid) {
		close(stop[1]);
		CHECK_EQUAL(read(stop[0], &byte, 1), 0);
		_exit(0);
	}
	close(buf);
	/* A mapping does not show these, but the child's descriptor does. */
	use.heap = exporter;
	use.size = 4 * page;
	use.mapped = 3 * page;
	check_use(&use, 1);
	CHECK_EQUAL(munmap(addr, page), 0);
	CHECK_EQUAL(munmap((char *)addr + 2 * page, 2 * page), 0);
	check_use(&use, 0);

	close(stop[1]);
	check_child(pid);
	use.pid = pid;
	check_use(&use, 0);
}
